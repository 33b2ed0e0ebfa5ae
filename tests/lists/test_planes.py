"""Bits of chunks against plain sets of ordinals."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.domain.routing import Verdict
from service.domain.selection import Selection
from service.domain.state import State
from service.lists.ordinals import BITS_A_CHUNK, FIRST_ORDINAL
from service.lists.planes import Bits, asked_of_planes, is_set, newest_set, passing

CHUNKS = 3
PLACES = st.sets(
    st.one_of(st.integers(0, CHUNKS * BITS_A_CHUNK - 1), st.sampled_from([0, 7, 8, BITS_A_CHUNK - 1, BITS_A_CHUNK])),
    max_size=30,
)


def bits_of(places: set[int], chunks: int = CHUNKS) -> Bits:
    """As `SETBIT` sets them."""
    unpacked = np.zeros(chunks * BITS_A_CHUNK, np.uint8)
    unpacked[list(places)] = 1
    return np.packbits(unpacked)


@given(PLACES, st.integers(0, CHUNKS * BITS_A_CHUNK), st.integers(0, CHUNKS * BITS_A_CHUNK), st.integers(1, 20))
def test_the_newest_that_are_set(places: set[int], low: int, high: int, most: int) -> None:
    wanted = sorted(FIRST_ORDINAL + place for place in places if low <= place < high)[-most:]
    found = newest_set(bits_of(places), FIRST_ORDINAL, low=FIRST_ORDINAL + low, high=FIRST_ORDINAL + high, most=most)
    assert found.tolist() == wanted


@given(PLACES, PLACES)
def test_which_are_set(places: set[int], asked: set[int]) -> None:
    ordered = np.array(sorted(asked), np.int64)
    assert ordered[is_set(bits_of(places), ordered)].tolist() == sorted(places & asked)


@given(st.lists(PLACES.map(lambda places: {place % BITS_A_CHUNK for place in places}), min_size=4, max_size=4))
def test_what_passes_is_in_one_plane_of_each_group(planes: list[set[int]]) -> None:
    """Planes of which the string holds no more than the beginning are as those that are whole."""
    groups = [["s:held"], ["r:rude", "d:rude"], ["u:links"]]
    raw = [bits_of(places, 1).tobytes().rstrip(b"\0") for places in planes]
    found = newest_set(passing(groups, raw), 0, low=0, high=BITS_A_CHUNK, most=BITS_A_CHUNK)
    assert set(found.tolist()) == planes[0] & (planes[1] | planes[2]) & planes[3]


def test_a_plane_that_a_chunk_had_no_room_for_lets_all_pass() -> None:
    held = {1, 5, 9}
    passed = passing([["s:held"], ["u:rare"]], [bits_of(held, 1).tobytes(), None])
    assert set(newest_set(passed, 0, low=0, high=BITS_A_CHUNK, most=10).tolist()) == held


def test_each_filter_asks_its_planes() -> None:
    every: dict[str, Any] = {"state": State.HELD, "verdict": Verdict.HOLD, "reason": "rude", "rule": "links"}
    assert asked_of_planes(Selection(**every)) == [["s:held"], ["v:hold"], ["u:links"], ["r:rude", "d:rude"]]
    assert asked_of_planes(Selection(thread="t", author="a", since_ms=1)) == []
