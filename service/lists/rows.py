"""The rows of some comments, as their ordinals find them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.base_32 import ID_CHARS, texts_of
from service.domain.selection import Listed, Selection
from service.lists.ordinals import RISK_STEPS, ROW_BYTES, ROWS_A_CHUNK
from service.lists.planes import Ordinals

_ID_BYTES, _TIME_BYTES = 10, 6
_NEAR = 16
"""Rows so near each other are read in one piece: a piece costs more than a few rows."""
Rows = NDArray[np.uint8]
"""(n, 12): of each comment its id and risk, zeros where there is none."""


class Piece(NamedTuple):
    """Rows that follow each other within a chunk: the ordinals of the first and the last."""

    first: int
    last: int

    @property
    def first_byte(self) -> int:
        """Where it begins in the string of its chunk."""
        return self.first % ROWS_A_CHUNK * ROW_BYTES

    @property
    def last_byte(self) -> int:
        return self.last % ROWS_A_CHUNK * ROW_BYTES + ROW_BYTES - 1


def pieces_of(ordinals: Ordinals) -> list[Piece]:
    """The pieces in which the rows of some comments are read; near ones are read together."""
    if not len(ordinals):
        return []
    is_apart = (np.diff(ordinals) > _NEAR) | (np.diff(ordinals // ROWS_A_CHUNK) != 0)
    starts = np.flatnonzero(np.concatenate(([True], is_apart)))
    ends = np.concatenate((starts[1:], [len(ordinals)])) - 1
    return [Piece(int(ordinals[start]), int(ordinals[end])) for start, end in zip(starts, ends, strict=True)]


def rows_of(ordinals: Ordinals, pieces: Sequence[Piece], found: Sequence[bytes]) -> Rows:
    """The rows of the comments of which these pieces were read; where a string ended, zeros follow."""
    whole = [
        raw.ljust((piece.last - piece.first + 1) * ROW_BYTES, b"\0") for piece, raw in zip(pieces, found, strict=True)
    ]
    table = np.frombuffer(b"".join(whole), np.uint8).reshape(-1, ROW_BYTES)
    places = np.concatenate([np.arange(piece.first, piece.last + 1) for piece in pieces] or [np.empty(0, np.int64)])
    return table[np.searchsorted(places, ordinals)]


def times_of(rows: Rows) -> NDArray[np.int64]:
    """When the comments were submitted, in ms since 1970, as their ids begin with it; 0 where there is none."""
    powers = 256 ** np.arange(_TIME_BYTES - 1, -1, -1, dtype=np.int64)
    return rows[:, :_TIME_BYTES].astype(np.int64) @ powers


def chosen(rows: Rows, selection: Selection) -> NDArray[np.bool_]:
    """Which of the rows are of comments that pass by time, and by risk as nearly as a row tells."""
    is_chosen = np.asarray(rows.any(axis=1))
    times = times_of(rows)
    if selection.since_ms is not None:
        is_chosen &= times >= selection.since_ms
    if selection.until_ms is not None:
        is_chosen &= times < selection.until_ms
    risks = rows[:, _ID_BYTES].astype(np.int64) * 256 + rows[:, _ID_BYTES + 1]
    if selection.risk_above is not None:
        is_chosen &= risks >= int(selection.risk_above * RISK_STEPS)
    if selection.risk_below is not None:
        is_chosen &= risks <= int(selection.risk_below * RISK_STEPS) + 1
    return is_chosen


def listed(ordinals: Ordinals, rows: Rows) -> list[Listed]:
    """The comments of some rows, in their order."""
    ids = texts_of(rows[:, :_ID_BYTES].tobytes(), ID_CHARS)
    return [Listed(*each) for each in zip(ordinals.tolist(), ids, times_of(rows).tolist(), strict=True)]
