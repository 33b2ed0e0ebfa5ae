"""All that are like one: those whose signatures agree with its own, and those that are like these, and so on."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classifier import ALIKE_PLACES, SIGNATURE_BYTES, agreements

ROUNDS = 4
"""So often what was found is asked for what is like it: a campaign spun in half of its places is whole by then."""
MOST_A_ROUND = 400
"""So many of those found are asked in a round."""
_AT_ONCE = 16_384
"""So many signatures are compared with one before somebody else has a turn: about 0.3 ms."""

Mask = NDArray[np.bool_]


def signatures_in(raw: bytes) -> NDArray[np.uint8]:
    """(n, SIGNATURE_BYTES): signatures that lie one after the other."""
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, SIGNATURE_BYTES)


def alike(signatures: NDArray[np.uint8], signature: bytes) -> list[int]:
    """The places of those that are like the one, ascending.

    signatures: (n, 32)
    """
    places: list[int] = np.flatnonzero(agreements(signatures, signature) >= ALIKE_PLACES).tolist()
    return places


def grown_from(signatures: NDArray[np.uint8], signature: bytes) -> Iterator[Mask]:
    """Which are found so far, at first and after each comparison, so that others have their turn in between; the last
    is all that are like the one, grown by likeness. It is the same array every time.

    signatures: (n, 32)
    """
    is_found: Mask = np.zeros(len(signatures), dtype=bool)
    yield is_found
    asked, asking = {signature}, [signature]
    for _ in range(ROUNDS):
        before = is_found.copy()
        for each in asking[:MOST_A_ROUND]:
            for start in range(0, len(signatures), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                is_found[part] |= agreements(signatures[part], each) >= ALIKE_PLACES
                yield is_found
        fresh = dict.fromkeys(signatures[at].tobytes() for at in np.flatnonzero(is_found & ~before))
        asking = [each for each in fresh if each not in asked]
        asked.update(asking)


def typical_and_strangest(signatures: NDArray[np.uint8], strange: int) -> list[int]:
    """The place of the one that is most like all others, then of so many that are least like it and each other; fewer
    where there are not so many. A few hundred signatures at most: each is compared with each.

    signatures: (n, 32)
    """
    shared = np.array([agreements(signatures, each.tobytes()) for each in signatures], dtype=np.int64)
    if not len(shared):
        return []
    chosen = [int(shared.sum(axis=1).argmax())]
    nearest = shared[chosen[0]].copy()
    for _ in range(min(strange, len(shared) - 1)):
        nearest[chosen] = SIGNATURE_BYTES + 1
        chosen.append(int(nearest.argmin()))
        np.maximum(nearest, shared[chosen[-1]], out=nearest)
    return chosen
