"""The labelled sets: their rows as texts with labels by attribute, and the name of the set that each comes from."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from classifier.attribute import ATTRIBUTES

Labels = dict[str, float]
"""Attribute -> a label in [0, 1]; the label of an attribute that is missing is unknown."""

MAX_TRAINING_CHARS = 1500
"""A longer training text is cut, because e-mails would outweigh comments."""

_MIN_SPAM_CHARS, _MAX_SPAM_CHARS = 80, 500
"""Spam of e-mail and chat is cut to the length of comments, and its lines joined: its length would give it away."""

_MAJORITY = 0.5

HARMLESS: Labels = dict.fromkeys(ATTRIBUTES, 0.0)


@dataclass(frozen=True, slots=True)
class Example:
    """One training text with its labels; corpus: the name of the set that it comes from."""

    text: str
    labels: Labels
    corpus: str


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines in gzip."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _majority(fraction: float) -> float | None:
    """The label from a share of raters: 1 from one half on, 0 for none, unknown between."""
    return 1.0 if fraction >= _MAJORITY else 0.0 if fraction == 0 else None


def _known(labels: dict[str, float | None]) -> Labels:
    """The labels that are known, as floats."""
    return {attribute: float(label) for attribute, label in labels.items() if label is not None}


def _jigsaw_wiki(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    labels = {
        "toxicity": row.get("toxic"),
        "severe_toxicity": row.get("severe_toxic"),
        "insult": row.get("insult"),
        "profanity": row.get("obscene"),
        "identity_attack": row.get("identity_hate"),
        "threat": row.get("threat"),
        "spam": 0.0,
    }
    yield row["text"], _known(labels)


def _civil_toxic_spans(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    labels: dict[str, float | None] = {"toxicity": 1.0, "spam": 0.0}
    for attribute in ("insult", "profanity", "identity_attack", "threat"):
        labels[attribute] = _majority(row[f"{attribute}_span_frac"])
    yield row["text"], _known(labels)


def _civil_balanced(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    yield row["text"], {"toxicity": 1.0, "spam": 0.0} if row["toxic"] else HARMLESS


def _paradetox(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    yield row["text"], {"toxicity": 1.0, "spam": 0.0}
    for field in ("neutral1", "neutral2", "neutral3"):
        if row.get(field):
            yield row[field], HARMLESS


def _paradetox_cannot_rewrite(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    if "not_toxic" in row["reasons"]:
        yield row["text"], HARMLESS
    elif "toxic_content" in row["reasons"]:
        yield row["text"], {"toxicity": 1.0, "spam": 0.0}


def _hatemoji_build(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    hateful = float(row["label_gold"])
    labels = {"toxicity": hateful, "identity_attack": hateful, "spam": 0.0}
    if row["type"] == "threateninglanguage" or not hateful:
        labels["threat"] = hateful
    yield row["text"], labels


def _edos_sexism(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    sexist = row["label_sexist"] == "sexist"
    labels = {"identity_attack": float(sexist)}
    if sexist:
        labels["toxicity"] = 1.0
        labels["threat"] = float(row["label_category"].startswith("1"))
    yield row["text"], labels


def _spam_only(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    if row["spam"]:
        whole = " ".join(f"{row.get('subject', '')} {row['text']}".split())
        length = _MIN_SPAM_CHARS + crc32(row["id"].encode()) % (_MAX_SPAM_CHARS - _MIN_SPAM_CHARS)
        yield whole[:length], {"spam": 1.0}


def _spam_and_ham(row: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    yield row["text"], {"spam": float(row["spam"])}


CORPORA: dict[str, Callable[[dict[str, Any]], Iterator[tuple[str, Labels]]]] = {
    "jigsaw_wiki": _jigsaw_wiki,
    "civil_toxic_spans": _civil_toxic_spans,
    "civil_balanced": _civil_balanced,
    "paradetox": _paradetox,
    "paradetox_cannot_rewrite": _paradetox_cannot_rewrite,
    "hatemoji_build": _hatemoji_build,
    "edos_sexism": _edos_sexism,
    "youtube_spam": _spam_and_ham,
    "sms_spam": _spam_and_ham,
    "tg_spam_samples": _spam_only,
    "spamassassin_email": _spam_only,
    "enron_email_spam": _spam_only,
}
"""Name of a set -> the function that makes labelled texts of one of its rows; the sets are read in this order."""


def corpus_path(data: Path, corpus: str) -> Path:
    """The path of a training set in the data folder."""
    return data / "train" / f"{corpus}.jsonl.gz"


def read_examples(data: Path) -> Iterator[Example]:
    """Every example of the training sets, in a fixed order."""
    for corpus, examples_of in CORPORA.items():
        for row in read_rows(corpus_path(data, corpus)):
            for text, labels in examples_of(row):
                yield Example(text[:MAX_TRAINING_CHARS], labels, corpus)
