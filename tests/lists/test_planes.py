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


ENDS = st.integers(0, CHUNKS * BITS_A_CHUNK) | st.integers(0, 40)


@given(PLACES | st.sets(st.integers(0, 40)), ENDS, ENDS, st.integers(1, 20))
def test_the_newest_that_are_set(places: set[int], low: int, high: int, most: int) -> None:
    wanted = sorted(FIRST_ORDINAL + place for place in places if low <= place < high)[-most:]
    found = newest_set(bits_of(places), FIRST_ORDINAL, low=FIRST_ORDINAL + low, high=FIRST_ORDINAL + high, most=most)
    assert found.tolist() == wanted


@given(PLACES, PLACES)
def test_which_are_set(places: set[int], asked: set[int]) -> None:
    ordered = np.array(sorted(asked), np.int64)
    assert ordered[is_set(bits_of(places), ordered)].tolist() == sorted(places & asked)


@given(st.lists(PLACES, min_size=4, max_size=4))
def test_what_passes_is_in_one_plane_of_each_group(planes: list[set[int]]) -> None:
    """Planes of which a chunk's string holds no more than the beginning are as those that are whole."""
    groups = [["s:held"], ["r:rude", "d:rude"], ["u:links"]]
    whole = [np.split(bits_of(places), CHUNKS) for places in planes]
    chunks = [[plane[number].tobytes().rstrip(b"\0") for plane in whole] for number in range(CHUNKS)]
    end = CHUNKS * BITS_A_CHUNK
    found = newest_set(passing(groups, chunks), 0, low=0, high=end, most=end)
    assert set(found.tolist()) == planes[0] & (planes[1] | planes[2]) & planes[3]


def test_a_plane_that_a_chunk_had_no_room_for_lets_all_pass() -> None:
    held = bits_of({1, 5, BITS_A_CHUNK + 9}, 2).tobytes()
    half = BITS_A_CHUNK // 8
    passed = passing([["s:held"], ["u:rare"]], [[held[:half], None], [held[half:], b""]])
    assert newest_set(passed, 0, low=0, high=2 * BITS_A_CHUNK, most=10).tolist() == [1, 5]


def test_each_filter_asks_its_planes() -> None:
    every: dict[str, Any] = {"state": State.HELD, "verdict": Verdict.HOLD, "reason": "rude", "rule": "links"}
    assert asked_of_planes(Selection(**every)) == [["s:held"], ["v:hold"], ["u:links"], ["r:rude", "d:rude"]]
    assert asked_of_planes(Selection(thread="t", author="a", since_ms=1)) == []
