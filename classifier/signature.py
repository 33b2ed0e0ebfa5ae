"""Signatures of texts: two that say nearly the same, in whatever order, agree in many of their places.

One-permutation MinHash: the hashes of a text's 5-grams, sorted, are cut into as many bins as a signature has places; a
place has 8 bits of the smallest hash of its bin. So two signatures agree in about that share of their places which is
the share of 5-grams that their texts have in common. Source: Li, Owen and Zhang, One Permutation Hashing, NIPS 2012;
an empty bin takes what the next filled one has, as in Shrivastava and Li, Densifying One Permutation Hashing via
Rotation, ICML 2014.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SIGNATURE_BYTES = 32
"""The places of a signature, of 8 bits each."""
ALIKE_PLACES = 10
"""Two signatures that agree in so many places are of texts alike: 2 in a million pairs of news are, by mistake."""
SHORT_SYMBOLS = 60
"""A shorter text has too few 5-grams to compare: it is alike to a text that reads the same, and to no other."""
NO_SIGNATURE = bytes(SIGNATURE_BYTES)
"""That of a text without anything to read, which is like no text."""

_FIRST, _SECOND = (np.array(factor, dtype=np.uint32) for factor in (0x9E3779B1, 0x85EBCA6B))
"""Odd factors that spread 18 bits over 32; arrays without a dimension, which numpy takes in quicker than numbers."""
_HALF = np.array(15, dtype=np.uint32)
_EDGES = np.arange(SIGNATURE_BYTES, dtype=np.uint32) << np.uint32(32 - (SIGNATURE_BYTES - 1).bit_length())
"""Where the bins begin."""
_KEPT = np.array(8, dtype=np.uint32)
"""The lowest bit that is kept: those that place a hash in its bin, and those that are small as it is its smallest, lie
above the eight kept."""

_WORDS = SIGNATURE_BYTES // 8
_ADD_BYTES = np.uint64(0x0101010101010101)
_TOP_BYTE = np.uint64(56)


def signature_of(grams: NDArray[np.uint32]) -> bytes:
    """The signature of a text that is long enough.

    grams: (n_grams,) the hashes of its 5-grams in any order, at least one
    """
    mixed = grams * _FIRST
    mixed ^= mixed >> _HALF
    mixed *= _SECOND
    mixed.sort()
    firsts = mixed.searchsorted(_EDGES)
    return (mixed.take(firsts, mode="wrap") >> _KEPT).astype(np.uint8).tobytes()


def short_signature_of(read: str) -> bytes:
    """The signature of a short text, by all of what it says; NO_SIGNATURE where that is nothing."""
    if not read:
        return NO_SIGNATURE
    return blake2b(read.encode("utf-8", "surrogatepass"), digest_size=SIGNATURE_BYTES).digest()


def agreements(signatures: NDArray[np.uint8], signature: bytes) -> NDArray[np.uint64]:
    """(n,) in how many places each of (n, SIGNATURE_BYTES) signatures agrees with the one; NO_SIGNATURE with none."""
    if signature == NO_SIGNATURE:
        return np.zeros(len(signatures), dtype=np.uint64)
    equal = (signatures == np.frombuffer(signature, dtype=np.uint8)).view(np.uint64)
    words: NDArray[np.uint64] = equal[:, 0].copy()
    for word in range(1, _WORDS):
        words += equal[:, word]
    words *= _ADD_BYTES
    words >>= _TOP_BYTE
    words[~signatures.any(axis=1)] = 0
    return words
