"""Checkpoints of an audit log: what the head was after so many entries, signed with Ed25519 (RFC 8032)."""

import hashlib
import struct
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.audit.chain import HEAD_BYTES

_SIGNED = struct.Struct(f">Q{HEAD_BYTES}sQ4s")
SIGNATURE_BYTES = 64
CHECKPOINT_BYTES = _SIGNED.size + SIGNATURE_BYTES
"""116: the count of entries (8), the head (32), the time (8), the id of the key (4), the signature (64)."""

TIME_BYTE = 8 + HEAD_BYTES
"""At this byte of a checkpoint its time begins."""


def key_id_of(key: Ed25519PublicKey) -> bytes:
    """The first four bytes of the SHA-256 of the public key."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:4]


class Checkpoint(NamedTuple):
    """After so many `entries` of the log of a stream the head was `head`; signed at `at_ms`, in ms since 1970, by the
    key of that id."""

    entries: int
    head: bytes
    at_ms: int
    key_id: bytes
    signature: bytes

    @classmethod
    def signed(cls, key: Ed25519PrivateKey, stream: str, entries: int, head: bytes, at_ms: int) -> Self:
        """Signs what the head is; the stream is signed too, so that no site's checkpoint passes for another's."""
        unsigned = cls(entries, head, at_ms, key_id_of(key.public_key()), b"")
        return unsigned._replace(signature=key.sign(unsigned.message(stream)))

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """One of CHECKPOINT_BYTES bytes; ValueError of any other number."""
        if len(packed) != CHECKPOINT_BYTES:
            raise ValueError("no checkpoint has as many bytes")
        entries, head, at_ms, key_id = _SIGNED.unpack(packed[: _SIGNED.size])
        return cls(entries, head, at_ms, key_id, packed[_SIGNED.size :])

    def packed(self) -> bytes:
        return _SIGNED.pack(*self[:4]) + self.signature

    def is_signed_by(self, key: Ed25519PublicKey, stream: str) -> bool:
        """Whether the key signed this for the log of the stream."""
        try:
            key.verify(self.signature, self.message(stream))
        except InvalidSignature:
            return False
        return True

    def message(self, stream: str) -> bytes:
        """What is signed."""
        return b"commentdesk audit checkpoint 1\n" + stream.encode() + b"\n" + _SIGNED.pack(*self[:4])
