"""How many comments planes have: bits in, numbers out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.lists.ordinals import BITS_A_CHUNK

_PLANE_BYTES = BITS_A_CHUNK // 8


def counted(chunks: Sequence[Sequence[bytes | None]], classes: int, first: int) -> NDArray[np.int64]:
    """Of each plane but the first ones how many bits are set, and how many of these in each of the first ones.

    chunks: of each all planes, as their bytes, fewer where zeros follow; None, of a chunk that had no room for a plane,
    counts as empty; classes: how many are the first ones; first: bits before this one of the first chunk do not count
    Gives (n_planes - classes, 1 + classes).
    """
    table = np.stack([_joined(plane) for plane in zip(*chunks, strict=True)])
    table[:, : first // 8] = 0
    table[:, first // 8] &= 0xFF >> first % 8
    kinds, others = table[:classes], table[classes:]
    columns = [others, *(others & kind for kind in kinds)]
    return np.stack([np.bitwise_count(each).sum(axis=1, dtype=np.int64) for each in columns], axis=1)


def _joined(plane: Sequence[bytes | None]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join((raw or b"").ljust(_PLANE_BYTES, b"\0") for raw in plane), np.uint8)
