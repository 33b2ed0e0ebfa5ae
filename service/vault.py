"""Secrets: emails encrypted at rest, and keyed hashes of what must be found again but not read.

Everything is sealed under keys derived from a secret by HKDF-SHA256 (RFC 5869), which are never in Redis. Hashes are
made with keys of their own: those of an installation's first secret, which every later one finds in the store, wrapped
by itself. So a secret can be replaced without a hash being made anew, see `use_cases/rotation.py`. While one is
replaced two are known; which of them is in force the installation says.

Sealed is, in bytes: the number of the secret (1-255), nonce, and AES-GCM's ciphertext. Until format 2 of the store
there was no number; such a text has the number 0 in memory, and none in the store.
"""

import base64
import hashlib
import os
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D recommends for AES-GCM."""
HASH_BYTES = 16
"""128 bits of a keyed hash: no two of 2**40 emails collide with a chance above 1 in 2**48."""
KEY_BYTES = 32
UNNUMBERED = 0
"""Stands for the number of what was sealed without one."""
_NUMBERED = b"."
"""Before a sealed answer as text; without it, it is of the time before numbers. Base64 has none."""


class SealBrokenError(ValueError):
    """A sealed text was made with another secret, for another owner, or is damaged."""


class SecretUnknownError(ValueError):
    """The installation is of a secret that is not ours."""


class HashKeys(NamedTuple):
    """With what hashes are made, each of its own kind."""

    email: bytes
    reader: bytes
    token: bytes
    digest: bytes

    @classmethod
    def of(cls, secret: str) -> Self:
        return cls(*(_derive(secret, purpose) for purpose in cls._fields))

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        return cls(*(packed[start : start + KEY_BYTES] for start in range(0, len(packed), KEY_BYTES)))


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=b"commentdesk", info=purpose.encode()).derive(secret.encode())


def _keyed_hash(key: bytes, text: bytes) -> str:
    """BLAKE2b with a key (RFC 7693, a MAC by itself), in hex: a tenth of the time of HMAC."""
    return hashlib.blake2b(text, key=key, digest_size=HASH_BYTES).hexdigest()


class Secret:
    """What is derived from one secret of at least 16 characters."""

    def __init__(self, secret: str) -> None:
        self.check = _keyed_hash(_derive(secret, "check"), b"installation")
        self.number = 1 + int(self.check, 16) % 255
        self.cipher = AESGCM(_derive(secret, "seal"))
        self.backup_key = _derive(secret, "backup")
        self.own_hash_keys = HashKeys.of(secret)
        self._wrapping = AESGCM(_derive(secret, "wrap"))

    def wrap(self, hash_keys: HashKeys) -> bytes:
        """Hash keys as they may lie in the store."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, b"".join(hash_keys), b"hash keys")

    def unwrap(self, wrapped: bytes) -> HashKeys:
        """SealBrokenError when they were not wrapped by this secret."""
        try:
            return HashKeys.unpacked(self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], b"hash keys"))
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError("the installation's hash keys are damaged") from error


class Vault:
    """Seals, opens and hashes. `previous` is the secret that this one is to replace, or has replaced; until the
    installation was read the new one is in force, with hash keys of its own."""

    def __init__(self, secret: str, previous: str | None = None) -> None:
        self.newest = Secret(secret)
        known = [self.newest] + ([Secret(previous)] if previous and previous != secret else [])
        self._known = {each.check: each for each in known}
        self._ciphers: dict[int, list[AESGCM]] = {UNNUMBERED: [each.cipher for each in known]}
        for each in known:
            self._ciphers.setdefault(each.number, []).append(each.cipher)
        self._use(self.newest, self.newest.own_hash_keys)

    def _use(self, secret: Secret, hash_keys: HashKeys) -> None:
        self._in_force = secret
        self.hash_keys = hash_keys
        self._seal, self._number = secret.cipher, bytes((secret.number,))
        self._email_key, self._reader_key, self._token_key, self._digest_key = hash_keys

    @property
    def check(self) -> str:
        """Tells the secret in force from others, and nothing else about it."""
        return self._in_force.check

    @property
    def checks(self) -> list[str]:
        """Those of all secrets that are known, the newest first."""
        return list(self._known)

    @property
    def previous(self) -> Secret | None:
        return next((each for each in self._known.values() if each is not self.newest), None)

    def number_of(self, check: str) -> int:
        """What texts begin with that a known secret sealed."""
        return self._known[check].number

    def adopt(self, check: str, wrapped: bytes | None) -> None:
        """From now on seals with the secret that an installation has in force, and hashes with its hash keys: the
        secret's own where none are wrapped. SecretUnknownError, SealBrokenError."""
        secret = self._known.get(check)
        if secret is None:
            raise SecretUnknownError
        self._use(secret, secret.own_hash_keys if wrapped is None else secret.unwrap(wrapped))

    def knows(self, check: str) -> bool:
        """Whether it has the secret of which this is the check."""
        return check in self._known

    def backup_key(self, check: str) -> bytes:
        """With what a backup of an installation of that secret is authenticated; KeyError for one that is not known."""
        return self._known[check].backup_key

    def seal(self, text: str, owner: str) -> bytes:
        """The text encrypted (AES-256-GCM, random nonce) and bound to its owner's id."""
        nonce = os.urandom(NONCE_BYTES)
        return self._number + nonce + self._seal.encrypt(nonce, text.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The text again, or SealBrokenError."""
        number, nonce, rest = int.from_bytes(sealed[:1]), sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for cipher in self._ciphers.get(number, ()):
            try:
                return cipher.decrypt(nonce, rest, owner.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise SealBrokenError("sealed with another secret, or damaged")

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the secret in force."""
        return sealed[:1] == self._number

    def seal_text(self, text: str, owner: str) -> bytes:
        """The same as `seal`, in printable characters."""
        return _NUMBERED + base64.b64encode(self.seal(text, owner))

    def open_text(self, sealed: bytes, owner: str) -> str:
        """The opposite of `seal_text`, or SealBrokenError."""
        return self.open(sealed_of(sealed), owner)

    def email_hash(self, email: str) -> str:
        """What stands for an author: the same for all spellings of case, in hex."""
        return _keyed_hash(self._email_key, email.casefold().encode())

    def reader_hash(self, address: str, salt: bytes) -> str:
        """What stands for a reader's address as long as the salt is kept: not even the key tells it from then on."""
        return _keyed_hash(self._reader_key, salt + address.encode())

    def token_digest(self, token: str) -> str:
        """What is stored of a token; tokens have 256 random bits, so that one keyed hash is enough."""
        return _keyed_hash(self._token_key, token.encode("utf-8", "replace"))

    def digest(self, *parts: str) -> str:
        """A keyed hash of several texts, unambiguous in where one ends."""
        raw = [part.encode() for part in parts]
        return _keyed_hash(self._digest_key, b"".join(len(part).to_bytes(4) + part for part in raw))


def sealed_of(text: bytes) -> bytes:
    """The bytes of what `seal_text` gave, now or in the time before numbers."""
    try:
        if text.startswith(_NUMBERED):
            return base64.b64decode(text[1:], validate=True)
        return bytes((UNNUMBERED,)) + base64.b64decode(text, validate=True)
    except ValueError as error:
        raise SealBrokenError("this was not sealed") from error
