"""Counts of bits against plain sets of places."""

from hypothesis import given
from hypothesis import strategies as st

from service.lists.counts import counted
from service.lists.ordinals import BITS_A_CHUNK

CHUNKS = 2
END = CHUNKS * BITS_A_CHUNK
PLACES = st.sets(st.integers(0, END - 1) | st.integers(0, 40) | st.sampled_from([BITS_A_CHUNK - 1, BITS_A_CHUNK]))


def plane(places: set[int]) -> list[bytes | None]:
    """Its bytes in each chunk, as `SETBIT` sets them, without the zeros at their end."""
    bits = bytearray(END // 8)
    for place in places:
        bits[place // 8] |= 128 >> place % 8
    whole = bytes(bits)
    return [whole[: END // 16].rstrip(b"\0"), whole[END // 16 :].rstrip(b"\0")]


@given(st.lists(PLACES, min_size=3, max_size=5), st.integers(0, 40) | st.integers(0, BITS_A_CHUNK - 1))
def test_as_many_as_the_sets_have(planes: list[set[int]], first: int) -> None:
    rows = [plane(places) for places in planes]
    chunks = [[row[chunk] for row in rows] for chunk in range(CHUNKS)]
    (one, two, *others) = [{place for place in places if place >= first} for places in planes]
    wanted = [[len(each), len(each & one), len(each & two)] for each in others]
    assert counted(chunks, 2, first).tolist() == wanted


def test_a_plane_without_room_has_none() -> None:
    assert counted([[b"\xff", b"\xff"], [b"\xff", None]], 1, 0).tolist() == [[8, 8]]
