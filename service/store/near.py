"""Signatures of the newest comments of a site, as submissions wrote them."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier import SIGNATURE_BYTES
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL, ROWS_A_CHUNK
from service.near.likeness import signatures_in
from service.store import keys, scripts

CHUNKS_A_STEP = 16
"""So many chunks are read in one step, half a megabyte: 60 µs of the server's time."""
_CHUNK_BYTES = ROWS_A_CHUNK * SIGNATURE_BYTES


class Signed(NamedTuple):
    """Signatures of comments whose ordinals follow each other.

    first: the ordinal of the first
    signatures: (n, 32) uint8; zeros where there is none
    """

    first: int
    signatures: NDArray[np.uint8]


async def read_newest(link: Link, site: str) -> Signed:
    """Reads the signatures of the newest comments, 100,000 at most."""
    count = int(await link.call("HGET", keys.totals(site), "ordinals") or 0)
    last = (FIRST_ORDINAL + count) // ROWS_A_CHUNK
    first = max(last - keys.NEAR_CHUNKS + 1, FIRST_ORDINAL // ROWS_A_CHUNK)
    starts = range(first, last + 1, CHUNKS_A_STEP)
    steps = [range(start, min(start + CHUNKS_A_STEP, last + 1)) for start in starts]
    found = await asyncio.gather(*(_read_chunks(link, site, step) for step in steps))
    return Signed(first * ROWS_A_CHUNK, signatures_in(b"".join(raw for step in found for raw in step)))


async def _read_chunks(link: Link, site: str, chunks: range) -> list[bytes]:
    names = [keys.near(site, chunk * ROWS_A_CHUNK) for chunk in chunks]
    found = await scripts.READ_PIECES.run(link, names, *(0, _CHUNK_BYTES - 1) * len(names))
    return [raw.ljust(_CHUNK_BYTES, b"\0") for raw in found]


async def read_some(link: Link, site: str, ordinals: Sequence[int | None]) -> NDArray[np.uint8]:
    """(n, 32) uint8: the signatures of some comments, in order; zeros where none is kept."""
    calls = [asyncio.ensure_future(link.call(*_piece(site, each))) for each in ordinals if each is not None]
    found = iter(await asyncio.gather(*calls))
    raw = [(b"" if each is None else next(found)).ljust(SIGNATURE_BYTES, b"\0") for each in ordinals]
    return signatures_in(b"".join(raw))


def _piece(site: str, ordinal: int) -> tuple[str, str, int, int]:
    at = ordinal % ROWS_A_CHUNK * SIGNATURE_BYTES
    return "GETRANGE", keys.near(site, ordinal), at, at + SIGNATURE_BYTES - 1
