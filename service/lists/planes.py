"""Which comments of some chunks pass the filters: planes of bits in, ordinals out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.domain.selection import Selection
from service.lists.ordinals import BITS_A_CHUNK

Ordinals = NDArray[np.int64]
"""Ascending, each once."""
Bits = NDArray[np.uint8]
"""One a comment, eight a byte, in the order of `SETBIT`."""
_PLANE_BYTES = BITS_A_CHUNK // 8
_BYTE_BITS = 8
_ALL = b"\xff" * _PLANE_BYTES


def asked_of_planes(selection: Selection) -> list[list[str]]:
    """What the planes say of a comment that passes: one of each group."""
    groups = (
        [f"s:{selection.state}"] if selection.state else [],
        [f"v:{selection.verdict}"] if selection.verdict else [],
        [f"u:{selection.rule}"] if selection.rule else [],
        [f"r:{selection.reason}", f"d:{selection.reason}"] if selection.reason else [],
    )
    return [group for group in groups if group]


def passing(groups: Sequence[Sequence[str]], chunks: Sequence[Sequence[bytes | None]]) -> Bits:
    """The bits of some chunks, one after the other, of comments that pass.

    chunks: of each the planes of all groups, as their bytes, fewer where zeros follow; None for a plane that the chunk
    had no room for: whether a comment has that is not known, so that it passes
    """
    planes = [_joined(each) for each in zip(*chunks, strict=True)]
    passed = np.full(len(chunks) * _PLANE_BYTES, 255, np.uint8)
    for group in groups:
        either = planes.pop(0)
        for _ in group[1:]:
            either = either | planes.pop(0)
        passed &= either
    return passed


def _joined(plane: Sequence[bytes | None]) -> Bits:
    """What some chunks have of one plane."""
    whole = [_ALL if raw is None else raw.ljust(_PLANE_BYTES, b"\0") for raw in plane]
    return np.frombuffer(b"".join(whole), np.uint8)


def chunks_of(ordinals: Ordinals) -> NDArray[np.int64]:
    """The chunks in which some comments are, ascending."""
    chunks: NDArray[np.int64] = ordinals // BITS_A_CHUNK
    is_new: NDArray[np.bool_] = np.diff(chunks, prepend=-1) != 0
    return chunks[is_new]


def newest_set(bits: Bits, first: int, *, low: int, high: int, most: int) -> Ordinals:
    """The newest ordinals, at most so many, in [low, high) whose bits are set.

    bits: of chunks that follow each other; first: the ordinal of the first bit
    """
    filled = np.flatnonzero(bits)
    filled = filled[(filled >= (low - first) // _BYTE_BITS) & (filled <= (high - 1 - first) // _BYTE_BITS)]
    filled = filled[-most - 2 :]  # each has one at least, but the outermost may have theirs outside
    places = np.flatnonzero(np.unpackbits(bits[filled]))
    ordinals = first + filled[places // _BYTE_BITS] * _BYTE_BITS + places % _BYTE_BITS
    return ordinals[(ordinals >= low) & (ordinals < high)][-most:]


def is_set(bits: Bits, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the bits at these places are set, as `SETBIT` counts them."""
    set_ones: NDArray[np.bool_] = bits[places // _BYTE_BITS] << (places % _BYTE_BITS).astype(np.uint8) & 128 != 0
    return set_ones
