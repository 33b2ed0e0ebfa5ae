"""The ordinals of a thread or an author, found in strings of any length."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.lists.strand import BLOCK, ORDINAL_BYTES, Place, Strand, common, joined, ordinals_in


def packed(ordinals: list[int]) -> bytes:
    return np.array(ordinals, ">u4").tobytes()


@settings(max_examples=30)
@given(
    length=st.integers(0, 200_000), gap=st.integers(1, 9), below=st.integers(0, 2_000_000), is_ascending=st.booleans()
)
def test_a_block_has_the_newest_below_any_ordinal(length: int, gap: int, below: int, *, is_ascending: bool) -> None:
    newest_first = [gap * number for number in range(length, 0, -1)]
    raw = packed(newest_first[::-1] if is_ascending else newest_first)
    strand = Strand(length, is_ascending)

    def at(place: int, count: int) -> list[int]:
        first, last = strand.bytes_from(place, count)
        return [int(each) for each in ordinals_in(raw[first : last + 1], is_ascending=is_ascending)]

    place, rounds = Place(0, length), 0
    while not place.is_near(BLOCK):
        probes = place.probes()
        place = place.after(probes, [at(probe, 1)[0] for probe in probes], below)
        rounds += 1
    assert rounds <= 1
    wanted = [ordinal for ordinal in newest_first if ordinal < below][: BLOCK // 2]
    found = [ordinal for ordinal in reversed(at(place.low, BLOCK)) if ordinal < below]
    assert found[: len(wanted)] == wanted


def test_a_very_long_strand_takes_a_few_rounds() -> None:
    length, below, rounds = 50_000_000, 31_415_926, 0
    place = Place(0, length)
    while not place.is_near(BLOCK):
        probes = place.probes()
        place = place.after(probes, [length - probe for probe in probes], below)
        rounds += 1
    assert rounds <= 3
    assert length - place.low >= below - 1 > length - place.low - BLOCK


def test_a_piece_that_was_cut_has_its_whole_ordinals() -> None:
    assert ordinals_in(packed([3, 5, 9])[: 3 * ORDINAL_BYTES - 1]).tolist() == [3, 5]


SETS = st.sets(st.integers(0, 60))


@given(SETS, SETS)
def test_what_both_have(left: set[int], right: set[int]) -> None:
    found = common(*(np.array(sorted(each), np.int64) for each in (left, right)))
    assert found.tolist() == sorted(left & right)


@given(SETS, st.integers(0, 60), st.integers(0, 60), st.integers(0, 20), st.integers(0, 70))
def test_parts_are_joined_to_one(everything: set[int], one: int, other: int, again: int, below: int) -> None:
    """The newest part may have been moved to the next one before that was read."""
    ordered = np.array(sorted(everything), np.int64)
    first, second = sorted((one, other))
    parts = [ordered[max(0, second - again) :], ordered[first:second], ordered[:first]]
    assert joined(parts, below).tolist() == [each for each in sorted(everything) if each < below]
