"""Signatures: texts that say nearly the same agree, others do not, and none is dear."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Classifier, Text
from classifier.signature import ALIKE_PLACES, NO_SIGNATURE, SIGNATURE_BYTES, agreements, short_signature_of

CAMPAIGN = (
    "My cousin had lost everything at the casino when she met {who}, who doubled her {what} in a week. "
    "Nobody in the family believed it, but the money is on her account. Ask for him at {where} while he takes new ones."
)
FILLED = [
    CAMPAIGN.format(who=who, what=what, where=where)
    for who in ("a broker from Malta", "an old friend")
    for what in ("savings", "last two hundred dollars")
    for where in ("the usual number", "his page")
]
OTHERS = [
    "The council wants to close the library on Saturdays, of all days the one on which families have time to go there.",
    "I have lived in this street for forty years and never saw so many lorries; somebody should count them at night.",
    "Thank you for the long report on the harbour. I would like to know what became of the promised second crane.",
]


def signatures_of(classifier: Classifier, bodies: list[str]) -> list[bytes]:
    return [readings[0].signature for _, readings in classifier.assess_and_fold([Text(body) for body in bodies])]


def places_shared(one: bytes, other: bytes) -> int:
    return int(agreements(np.frombuffer(other, dtype=np.uint8).reshape(1, -1), one)[0])


def test_a_campaign_is_alike_and_others_are_not(classifier: Classifier) -> None:
    signatures = signatures_of(classifier, FILLED + OTHERS)
    campaign, others = signatures[: len(FILLED)], signatures[len(FILLED) :]
    assert min(places_shared(campaign[0], each) for each in campaign) >= ALIKE_PLACES
    assert max(places_shared(one, other) for one in campaign + others for other in others if one != other) < 5


def test_disguise_and_case_make_no_difference(classifier: Classifier) -> None:
    plain, disguised = signatures_of(classifier, [FILLED[0], FILLED[0].upper().replace("O", "0")])
    assert places_shared(plain, disguised) >= ALIKE_PLACES


@given(count=st.integers(1, 6), at=st.integers(0, 5))
def test_a_signature_does_not_depend_on_the_batch(classifier: Classifier, count: int, at: int) -> None:
    bodies = (OTHERS + FILLED)[:count]
    place = at % count
    assert signatures_of(classifier, bodies)[place] == signatures_of(classifier, [bodies[place]])[0]


def test_short_texts_are_alike_where_they_read_the_same(classifier: Classifier) -> None:
    one, same, other, long = signatures_of(
        classifier, ["Great post, thank you!", "great  post THANK you", "Great post, thank him!", FILLED[0]]
    )
    assert places_shared(one, same) == SIGNATURE_BYTES
    assert places_shared(one, other) < ALIKE_PLACES
    assert places_shared(one, long) < ALIKE_PLACES


@pytest.mark.parametrize("body", ["", " ", "a", "...", "\u2764\ufe0f", "x" * 59, "ab " * 20, "z" * 10_000])
def test_any_text_has_one(classifier: Classifier, body: str) -> None:
    (signature,) = signatures_of(classifier, [body])
    assert len(signature) == SIGNATURE_BYTES


def test_a_text_that_says_nothing_is_like_nothing(classifier: Classifier) -> None:
    assert short_signature_of("") == NO_SIGNATURE
    assert places_shared(NO_SIGNATURE, NO_SIGNATURE) == 0
    half_empty = bytes(16) + bytes(range(1, 17))
    assert places_shared(half_empty, NO_SIGNATURE) == 0


@given(st.binary(min_size=32, max_size=32), st.lists(st.binary(min_size=32, max_size=32), max_size=8))
def test_agreements_count_equal_places(one: bytes, others: list[bytes]) -> None:
    table = np.frombuffer(b"".join(others), dtype=np.uint8).reshape(len(others), SIGNATURE_BYTES)
    told = [
        0 if NO_SIGNATURE in (one, other) else sum(a == b for a, b in zip(one, other, strict=True)) for other in others
    ]
    assert agreements(table, one).tolist() == told


def test_a_long_text_costs_in_proportion(classifier: Classifier) -> None:
    def least(body: str) -> float:
        (found,) = classifier.assess_and_fold([Text(body)])
        reading = found[1][0]
        best = float("inf")
        for _ in range(20):
            began = time.process_time()
            for _ in range(20):
                _ = reading.signature
            best = min(best, time.process_time() - began)
        return best

    sentence = " ".join(OTHERS) + " "
    assert least((sentence * 40)[:10_000]) < 40 * least((sentence * 40)[:1_000])
