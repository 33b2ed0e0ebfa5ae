"""The words of the wire are those of the domain: the schemas may not import it, so this holds each pair together."""

from collections.abc import Iterable

import pytest
from marshmallow import Schema, missing, validate

from schemas import (
    administration,
    assessments,
    author_records,
    comments,
    moderation,
    reasons,
    submissions,
    threads,
    tokens,
)
from schemas.fields import PlainText
from service.domain.author import AuthorRecord, Ban, Trust
from service.domain.caller import Role
from service.domain.comment import Comment
from service.domain.decision import UNDO, Act, Decision
from service.domain.decision_reason import DEFAULT_REASONS, MOST_REASONS
from service.domain.policy import Mode, Policy, fields_of, policy_of
from service.domain.queue import QueueOrder
from service.domain.routing import Verdict
from service.domain.state import State
from service.store.record import _REASON_VALUES


def words(schema: type[Schema], name: str) -> list[str]:
    """What a field may be."""
    checks = schema().fields[name].validators
    (choice,) = [each for each in checks if isinstance(each, validate.OneOf)]
    return list(choice.choices)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (comments.STATES, State),
        (comments.ORDERS, QueueOrder),
        (assessments.VERDICTS, Verdict),
        (threads.MODES, Mode),
        (tokens.ROLES, Role),
        (words(moderation.DecisionSchema, "decision"), Decision),
        (words(comments.HistoryEntrySchema, "act"), [*Decision, UNDO]),
        (words(administration.PolicySchema, "mode"), Mode),
    ],
)
def test_both_have_the_same_words(given: Iterable[str], wanted: Iterable[str]) -> None:
    assert list(given) == [str(word) for word in wanted]


def test_a_policy_has_the_same_fields_and_defaults() -> None:
    defaults = {name: field.load_default for name, field in administration.PolicySchema().fields.items()}
    assert missing not in defaults.values()
    assert defaults.pop("version") is None  # which is counted beside the policy
    assert defaults == fields_of(Policy())
    assert policy_of(defaults) == Policy()


def test_the_default_reasons_are_some_that_a_site_could_have() -> None:
    given = [{"code": each.code, "title": each.title, "public": each.is_public} for each in DEFAULT_REASONS]
    assert reasons.NewDecisionReasonsSchema().load({"reasons": given}) == {"reasons": given}
    assert reasons.MAX_REASONS == MOST_REASONS


def test_every_reason_with_values_is_known_to_the_wire() -> None:
    known = set(words(assessments.ReasonSchema, "code"))
    assert set(_REASON_VALUES) <= known
    shown = set(assessments.ReasonSchema().fields)
    assert {name for names in _REASON_VALUES.values() for name in names} <= shown


def test_what_a_moderator_is_shown_is_what_there_is() -> None:
    times = {"submitted_ms": "submitted_at", "published_ms": "published_at"}
    assert {times.get(name, name) for name in Comment.__dataclass_fields__} == set(comments.CommentSchema().fields)
    acts = {"at" if name == "at_ms" else name for name in Act.__dataclass_fields__}
    assert acts == set(comments.HistoryEntrySchema().fields)
    counted = {state.value for state in State if state is not State.ERASED}
    times = {"first_ms": "first_at", "last_ms": "last_at", "at_ms": "at", "until_ms": "until"}
    told = {times.get(name, name) for name in AuthorRecord._fields} - {"counts"} | counted
    assert told == set(author_records.AuthorSchema().fields)
    for value, schema in ((Ban, author_records.BanSchema()), (Trust, author_records.TrustSchema())):
        assert {times.get(name, name) for name in value._fields} == set(schema.fields)


def test_a_form_and_a_call_have_the_same_limits() -> None:
    from service.html import form

    for name in ("name", "body"):
        field = submissions.SubmissionSchema().fields[name]
        assert isinstance(field, PlainText)
        assert form._LONGEST[name] == field._max_chars
