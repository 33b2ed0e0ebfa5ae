"""Every schema of the wire says what it is, and every field of it what it means."""

from collections.abc import Iterator

import pytest
from marshmallow import Schema

from schemas import (
    administration,
    comments,
    fields,
    members,
    moderation,
    operation,
    policies,
    receipts,
    rules,
    submissions,
    threads,
    tokens,
)

LEAST_CHARS = 8
"""A description that is shorter repeats the name of what it describes."""


def described(kind: type[Schema]) -> Iterator[type[Schema]]:
    for each in kind.__subclasses__():
        yield each
        yield from described(each)


OURS = (
    *(administration, comments, members, moderation, operation, policies),
    *(
        receipts,
        rules,
        submissions,
        threads,
        tokens,
    ),
)
SCHEMAS = [kind for kind in described(fields.Closed) if kind.__module__ in {module.__name__ for module in OURS}]
FIELDS = [(kind, name) for kind in SCHEMAS for name in kind().fields]


def is_a_sentence(text: str) -> bool:
    return len(text) >= LEAST_CHARS and text[0] in "`ABCDEFGHIJKLMNOPQRSTUVWXYZ" and text.endswith(".")


def test_every_schema_is_looked_at() -> None:
    """Those of answers, of bodies and of queries."""
    names = {kind.__name__ for kind in SCHEMAS}
    assert {"SubmissionSchema", "ProblemSchema", "QueueQuery", "DecisionOfManySchema", "MadeTokenSchema"} <= names


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: kind.__name__)
def test_a_schema_says_what_it_is(kind: type[Schema]) -> None:
    assert is_a_sentence((kind.__doc__ or "").strip())
    assert kind.__doc__ not in {parent.__doc__ for parent in kind.__mro__[1:]}


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=[f"{kind.__name__}.{name}" for kind, name in FIELDS])
def test_a_field_says_what_it_means(kind: type[Schema], name: str) -> None:
    assert is_a_sentence(kind().fields[name].metadata.get("description", ""))
