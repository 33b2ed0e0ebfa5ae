"""The public keys that sign checkpoints, each vouched for by the one before it.

A key follows from the secret. When the secret is replaced the next key is signed by the one before, and signs that one:
so whoever knows either public key for sure knows the other.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.audit.checkpoint import key_id_of


class Signer(NamedTuple):
    """A public key, in use from `since_ms` on. `predecessor` is the id of the key before it, in hex, `vouched` that
    key's signature on this one and `vouching` this key's on that one; all "" or empty for the first."""

    key: Ed25519PublicKey
    since_ms: int
    predecessor: str = ""
    vouched: bytes = b""
    vouching: bytes = b""

    @property
    def key_id(self) -> str:
        return key_id_of(self.key).hex()


Signers = dict[str, Signer]
"""By their ids, in hex."""


def introduced(key: Ed25519PrivateKey, since_ms: int, predecessor: Ed25519PrivateKey | None) -> Signer:
    """The key as it is written down, with the signatures of both where there is one before it."""
    public = key.public_key()
    if predecessor is None:
        return Signer(public, since_ms)
    before = predecessor.public_key()
    return Signer(
        public,
        since_ms,
        key_id_of(before).hex(),
        vouched=predecessor.sign(_message(public)),
        vouching=key.sign(_message(before)),
    )


def _message(key: Ed25519PublicKey) -> bytes:
    return b"commentdesk audit key 1\n" + key.public_bytes_raw()


def pack_signer(signer: Signer) -> bytes:
    """As JSON."""
    told = {"key": signer.key.public_bytes_raw().hex(), "since_ms": signer.since_ms}
    if signer.predecessor:
        signatures = {"vouched": signer.vouched.hex(), "vouching": signer.vouching.hex()}
        told |= {"predecessor": signer.predecessor} | signatures
    return json.dumps(told).encode()


def unpack_signer(packed: bytes) -> Signer:
    """ValueError when it is none."""
    try:
        told = json.loads(packed)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["key"]))
        signatures = (bytes.fromhex(told.get("vouched", "")), bytes.fromhex(told.get("vouching", "")))
        return Signer(key, int(told["since_ms"]), str(told.get("predecessor", "")), *signatures)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no key of an audit log") from error


def faults_of(signers: Mapping[str, Signer]) -> list[str]:
    """What is wrong with the keys, by id: each but one has to be vouched for by one of the others."""
    faults = [f"the key {key_id} is another one" for key_id, signer in signers.items() if signer.key_id != key_id]
    firsts = [key_id for key_id, signer in signers.items() if not signer.predecessor]
    if len(firsts) > 1:
        faults.append(f"of the keys {', '.join(sorted(firsts))} none vouches for another")
    for key_id, signer in signers.items():
        if signer.predecessor and not _is_vouched_for(signer, signers.get(signer.predecessor)):
            faults.append(f"the key {key_id} is not vouched for by the one before it")
    return faults


def _is_vouched_for(signer: Signer, before: Signer | None) -> bool:
    if before is None:
        return False
    try:
        before.key.verify(signer.vouched, _message(signer.key))
        signer.key.verify(signer.vouching, _message(before.key))
    except InvalidSignature:
        return False
    return True
