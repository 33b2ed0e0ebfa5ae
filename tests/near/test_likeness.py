"""What is like one, grown by likeness, and which few stand for many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifier.signature import ALIKE_PLACES, SIGNATURE_BYTES, agreements
from service.near.likeness import ROUNDS, grown_from, typical_and_strangest


def chain(length: int) -> NDArray[np.uint8]:
    """Signatures of which each is like its neighbours alone: each place is shared with one of the two."""
    rows = np.random.default_rng(7).integers(0, 256, (length, SIGNATURE_BYTES), dtype=np.uint8)
    half = SIGNATURE_BYTES // 2
    for at in range(1, length):
        part = slice(0, half) if at % 2 else slice(half, SIGNATURE_BYTES)
        rows[at, part] = rows[at - 1, part]
    return rows


def grown(signatures: NDArray[np.uint8], signature: bytes) -> list[int]:
    for found in grown_from(signatures, signature):
        last = found
    return np.flatnonzero(last).tolist()


def test_what_is_like_those_found_is_found_so_many_rounds_on() -> None:
    signatures = chain(ROUNDS + 3)
    assert grown(signatures, signatures[0].tobytes()) == list(range(ROUNDS + 1))


def test_nothing_is_like_one_in_an_empty_store() -> None:
    assert grown(np.empty((0, SIGNATURE_BYTES), dtype=np.uint8), b"\1" * SIGNATURE_BYTES) == []


@given(st.lists(st.lists(st.sampled_from((1, 2)), min_size=4, max_size=4), max_size=12))
def test_it_is_a_walk_over_likeness(parts: list[list[int]]) -> None:
    rows = np.array([np.repeat(part, SIGNATURE_BYTES // 4) for part in parts], dtype=np.uint8)
    rows = rows.reshape(len(parts), SIGNATURE_BYTES)
    one = b"\1" * 8 + b"\2" * 8 + b"\3" * 16
    reached: set[int] = set()
    fresh = {one}
    for _ in range(ROUNDS):
        found = {at for each in fresh for at in np.flatnonzero(agreements(rows, each) >= ALIKE_PLACES).tolist()}
        fresh = {rows[at].tobytes() for at in found - reached}
        reached |= found
    assert grown(rows, one) == sorted(reached)


def test_the_typical_one_is_of_the_most_and_the_strange_are_of_others() -> None:
    signatures = np.concatenate([np.full((5, SIGNATURE_BYTES), value, dtype=np.uint8) for value in (9, 9, 4, 5, 6)])
    typical, *strange = typical_and_strangest(signatures, 3)
    assert typical < 10
    assert {signatures[at, 0] for at in strange} == {4, 5, 6}


def test_few_are_all_shown() -> None:
    assert typical_and_strangest(np.empty((0, SIGNATURE_BYTES), dtype=np.uint8), 3) == []
    assert sorted(typical_and_strangest(chain(2), 3)) == [0, 1]
