"""A text that is shown otherwise than it is sent is scored as it is shown."""

import pytest

from classifier import Classifier, Text
from classifier.assessment import DIRECTION_OVERRIDDEN, FILLER_CHARACTERS
from classifier.text.appearance import appearance_of

INSULT = "you are a fucking idiot and everyone hates you"
RLO, LRO, PDF, RLI, PDI = "\u202e", "\u202d", "\u202c", "\u2067", "\u2069"
FILLERS = ["\u3164", "\u115f", "\u1160", "\uffa0", "\u2800"]
TURNED = [
    f"I think {RLO}{INSULT[::-1]}{PDF} about the bridge and the council",
    f"I think {RLO}{INSULT[::-1]}",
    f"I think {RLI}{RLO}{INSULT[::-1]}{PDI} about the bridge",
    f"{LRO}I think {RLO}{INSULT[::-1]}{PDF} about it{PDF}",
    f"{RLO}{INSULT[::-1]}\nA second line as it is sent.",
    f"{RLO}{INSULT[20:][::-1]}{LRO}{INSULT[:20]}{PDF}{PDF}",
]
LRI, FSI, RLE, RLM, ALM = "\u2066", "\u2068", "\u202b", "\u200f", "\u061c"
BACKWARDS = INSULT[::-1]
REORDERED = [
    RLI + "".join(f"{LRI}{letter}{PDI}" for letter in BACKWARDS) + PDI,
    FSI + RLM + "".join(f"{LRI}{letter}{PDI}" for letter in BACKWARDS) + PDI,
    "I think " + RLI + "".join(f"{LRI}{letter}{PDI}" for letter in BACKWARDS) + PDI,
    RLE + RLM.join(BACKWARDS) + PDF,
    RLI + ALM.join(BACKWARDS) + PDI,
    RLM + RLM.join(BACKWARDS),
    RLI + RLM.join(reversed(INSULT.split(" "))) + PDI,
]
"""Pieces from left to right in a stretch from right to left: no override is needed."""


def seen(sent: str) -> tuple[str, tuple[str, ...]]:
    found = appearance_of(sent)
    return (sent, ()) if found is None else (found.readings[0].text, found.findings)


@pytest.mark.parametrize("sent", TURNED)
def test_what_reads_backwards_is_scored_as_it_is_read(classifier: Classifier, sent: str) -> None:
    shown = seen(sent)[0]
    assert INSULT in shown
    assessment, plain = classifier.assess([Text(sent), Text(shown)])
    assert assessment.reject >= plain.reject, "the worse of what is seen and what is sent"
    assert assessment.reject > 0.8
    assert assessment.findings == (DIRECTION_OVERRIDDEN,)


@pytest.mark.parametrize("sent", REORDERED)
def test_pieces_whose_order_is_turned_are_read_as_they_are_seen(classifier: Classifier, sent: str) -> None:
    shown, findings = seen(sent)
    plain = "".join(letter for letter in shown if letter not in RLM + ALM)
    assert INSULT.replace(" ", "") in plain.replace(" ", "")
    assert findings == (DIRECTION_OVERRIDDEN,)
    if INSULT in plain:
        (assessment,) = classifier.assess([Text(sent)])
        assert assessment.reject > 0.8


@pytest.mark.parametrize("filler", FILLERS)
def test_fillers_part_words(classifier: Classifier, filler: str) -> None:
    (plain, filled) = classifier.assess([Text(INSULT), Text(INSULT.replace(" ", filler))])
    assert filled.scores == plain.scores
    assert filled.findings == (FILLER_CHARACTERS,)


@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_within_a_word_hides_no_word(classifier: Classifier, filler: str) -> None:
    disguised = INSULT.replace("fucking", f"fu{filler}cking").replace("idiot", f"id{filler}iot")
    plain, filled = classifier.assess([Text(INSULT), Text(disguised)])
    assert filled.scores == plain.scores
    assert filled.findings == (FILLER_CHARACTERS,)
    (with_vector,) = classifier.assess_with_vectors([Text(disguised)])
    assert with_vector[0] == classifier.explain(Text(disguised)).assessment == filled


@pytest.mark.parametrize(
    "hidden", ["\U000e0041", "\u180e", "\u200b", "\u00ad", "\u2060", "\u034f", "\ufe0f", "\U000e0101"]
)
def test_what_is_not_shown_hides_no_word(classifier: Classifier, hidden: str) -> None:
    (assessment,) = classifier.assess(
        [Text(INSULT.replace("fucking", f"fu{hidden}cking").replace("id", f"i{hidden}d"))]
    )
    assert assessment.reject > 0.9


@pytest.mark.parametrize(
    "honest",
    [
        "\u0647\u0630\u0627 \u0627\u0644\u062c\u0633\u0631 \u062c\u0645\u064a\u0644",
        f"{RLO}\u05e9\u05dc\u05d5\u05dd{PDF} from the harbour",
        f"The sign says {RLI}\u05e9\u05dc\u05d5\u05dd{PDI}, I believe.",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        f"{RLI}an English phrase, whole{PDI}",
        "\u05e9\u05dc\u05d5\u05dd Google \u05d5\u05d2\u05dd Apple \u05db\u05d0\u05df",
        f"\u05e9\u05dc\u05d5\u05dd {LRI}Google{PDI} \u05d5\u05d2\u05dd {LRI}Apple{PDI} \u05db\u05d0\u05df",
        f"C++{RLM} \u05d5\u05d2\u05dd Java!{RLM}",
        "A family \U0001f468\u200d\U0001f469\u200d\U0001f467 on the bridge \u2764\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f won",
        "\u1100\u1160\u11a8 is a syllable",
        "caf\u00e9, na\u00efve, \u201cquoted\u201d",
    ],
)
def test_honest_text_is_what_it_seems(honest: str) -> None:
    assert seen(honest)[1] == ()


@pytest.mark.parametrize("sent", TURNED)
def test_spans_point_at_what_was_sent(classifier: Classifier, sent: str) -> None:
    (assessment,) = classifier.assess([Text(sent)])
    assert assessment.spans
    for span in assessment.spans:
        as_utf16 = sent.encode("utf-16-le")[2 * span.start_utf16 : 2 * span.end_utf16].decode("utf-16-le")
        assert as_utf16 == sent[span.start : span.end]
    assert any(
        "gnikcuf" in sent[span.start : span.end] or "fuck" in sent[span.start : span.end] for span in assessment.spans
    )


def test_what_is_nested_deep_ends(classifier: Classifier) -> None:
    sent = (RLO + "a" + LRO + "b") * 2500
    text, findings = seen(sent)
    assert sorted(text) == sorted("ab" * 2500)
    assert findings == (DIRECTION_OVERRIDDEN,)
    classifier.assess([Text(sent)])


def test_an_explanation_still_adds_up(classifier: Classifier) -> None:
    explanation = classifier.explain(Text(TURNED[0]))
    for each in explanation.attributes:
        parts = [span.contribution for span in each.spans] + list(each.features.values())
        assert each.bias + sum(parts) == pytest.approx(each.logit, abs=1e-6)
