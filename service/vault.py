"""Secrets: emails encrypted at rest, and keyed hashes of what must be found again but not read.

All keys are derived from one secret by HKDF-SHA256 (RFC 5869); none of them is ever in Redis.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D recommends for AES-GCM."""
HASH_BYTES = 16
"""128 bits of a keyed hash: no two of 2**40 emails collide with a chance above 1 in 2**48."""
READER_HASH_PERIOD_MS = 24 * 3600 * 1000


class SealBrokenError(ValueError):
    """A sealed text was made with another secret, for another owner, or is damaged."""


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=b"commentdesk", info=purpose.encode()).derive(secret.encode())


def _keyed_hash(key: bytes, text: bytes) -> str:
    """BLAKE2b with a key (RFC 7693, a MAC by itself), in hex: a tenth of the time of HMAC."""
    return hashlib.blake2b(text, key=key, digest_size=HASH_BYTES).hexdigest()


class Vault:
    """Seals, opens and hashes with keys derived from one secret of at least 16 characters."""

    def __init__(self, secret: str) -> None:
        self._seal = AESGCM(_derive(secret, "seal"))
        self._email_key = _derive(secret, "email")
        self._reader_key = _derive(secret, "reader")
        self._token_key = _derive(secret, "token")
        self._digest_key = _derive(secret, "digest")
        self._backup_key = _derive(secret, "backup")
        self.check = _keyed_hash(_derive(secret, "check"), b"installation")

    def knows(self, check: str) -> bool:
        """Whether it has the secret of which this is the check."""
        return check == self.check

    def backup_key(self, check: str) -> bytes:
        """With what a backup of an installation of that secret is authenticated; KeyError for one that is not known."""
        if not self.knows(check):
            raise KeyError(check)
        return self._backup_key

    def seal(self, text: str, owner: str) -> bytes:
        """The text encrypted (AES-256-GCM, random nonce) and bound to its owner's id."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, text.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The text again, or SealBrokenError."""
        try:
            return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag as error:
            raise SealBrokenError("sealed with another secret, or damaged") from error

    def email_hash(self, email: str) -> str:
        """What stands for an author: the same for all spellings of case, in hex."""
        return _keyed_hash(self._email_key, email.casefold().encode())

    def reader_hash(self, address: str, now_ms: int) -> str:
        """What stands for a reader's address for one day (UTC); tomorrow it is another."""
        day = now_ms // READER_HASH_PERIOD_MS
        return _keyed_hash(self._reader_key, f"{day} {address}".encode())

    def token_digest(self, token: str) -> str:
        """What is stored of a token; tokens have 256 random bits, so that one keyed hash is enough."""
        return _keyed_hash(self._token_key, token.encode("utf-8", "replace"))

    def digest(self, *parts: str) -> str:
        """A keyed hash of several texts, unambiguous in where one ends."""
        raw = [part.encode() for part in parts]
        return _keyed_hash(self._digest_key, b"".join(len(part).to_bytes(4) + part for part in raw))
