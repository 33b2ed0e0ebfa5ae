"""Secrets: emails encrypted at rest, and keyed hashes of what must be found again but not read.

All keys are derived from one secret by HKDF-SHA256 (RFC 5869); none of them is ever in Redis.
"""

import base64
import hashlib
import hmac
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


class Vault:
    """Seals, opens and hashes with keys derived from one secret of at least 16 characters."""

    def __init__(self, secret: str) -> None:
        self._seal = AESGCM(_derive(secret, "seal"))
        self._email_key = _derive(secret, "email")
        self._reader_key = _derive(secret, "reader")
        self._token_key = _derive(secret, "token")
        self._digest_key = _derive(secret, "digest")
        self.check = hmac.digest(_derive(secret, "check"), b"installation", "sha256").hex()

    def seal(self, text: str, owner: str) -> str:
        """The text encrypted (AES-256-GCM, random nonce) and bound to its owner's id, in base64."""
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + self._seal.encrypt(nonce, text.encode(), owner.encode())).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The text again, or SealBrokenError."""
        raw = base64.b64decode(sealed)
        try:
            return self._seal.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag as error:
            raise SealBrokenError("sealed with another secret, or damaged") from error

    def email_hash(self, email: str) -> str:
        """What stands for an author: the same for all spellings of case, in hex."""
        return hmac.digest(self._email_key, email.casefold().encode(), "sha256")[:HASH_BYTES].hex()

    def reader_hash(self, address: str, now_ms: int) -> str:
        """What stands for a reader's address for one day (UTC); tomorrow it is another."""
        day = now_ms // READER_HASH_PERIOD_MS
        return hmac.digest(self._reader_key, f"{day} {address}".encode(), "sha256")[:HASH_BYTES].hex()

    def token_digest(self, token: str) -> str:
        """What is stored of a token; tokens have 256 random bits, so that one keyed hash is enough."""
        return hmac.digest(self._token_key, token.encode("utf-8", "replace"), "sha256").hex()

    def digest(self, *parts: str) -> str:
        """A keyed hash of several texts, unambiguous in where one ends."""
        whole = hashlib.sha256()
        for part in parts:
            raw = part.encode()
            whole.update(len(raw).to_bytes(4) + raw)
        return hmac.digest(self._digest_key, whole.digest(), "sha256")[:HASH_BYTES].hex()
