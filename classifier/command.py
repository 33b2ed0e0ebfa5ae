"""The commands of python -m classifier."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
import orjson

from classifier.assessment import Text
from classifier.scorer import Classifier

_BATCH = 64


@click.group()
def main() -> None:
    """Score texts for moderation, and make and judge the model that does it."""


def _text_of(line: bytes, number: int) -> Text:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise click.ClickException(f"line {number} is not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise click.ClickException(f'line {number} is not an object with a string "text"')
    name, website = row.get("name") or "", row.get("website") or ""
    if not isinstance(name, str) or not isinstance(website, str):
        raise click.ClickException(f'line {number} has a "name" or "website" that is not a string')
    return Text(row["text"], name, website)


def _batches(lines: Iterator[bytes]) -> Iterator[list[Text]]:
    batch: list[Text] = []
    for number, line in enumerate(lines, start=1):
        batch.append(_text_of(line, number))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


@main.command()
def score() -> None:
    """Read JSON lines {"text", "name"?, "website"?} and write {"scores"} for each, in the same order."""
    classifier = Classifier.load()
    for batch in _batches(iter(sys.stdin.buffer)):
        for assessment in classifier.assess(batch):
            sys.stdout.buffer.write(orjson.dumps({"scores": assessment.scores}) + b"\n")
    sys.stdout.buffer.flush()
