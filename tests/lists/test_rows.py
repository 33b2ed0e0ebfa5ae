"""Rows as they are read, and what they tell."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.desk import new_id
from service.domain.selection import Selection
from service.lists.ordinals import FIRST_ORDINAL, ROW_BYTES, ROWS_A_CHUNK, pack_row
from service.lists.planes import Ordinals
from service.lists.rows import chosen, listed, pieces_of, rows_of, times_of

NOW = 1_770_000_000_000
PLACES = st.sets(st.integers(0, 4 * ROWS_A_CHUNK - 1), max_size=40)


def ordinals_at(places: set[int]) -> Ordinals:
    return np.array(sorted(FIRST_ORDINAL + place for place in places), np.int64)


def chunks_with(ordinals: list[int]) -> dict[int, bytes]:
    """The strings of chunks that hold rows of these ordinals alone, each with a time of its own."""
    chunks: dict[int, bytearray] = {}
    for ordinal in ordinals:
        place = ordinal % ROWS_A_CHUNK * ROW_BYTES
        chunk = chunks.setdefault(ordinal // ROWS_A_CHUNK, bytearray())
        chunk.extend(b"\0" * (place + ROW_BYTES - len(chunk)))
        chunk[place : place + ROW_BYTES] = pack_row(new_id(NOW + ordinal), 0.25)
    return {number: bytes(chunk) for number, chunk in chunks.items()}


@given(PLACES, PLACES)
def test_rows_are_read_in_pieces_of_one_chunk_each(places: set[int], there: set[int]) -> None:
    asked, present = ordinals_at(places), ordinals_at(there).tolist()
    chunks, pieces = chunks_with(present), pieces_of(asked)
    assert all(piece.first // ROWS_A_CHUNK == piece.last // ROWS_A_CHUNK for piece in pieces)
    assert all(before.last < after.first for before, after in pairwise(pieces))
    found = [chunks.get(piece.first // ROWS_A_CHUNK, b"")[piece.first_byte : piece.last_byte + 1] for piece in pieces]
    rows = rows_of(asked, pieces, found)
    assert times_of(rows).tolist() == [NOW + ordinal if ordinal in present else 0 for ordinal in asked.tolist()]
    assert asked[chosen(rows, Selection())].tolist() == [each for each in asked.tolist() if each in present]


def test_far_rows_cost_no_more_than_themselves() -> None:
    far = np.arange(FIRST_ORDINAL, FIRST_ORDINAL + 5 * 200, 200)
    assert sum(piece.last_byte + 1 - piece.first_byte for piece in pieces_of(far)) == len(far) * ROW_BYTES
    assert len(pieces_of(np.arange(FIRST_ORDINAL, FIRST_ORDINAL + 500))) == 1


def test_a_row_tells_id_and_time() -> None:
    comment_id = new_id(NOW)
    ordinals = np.array([FIRST_ORDINAL])
    (found,) = listed(ordinals, rows_of(ordinals, pieces_of(ordinals), [pack_row(comment_id, 0.75)]))
    assert found == (FIRST_ORDINAL, comment_id, NOW)


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (Selection(since_ms=NOW + 1), [1, 2]),
        (Selection(until_ms=NOW + 1), [0]),
        (Selection(risk_above=0.5), [1, 2]),  # the record tells that 0.5 is not above it
        (Selection(risk_above=0.51, risk_below=0.95), [2]),
    ],
)
def test_time_and_risk_are_asked_of_rows(selection: Selection, wanted: list[int]) -> None:
    ordinals = np.arange(FIRST_ORDINAL, FIRST_ORDINAL + 4)  # the last one is empty
    raw = b"".join(pack_row(new_id(NOW + at), risk) for at, risk in enumerate((0.1, 0.5, 0.9)))
    is_chosen = chosen(rows_of(ordinals, pieces_of(ordinals), [raw]), selection)
    assert np.flatnonzero(is_chosen).tolist() == wanted
