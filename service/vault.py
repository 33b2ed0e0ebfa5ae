"""Encrypts emails at rest, and makes keyed hashes of what must be found again but not read.

Texts are sealed with keys that are derived from a secret by HKDF-SHA256 (RFC 5869) and are never in Redis. Hashes have
keys of their own: those of the first secret of an installation, which are kept in the store, wrapped by the secret in
force. So a secret can be replaced without a change of any hash, see `upkeep/rotation.py`. While a secret is replaced
two are known, and the record of the installation says which of them is in force.

A sealed text has these bytes: the number of the secret (1-255), the nonce, and the ciphertext of AES-GCM. Until format
2 of the store there was no number; such a text has the number 0 in memory, and none in the store.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D recommends for AES-GCM."""
HASH_BYTES = 16
"""128 bits of a keyed hash: no two of 2**40 emails collide with a chance above 1 in 2**48."""
KEY_BYTES = 32
UNNUMBERED = 0
"""The number, in memory, of a text that was sealed without one."""
_NUMBERED = b"."
"""The first character of a sealed text in printable form that has a number; it does not occur in Base64."""


_RECEIPT_VERSION = b"\x01"
_NO_COMMENT = "0" * 16
"""Has the length of a comment_id, so that a receipt that is none takes as long to refuse as one that is nearly one."""
RECEIPT_CHARS = 44
"""Of the 33 bytes of a receipt: 1 of the version, 16 of the comment_id, HASH_BYTES of the keyed hash."""


class SealBrokenError(ValueError):
    """A sealed text was made with another secret or for another owner, or is damaged."""


class SecretUnknownError(ValueError):
    """The installation was made with a secret that is not known here."""


class HashKeys(NamedTuple):
    """The keys of hashes, KEY_BYTES each, one for each kind of hash."""

    email: bytes
    reader: bytes
    token: bytes
    digest: bytes

    @classmethod
    def of(cls, secret: str) -> Self:
        """Returns the keys that are derived from a secret."""
        return cls(*(_derive(secret, purpose) for purpose in cls._fields))

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """Returns the keys that were joined in the order of the fields."""
        return cls(*(packed[start : start + KEY_BYTES] for start in range(0, len(packed), KEY_BYTES)))


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=b"commentdesk", info=purpose.encode()).derive(secret.encode())


def _keyed_hash(key: bytes, text: bytes) -> str:
    """Returns a keyed BLAKE2b hash (RFC 7693, a MAC by itself) in hex; it takes a tenth of the time of HMAC."""
    return hashlib.blake2b(text, key=key, digest_size=HASH_BYTES).hexdigest()


class Secret:
    """The keys and numbers that are derived from one secret of at least 16 characters."""

    def __init__(self, secret: str) -> None:
        self.check = _keyed_hash(_derive(secret, "check"), b"installation")
        self.number = 1 + int(self.check, 16) % 255
        self.cipher = AESGCM(_derive(secret, "seal"))
        self.backup_key = _derive(secret, "backup")
        self.own_hash_keys = HashKeys.of(secret)
        self.audit_key = Ed25519PrivateKey.from_private_bytes(_derive(secret, "audit"))
        self._wrapping = AESGCM(_derive(secret, "wrap"))

    def wrap(self, hash_keys: HashKeys) -> bytes:
        """Returns hash keys encrypted, as they are kept in the store."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, b"".join(hash_keys), b"hash keys")

    def unwrap(self, wrapped: bytes) -> HashKeys:
        """Returns the hash keys; raises SealBrokenError when they were not wrapped with this secret."""
        try:
            return HashKeys.unpacked(self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], b"hash keys"))
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError("the installation's hash keys are damaged") from error


class Vault:
    """Seals and opens texts, and makes hashes.

    `previous` is the secret that `secret` is to replace, or has replaced. Until `adopt` is called `secret` is in force,
    with its own hash keys.
    """

    def __init__(self, secret: str, previous: str | None = None) -> None:
        self.newest = Secret(secret)
        secrets = [self.newest] + ([Secret(previous)] if previous and previous != secret else [])
        self._known = {known.check: known for known in secrets}
        self._ciphers: dict[int, list[AESGCM]] = {UNNUMBERED: [known.cipher for known in secrets]}
        for known in secrets:
            self._ciphers.setdefault(known.number, []).append(known.cipher)
        self._use(self.newest, self.newest.own_hash_keys)

    def _use(self, secret: Secret, hash_keys: HashKeys) -> None:
        self._in_force = secret
        self.hash_keys = hash_keys
        self._receipt_key = hashlib.blake2b(b"receipt", key=hash_keys.digest, digest_size=KEY_BYTES).digest()
        self._seal, self._number = secret.cipher, bytes((secret.number,))
        self._email_key, self._reader_key, self._token_key, self._digest_key = hash_keys

    @property
    def check(self) -> str:
        """A hash that identifies the secret in force and reveals nothing else about it."""
        return self._in_force.check

    @property
    def checks(self) -> list[str]:
        """The checks of all known secrets, the newest first."""
        return list(self._known)

    @property
    def previous(self) -> Secret | None:
        """The known secret that is not the newest one, if there is one."""
        return next((known for known in self._known.values() if known is not self.newest), None)

    @property
    def audit_key(self) -> Ed25519PrivateKey:
        """The key that signs the checkpoints of audit logs, of the secret in force."""
        return self._in_force.audit_key

    @property
    def audit_keys(self) -> list[Ed25519PrivateKey]:
        """Those of all known secrets, the newest first."""
        return [known.audit_key for known in self._known.values()]

    def number_of(self, check: str) -> int:
        """Returns the number with which texts begin that a known secret sealed."""
        return self._known[check].number

    def adopt(self, check: str, wrapped: bytes | None) -> None:
        """Puts the secret with this check in force, with the wrapped hash keys, or its own when `wrapped` is None.

        Raises SecretUnknownError, and SealBrokenError when the hash keys cannot be unwrapped.
        """
        secret = self._known.get(check)
        if secret is None:
            raise SecretUnknownError
        self._use(secret, secret.own_hash_keys if wrapped is None else secret.unwrap(wrapped))

    def knows(self, check: str) -> bool:
        """Returns whether the secret with this check is known."""
        return check in self._known

    def backup_key(self, check: str) -> bytes:
        """Returns the key that authenticates the backups of a secret; raises KeyError when the secret is not known."""
        return self._known[check].backup_key

    def seal(self, text: str, owner: str) -> bytes:
        """Returns the text encrypted (AES-256-GCM, random nonce) and bound to the id of its owner."""
        nonce = os.urandom(NONCE_BYTES)
        return self._number + nonce + self._seal.encrypt(nonce, text.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """Returns the text; raises SealBrokenError when no known secret opens it for this owner."""
        number, nonce, rest = int.from_bytes(sealed[:1]), sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for cipher in self._ciphers.get(number, ()):
            try:
                return cipher.decrypt(nonce, rest, owner.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise SealBrokenError("sealed with another secret, or damaged")

    def is_current(self, sealed: bytes) -> bool:
        """Returns whether a text was sealed with the secret in force."""
        return sealed[:1] == self._number

    def seal_text(self, text: str, owner: str) -> bytes:
        """Returns what `seal` returns, in printable characters."""
        return _NUMBERED + base64.b64encode(self.seal(text, owner))

    def open_text(self, sealed: bytes, owner: str) -> str:
        """Returns the text that `seal_text` sealed; raises SealBrokenError as `open` does."""
        return self.open(sealed_of(sealed), owner)

    def email_hash(self, email: str) -> str:
        """Returns the hash that identifies an author, in hex; upper and lower case make no difference."""
        return _keyed_hash(self._email_key, email.casefold().encode())

    def reader_hash(self, address: str, salt: bytes) -> str:
        """Returns the hash that identifies the address of a reader; without the salt not even the key reveals it."""
        return _keyed_hash(self._reader_key, salt + address.encode())

    def token_digest(self, token: str) -> str:
        """Returns the hash that is stored of a token; as tokens have 256 random bits, one keyed hash is enough."""
        return _keyed_hash(self._token_key, token.encode("utf-8", "replace"))

    def session_digest(self, secret: str) -> str:
        """Returns the hash by which a session is known, of what its cookie holds; that has 256 random bits."""
        return self.digest("session", secret)

    def session_csrf(self, secret: str) -> str:
        """Returns what forms of a session have in them, so that no other page can send one: it cannot be found out
        without the cookie, nor the cookie by it."""
        return self.digest("csrf", secret)

    def link_digest(self, secret: str) -> str:
        """Returns the hash by which a one-time link is known."""
        return self.digest("sign-in-link", secret)

    def digest(self, *parts: str) -> str:
        """Returns a keyed hash of several texts; their lengths are part of it, so that no other split has the same."""
        return _keyed_hash(self._digest_key, _joined(parts))

    def receipt(self, site: str, comment_id: str) -> str:
        """Returns the receipt of a comment: RECEIPT_CHARS characters of base64url (RFC 4648, 5), always the same.

        They hold the version, the comment_id and a keyed hash of site and comment_id. Nothing of it is stored. The key
        comes from those of the hashes: it outlives a restart, a restore and the rotation of the secret, as they do.
        """
        named = _RECEIPT_VERSION + comment_id.encode()
        signed = hashlib.blake2b(_joined((site, comment_id)), key=self._receipt_key, digest_size=HASH_BYTES).digest()
        return base64.urlsafe_b64encode(named + signed).decode()

    def open_receipt(self, receipt: str, site: str) -> str | None:
        """Returns the comment_id of a receipt of this site, or None for any other text; both take the same time."""
        named = _comment_named_in(receipt)
        is_ours = hmac.compare_digest(self.receipt(site, named).encode(), receipt.encode("utf-8", "replace"))
        return named if is_ours else None


def _joined(parts: Iterable[str]) -> bytes:
    """Returns several texts as one, each behind its length in bytes."""
    raw = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4) + part for part in raw)


def _comment_named_in(receipt: str) -> str:
    """Returns the comment_id that a receipt claims to be of, or _NO_COMMENT where it names none."""
    if len(receipt) != RECEIPT_CHARS or not receipt.isascii():
        return _NO_COMMENT
    try:
        return base64.urlsafe_b64decode(receipt)[len(_RECEIPT_VERSION) : -HASH_BYTES].decode("ascii")
    except ValueError:
        return _NO_COMMENT


def sealed_of(text: bytes) -> bytes:
    """Returns the bytes that `seal_text` made printable, with or without a number; raises SealBrokenError."""
    try:
        if text.startswith(_NUMBERED):
            return base64.b64decode(text[1:], validate=True)
        return bytes((UNNUMBERED,)) + base64.b64decode(text, validate=True)
    except ValueError as error:
        raise SealBrokenError("this was not sealed") from error
