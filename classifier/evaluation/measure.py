"""What is measured: on which set, against which label, of which attribute, and the figure to reach."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
"""A row of a labelled set, as its JSON line has it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table: the area under the ROC curve of an attribute against a label.

    label: row -> 1, 0, or None for a row that is left out
    aim: the figure to reach, in [0, 1]
    """

    name: str
    dataset: str
    attribute: str
    label: Callable[[Row], int | None]
    aim: float


def _field(name: str) -> Callable[[Row], int | None]:
    """A label that is a field of the row."""
    return lambda row: None if row.get(name) is None else int(row[name])


AREAS: tuple[Measure, ...] = (
    Measure("jigsaw_wiki_test", "jigsaw_wiki_test", "toxicity", _field("toxic"), 0.975),
    Measure("civil_balanced", "civil_balanced", "toxicity", _field("toxic"), 0.92),
    Measure("impermium insult", "impermium_insults", "insult", _field("insult"), 0.87),
    Measure("surge", "surge_toxicity", "toxicity", _field("toxic"), 0.95),
    Measure("globe hostile", "unhealthy_conversations", "toxicity", _field("hostile"), 0.86),
    Measure("globe not healthy", "unhealthy_conversations", "toxicity", lambda row: 1 - int(row["healthy"]), 0.70),
    Measure("youtoxic toxic", "youtoxic_1000", "toxicity", _field("IsToxic"), 0.85),
    Measure("youtoxic obscene", "youtoxic_1000", "profanity", _field("IsObscene"), 0.95),
    Measure("fox hateful", "fox_news_comments", "identity_attack", _field("hateful"), 0.72),
    Measure(
        "socc >= 3",
        "socc_constructiveness_toxicity",
        "toxicity",
        lambda row: int(row["toxicity_level"] >= 3),
        0.72,
    ),
    Measure("hatecheck", "hatecheck", "identity_attack", lambda row: int(row["label_gold"] == "hateful"), 0.70),
    Measure("hatemoji", "hatemoji_check", "identity_attack", _field("label_gold"), 0.75),
    Measure("ethos", "ethos_binary", "identity_attack", lambda row: int(row["hate_frac"] >= 0.5), 0.80),
    Measure("openai sexual", "openai_moderation_eval", "sexually_explicit", _field("S"), 0.88),
    Measure("openai hate", "openai_moderation_eval", "identity_attack", _field("H"), 0.82),
    Measure("wiki_context gn", "wiki_context_gn", "toxicity", _field("label"), 0.955),
    Measure("wiki_context gc", "wiki_context_gc", "toxicity", _field("label"), 0.85),
    Measure(
        "identity_templates",
        "identity_templates",
        "toxicity",
        lambda row: int(row["toxicity"] == "toxic"),
        0.98,
    ),
    Measure("sms spam", "sms_spam", "spam", _field("spam"), 0.99),
    Measure("blog spam", "datacamp_comment_spam", "spam", _field("spam"), 0.85),
)

RANKS: tuple[tuple[str, str, str, str, float], ...] = (
    ("Perspective TOXICITY", "perspective_wiki_2k", "TOXICITY@6", "toxicity", 0.80),
    ("Perspective THREAT", "perspective_wiki_2k", "THREAT", "threat", 0.55),
    ("Perspective IDENTITY_ATTACK", "perspective_wiki_2k", "IDENTITY_ATTACK", "identity_attack", 0.65),
    ("Perspective 2 TOXICITY", "perspective_scored", "toxicity", "toxicity", 0.80),
    ("Perspective 2 THREAT", "perspective_scored", "threat", "threat", 0.55),
    ("Perspective 2 IDENTITY_ATTACK", "perspective_scored", "identity_attack", "identity_attack", 0.65),
    ("ruddit offensiveness", "ruddit", "offensiveness_score", "toxicity", 0.0),
)
"""Name, set, field with a score of someone else in [0, 1], attribute, aim; measured by Spearman's rank correlation."""

ALARMS: tuple[tuple[str, str, str, float], ...] = (
    ("published news called toxic", "globe_news_published", "toxicity", 0.03),
    ("published news called spam", "globe_news_published", "spam", 0.003),
)
"""Name, set, attribute, aim; measured is the share of scores above one half, which should be at most the aim."""

CALIBRATIONS: tuple[tuple[str, str, Callable[[Row], int | None]], ...] = (
    ("wiki_context gn", "wiki_context_gn", _field("label")),
    ("wiki_context gc", "wiki_context_gc", _field("label")),
    ("published news", "globe_news_published", lambda _: 0),
    ("globe hostile", "unhealthy_conversations", _field("hostile")),
)
"""Name, set, label of toxicity; measured is the expected calibration error, to be at most CALIBRATION_AIM."""

CALIBRATION_AIM = 0.03
