"""What readers write: real comments where they are at hand, and always ones made here."""

import gzip
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import ValidationError

from schemas.submissions import SubmissionSchema
from tests.servers import REPOSITORY

DATA = REPOSITORY.parent / "shared" / "data" / "dev"
REAL_SETS = (
    "civil_balanced",
    "globe_news_published",
    "fox_news_comments",
    "impermium_insults",
    "youtoxic_1000",
    "hatemoji_check",
    "reddit_removed",
    "datacamp_comment_spam",
    "jigsaw_wiki_test",
    "surge_toxicity",
)
WORDS = """
the council says that rents will not rise this year but nobody on our street believes it any more because taxes went up
twice and the bus no longer stops here while the mayor opens another car park nobody asked for
"""
ODD = (
    "One line.\n\nAnother, after a gap.\n\tAnd one with a tab.",
    "Quotes \" ' ` and \\ backslashes \\n, {braces}, [brackets], <b>tags</b> &amp; entities; 100%, $5.",
    "Ünïcödé, čeština, Ελληνικά, русский, العربية, עברית, हिन्दी, 中文, 日本語, 한국어.",
    "Emoji \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467, flags \U0001f1e9\U0001f1ea.",
    "A\u0301ccents that combine, ﬁ ligatures, Ａ wide letters.",
    '{"json": ["in", "a", "comment", null, 1e309]}',
    "* 3 EVAL \r\n$4\r\nPING SET GET '; DROP TABLE comments; --",
    "https://spam.example/buy?cheap=1&fast=1 buy now https://spam.example/again",
    "a" * 10_000,
    "\U0001f600" * 10_000,
    "x",
    "\u202eright to left\u202c and zero\u200bwidth",
)


def generated_texts(count: int) -> list[str]:
    """Texts of many shapes, no two alike after trimming."""
    chance = random.Random(2)
    texts = list(ODD)
    words = WORDS.split()
    for number in range(count - len(ODD)):
        some = chance.choices(words, k=chance.choice((3, 20, 70, 200)))
        texts.append(f"{number} {' '.join(some)}.")
    return texts


def real_texts(count: int) -> list[str]:
    """Comments that people wrote, from several sets in turn: those that the schema takes, no two alike."""
    if not DATA.is_dir():
        if os.environ.get("TESTS_REQUIRE_DATA") == "1":
            pytest.fail(f"{DATA} is not there")
        pytest.skip("the labelled comments are not there")
    found: dict[str, None] = {}
    readers = [_rows(DATA / f"{name}.jsonl.gz") for name in REAL_SETS]
    while len(found) < count:
        for reader in readers:
            text = next(reader)
            if is_taken(text) and len(found) < count:
                found[text.strip()] = None
    return list(found)


def _rows(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def is_taken(text: str) -> bool:
    try:
        SubmissionSchema().load({"name": "A", "email": "a@mail.example", "body": text})
    except ValidationError:
        return False
    return True
