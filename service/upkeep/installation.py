"""The installation: whose store this is, and of which formats what lies in it is."""

from collections.abc import Mapping
from typing import NamedTuple

from service.domain.event import MACHINE
from service.domain.times import now_ms
from service.errors import StartError
from service.link.link import Link
from service.store import keys, scripts
from service.vault import SealBrokenError, SecretUnknownError, Vault

FORMAT = 5
"""The version of everything that is written; a service refuses a store of a newer one."""
FORMAT_FIELD, OLDEST_FIELD = "format", "upgrading_from"
_FIELDS = (FORMAT_FIELD, "secret_check", "hash_keys", "previous_check", "restoring", OLDEST_FIELD)


class StoredFormats(NamedTuple):
    """The format that everything is written in, and the oldest of anything that may lie in the store: older than the
    first while the store is upgraded."""

    written: int
    oldest: int

    @property
    def is_mixed(self) -> bool:
        """Whether the store is under upgrade."""
        return self.oldest < self.written


def formats_of(installation: Mapping[bytes, bytes]) -> StoredFormats:
    """By the fields of the installation; KeyError or ValueError when they do not tell."""
    written = int(installation[FORMAT_FIELD.encode()])
    oldest = int(installation.get(OLDEST_FIELD.encode(), written))
    if not 0 < oldest <= written:
        raise ValueError("no formats of a store")
    return StoredFormats(written, oldest)


async def check_installation(link: Link, vault: Vault) -> int:
    """The oldest format of anything in a store that is whole, written in our format or an older one, and with a secret
    that we know: StartError otherwise. The vault has its secret in force then. An empty store becomes ours."""
    fields = await _read(link)
    if b"restoring" in fields:
        raise StartError(
            "A backup was being restored into this store, and did not get to its end. Run the restore again."
        )
    if b"format" not in fields or b"secret_check" not in fields:  # not always, since a full store takes no write
        await link.call("HSETNX", keys.INSTALLATION, FORMAT_FIELD, FORMAT)
        await link.call("HSETNX", keys.INSTALLATION, "secret_check", vault.newest.check)
        fields = await _read(link)
    _adopt_secret(vault, fields[b"secret_check"], fields.get(b"hash_keys"), fields.get(b"previous_check"))
    formats = formats_of(fields)
    if formats.written > FORMAT:
        raise StartError(f"This store has format {formats.written}; this version of commentdesk reads {FORMAT}.")
    return formats.oldest


async def _read(link: Link) -> dict[bytes, bytes]:
    """The fields that there are."""
    values = await link.call("HMGET", keys.INSTALLATION, *_FIELDS)
    return {name.encode(): value for name, value in zip(_FIELDS, values, strict=True) if value is not None}


def _adopt_secret(vault: Vault, check: bytes, hash_keys: bytes | None, previous_check: bytes | None) -> None:
    """StartError when we do not know the secret, or not both of them while one replaces the other."""
    try:
        vault.adopt(check.decode(), hash_keys)
    except SecretUnknownError as error:
        raise StartError(
            "This store was written with another COMMENTDESK_SECRET_KEY: its emails could not be read. "
            "Start with the key it was written with."
        ) from error
    except SealBrokenError as error:
        raise StartError(f"The record of this installation is damaged: {error}. Restore a backup.") from error
    if previous_check is not None and not vault.knows(previous_check.decode()):
        raise StartError(
            "The secret of this store is being replaced: until rotate-key is done, COMMENTDESK_PREVIOUS_SECRET_KEY "
            "must have the one before."
        )


async def read_formats(link: Link) -> StoredFormats:
    """The formats of the store; ours when there is nothing in it."""
    fields = await _read(link)
    return formats_of(fields) if b"format" in fields else StoredFormats(FORMAT, FORMAT)


async def begin_upgrade(link: Link) -> None:
    """From now on everything is written in our format; processes that know only an older one are told, and refuse the
    store. Does nothing when the store has our format."""
    await scripts.BEGIN_UPGRADE.run(link, [keys.INSTALLATION, keys.CHANGES], FORMAT, MACHINE, now_ms())


async def end_upgrade(link: Link, oldest: int) -> None:
    """Nothing older than our format lies in the store any more, of which `oldest` was the oldest."""
    script_keys = [keys.INSTALLATION, keys.CHANGES, keys.UPGRADE]
    await scripts.END_UPGRADE.run(link, script_keys, FORMAT, oldest, MACHINE, now_ms())
