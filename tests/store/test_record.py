"""What is packed is read again, to the decimals that the API shows; and format 2 stays."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import ATTRIBUTES
from service.domain.assessed import SCORE_DECIMALS, Assessed
from service.domain.decision import Act
from service.domain.policy import Mode, Policy
from service.domain.reason import Reason
from service.domain.routing import route_each
from service.domain.state import State
from service.store import record
from service.store.record import Private

TEXT = st.text(st.characters(codec="utf-8"), max_size=50)
SCORE = st.integers(0, 10**SCORE_DECIMALS).map(lambda steps: round(steps / 10**SCORE_DECIMALS, SCORE_DECIMALS))
SCORES = st.none() | st.fixed_dictionaries(dict.fromkeys(ATTRIBUTES, SCORE)) | st.dictionaries(TEXT, SCORE)
PRIVATE = st.builds(
    Private,
    email=st.binary(max_size=400),
    scores=SCORES,
    risk=st.none() | SCORE | st.just(1.5),
    spans=st.lists(st.fixed_dictionaries({"start": st.integers(0, 10_000), "attribute": TEXT}), max_size=3).map(tuple),
    assessed=st.booleans(),
    model=TEXT,
    reader=TEXT,
    user_agent=TEXT,
    referrer=TEXT,
)


@given(PRIVATE)
def test_what_is_private_is_read_again(private: Private) -> None:
    assert record.unpack_private(record.pack_private(private)) == private


def test_scores_of_the_model_are_packed() -> None:
    private = Private(b"sealed", dict.fromkeys(ATTRIBUTES, 0.12345), 0.54321)
    assert record.ATTRIBUTE_SETS[-1] == ATTRIBUTES, "a new set goes behind the others"
    assert len(record.pack_private(private)) == 1 + math.ceil(9 * math.log2(100_001) / 8) + 2 + 6 + 2


def test_what_was_packed_by_an_older_version_is_read() -> None:
    """Bytes as they lie in stores of format 2, whose sealed emails have no number; they are packed as they were."""
    scores = (0.00282, 0.0005, 1.0, 0.00303, 0.99999, 0.00001, 0.0, 0.00279)
    private = Private(b"\0sealed", dict(zip(record.ATTRIBUTE_SETS[1], scores, strict=True)), 0.00687, model="1")
    packed = bytes.fromhex("03004eded00a544a3c2a0092a8904c9e2d67692100067365616c65645b2231225d")
    assert record.unpack_private(packed) == private
    assert record.pack_private(private) == packed
    assert record.unpack_public(b'["Ann","Hello","","c0"]') == record.Public("Ann", "Hello", None, "c0")
    assert record.unpack_reasons('["premoderated",["score_high","spam",0.9]]') == [
        Reason("premoderated"),
        Reason("score_high", {"attribute": "spam", "score": 0.9}),
    ]
    (act,) = record.unpack_history('["held","spam","spam",5,"t1","Mo",null,"a note"]\n')
    assert act == Act(2, State.HELD, State.SPAM, "spam", 5, "t1", "t1", "Mo", None, "a note")


@given(TEXT, TEXT, TEXT, TEXT)
def test_what_is_public_is_read_again(name: str, body: str, website: str, parent_id: str) -> None:
    assert record.unpack_public(record.pack_public(name, body, website, parent_id)) == record.Public(
        name, body, website or None, parent_id or None
    )


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("risk", [None, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("is_assessed", [True, False])
def test_every_reason_that_there_is_is_read_again(mode: Mode, risk: float | None, *, is_assessed: bool) -> None:
    scores = None if risk is None else dict.fromkeys(ATTRIBUTES, 0.75)
    reasons = route_each(Policy(), Assessed(scores, risk, [], assessed=is_assessed, model="1"))[mode].reasons
    packed = record.pack_reasons(reasons)
    assert record.unpack_reasons(packed.decode()) == reasons
    assert b"{" not in packed


@given(st.dictionaries(TEXT.filter(lambda name: name != "code"), TEXT))
def test_a_reason_of_another_shape_is_kept_as_it_is(more: dict[str, Any]) -> None:
    reasons = [Reason("risk_below", more)]
    assert record.unpack_reasons(record.pack_reasons(reasons).decode()) == reasons


def test_acts_are_read_again_in_order() -> None:
    acts = [("approve", None, None), ("undo", None, None), ("spam", "a reason", "a\nnote\u2028")]
    lines = b"".join(
        b'["held","spam",' + record.pack_act(act, at, "t", "Mo", reason=reason, note=note)[1:] + b"\n"
        for at, (act, reason, note) in enumerate(acts)
    )
    found = record.unpack_history(lines.decode())
    assert [(each.act, each.reason, each.note) for each in found] == acts
    assert [(each.revision, each.at_ms) for each in found] == [(2, 0), (3, 1), (4, 2)]
