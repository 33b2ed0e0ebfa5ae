"""Copies a store, as it is at one instant, into a file while it is in use, and a file into an empty store."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson

from service.domain.event import RESTORE
from service.errors import BackupError, RequestError
from service.link.layout import unchanged
from service.link.link import Link
from service.store import key_kinds, keys, scripts
from service.store.json_records import UNREADABLE, Record, read_all, record_of
from service.store.members import unpack_member
from service.store.sites import unpack_site
from service.store.tokens import unpack_token
from service.upkeep import archive, installation, instant, still_revoked
from service.upkeep.archive import Archive, Header, Spool
from service.upkeep.changes import Changes
from service.upkeep.entries import DIVISIBLE, Entry, read_entries, write_entries
from service.upkeep.installation import FORMAT, FORMAT_FIELD, StoredFormats, formats_of
from service.upkeep.still_revoked import StillRevoked
from service.upkeep.validity import check_entry
from service.vault import Vault

Progress = Callable[[int], None]
_RESTORING = "restoring"
_INSTALLATION = keys.INSTALLATION.encode()
_READERS: dict[bytes, Callable[[str, Record], object]] = {
    keys.SITES.encode(): unpack_site,
    keys.TOKENS.encode(): unpack_token,
    keys.MEMBERS.encode(): unpack_member,
}
_MAX_INSTALLATION_FIELDS = 100
_SECRET_UNKNOWN = "Set it, or put the file `secret-key` of that installation into the data folder."  # noqa: S105 no secret
_BATCH_TEXTS = 20_000
_BATCH_KEYS = 1_000
_BATCH_BYTES = 16 * 1024 * 1024
"""Entries are written in batches of about so many texts, keys or bytes; a batch is one write to Redis."""


async def back_up(link: Link, vault: Vault, path: Path, version: str, on_progress: Progress) -> tuple[Header, int]:
    """Writes all keys of the store, as they are at one instant, into a file; returns its header and size in bytes.

    Raises BackupError, also when the store was written with a secret that the vault does not know, and
    StoreUnavailableError. `on_progress` is called with the number of keys of each step.
    """
    spool = Spool(path.parent)
    try:
        installation = await _copy(link, spool, on_progress)
        secret_check = installation[b"secret_check"].decode()
        if not vault.knows(secret_check):
            raise BackupError(f"This store was written with another COMMENTDESK_SECRET_KEY. {_SECRET_UNKNOWN}")
        now = datetime.now(UTC)
        header = Header(
            created_at=now.isoformat(timespec="seconds"),
            version=version,
            store_format=formats_of(installation).oldest,
            secret_check=secret_check,
            keys=len(spool),
            content_bytes=2 * spool.size_bytes,  # large entries are written in pieces, each with its key
        )
        size_bytes = archive.write(path, header, spool.entries(), key=vault.backup_key(secret_check))
    finally:
        spool.close()
    with suppress(RequestError):  # the file is complete; a full store refuses this note of it
        await link.call("SET", keys.BACKED_UP, int(now.timestamp() * 1000))
    return header, size_bytes


async def _copy(link: Link, spool: Spool, on_progress: Progress) -> dict[bytes, bytes]:
    """Copies all entries into the spool, and returns the fields of the installation."""
    found: dict[bytes, bytes] = {}
    store_format = (await installation.read_formats(link)).oldest

    async def read(names: list[bytes]) -> None:
        entries = await read_entries(link, names)
        for entry in entries:
            _check_entry(entry, store_format)  # what a restore would refuse is an error now, while it can be repaired
        spool.put(names, entries)
        for entry in entries:
            if entry.key == _INSTALLATION:
                found.update(zip(entry.parts[::2], entry.parts[1::2], strict=True))

    async with Changes(link) as changes:
        await instant.read_all(
            link, changes, read, concerns=lambda name: not key_kinds.is_passing(name), on_progress=on_progress
        )
    if _RESTORING.encode() in found:
        raise BackupError("A backup was being restored into this store, and did not get to its end: it is not whole.")
    if FORMAT_FIELD.encode() not in found:
        raise BackupError("There is nothing of commentdesk in this store.")
    return found


@contextmanager
def checked(
    path: Path, vault: Vault | None, on_progress: Progress = lambda _: None, *, is_format_1_believed: bool = False
) -> Iterator[Archive]:
    """Yields the open file after a check of all of it; raises BackupError when it cannot be restored here.

    `on_progress` is called with the number of bytes of each step; the file is read twice.
    """
    file = Archive(path)
    try:
        check = file.header.secret_check
        file.verify(vault.backup_key(check) if vault and vault.knows(check) else None, on_progress)
        _check_entries(file, _require_usable(file, vault, is_format_1_believed=is_format_1_believed), on_progress)
        yield file
    finally:
        file.close()


def _require_usable(file: Archive, vault: Vault | None, *, is_format_1_believed: bool) -> Vault:
    """Returns the vault that reads the emails of the file.

    Raises BackupError when the file has a newer format, another secret, or no MAC and `is_format_1_believed` is False.
    """
    path, header = file.path, file.header
    _require_readable(file, header.store_format)
    if vault is None or not vault.knows(header.secret_check):
        known = "is another one" if vault else "is not known"
        raise BackupError(
            f"{path} was written with a COMMENTDESK_SECRET_KEY, and the one here {known}: its emails could not be "
            f"read. {_SECRET_UNKNOWN}"
        )
    if not file.is_authenticated and not is_format_1_believed:
        raise BackupError(
            f"{path} was made by commentdesk {header.version}, whose backups do not tell who wrote them: whoever could "
            "write to this file can have put comments, sites and tokens of his own into it. If you are sure that "
            "nobody could, say --unauthenticated."
        )
    return vault


def _check_entries(file: Archive, vault: Vault, on_progress: Progress) -> None:
    """Raises BackupError when an entry is not valid, or when the entries do not match the header."""
    names: set[bytes] = set()
    installation: dict[bytes, bytes] = {}
    for entry in file.entries(on_progress):
        _check_entry(entry, file.header.store_format)
        if entry.key in names and entry.kind not in DIVISIBLE:
            raise BackupError(f"{entry.key!r} is twice in the backup.")
        names.add(entry.key)
        if entry.key == _INSTALLATION:
            installation |= zip(entry.parts[::2], entry.parts[1::2], strict=True)
    header = file.header
    formats = _formats_of(file, installation)
    is_of_secret = installation.get(b"secret_check") == header.secret_check.encode()
    is_told = len(names) == header.keys and formats.oldest == header.store_format and is_of_secret
    if not is_told or _RESTORING.encode() in installation or len(installation) > _MAX_INSTALLATION_FIELDS:
        raise BackupError(f"{file.path} is not what its beginning says.")
    previous_check = installation.get(b"previous_check", b"").decode(errors="replace")
    if previous_check and not vault.knows(previous_check):
        raise BackupError(
            f"{file.path} was made while its secret was being replaced: COMMENTDESK_PREVIOUS_SECRET_KEY must have the "
            "one before."
        )


def _formats_of(file: Archive, installation: dict[bytes, bytes]) -> StoredFormats:
    """Those of the store that was backed up, both of which we read."""
    try:
        formats = formats_of(installation)
    except (KeyError, ValueError) as error:
        raise BackupError(f"{file.path} is not what its beginning says.") from error
    _require_readable(file, formats.written)
    return formats


def _require_readable(file: Archive, store_format: int) -> None:
    if store_format > FORMAT:
        raise BackupError(
            f"{file.path} holds a store of format {store_format}, of commentdesk {file.header.version}; this one reads "
            f"{FORMAT}. Restore it with that version."
        )


def _check_entry(entry: Entry, store_format: int) -> None:
    check_entry(entry, store_format)
    if entry.key in _READERS:
        _check_records(entry, store_format)


def _check_records(entry: Entry, store_format: int) -> None:
    """Raises BackupError for a site, token or member that cannot be read.

    Those of an older format need only be JSON objects: they are upgraded before they are read.
    """
    for name, raw in zip(entry.parts[::2], entry.parts[1::2], strict=True):
        record = record_of(raw)
        try:
            if store_format == FORMAT:
                _READERS[entry.key](name.decode(), record)
            elif not record:
                raise ValueError("no object of JSON")
        except UNREADABLE as error:
            raise BackupError(
                f"A record of {entry.key.decode()} cannot be read by this version: {name[:100]!r}."
            ) from error


async def is_unfinished(link: Link) -> bool:
    """Returns whether a restore into this store has not finished."""
    return bool(await link.call("HEXISTS", keys.INSTALLATION, _RESTORING))


async def restore(link: Link, file: Archive, now_ms: int, on_progress: Progress) -> StillRevoked:
    """Replaces the content of the store by the entries of a checked file; tells what the store had revoked since the
    backup, and so stays revoked.

    Until the end the store is marked as unfinished, and no service starts on it. Raises BackupError when somebody else
    wrote meanwhile, and StoreUnavailableError when a server was replaced: acknowledged writes may be missing.
    """
    async with unchanged(link):
        await _mark_unfinished(link, file)
        await _remove_all(link)
        installation = await _write_all(link, file, now_ms, on_progress=on_progress)
        if await instant.count_keys(link) > file.header.keys:
            raise BackupError(
                "Somebody else wrote into this store meanwhile. Stop every service on it, and restore again."
            )
        await _tell_restored(link, file, now_ms)
        revoked = await still_revoked.revoke_again(link, now_ms)
    await scripts.END_RESTORE.run(link, [keys.INSTALLATION], *installation)
    return revoked


async def _mark_unfinished(link: Link, file: Archive) -> None:
    """Also notes what the store knows, but where a restore was cut off: that one did, when all was still there."""
    known = () if await is_unfinished(link) else await still_revoked.noted(link)
    await link.call("HSET", keys.INSTALLATION, _RESTORING, file.header.created_at, *known)


async def _tell_restored(link: Link, file: Archive, now_ms: int) -> None:
    """Every audit log goes on with an entry of this: those who have a later one can tell why it is not here."""
    detail = orjson.dumps({"backup_of": file.header.created_at})
    sites = await read_all(link, keys.SITES)
    for stream in (keys.CHANGE_STREAM, *map(keys.stream_keys, sites)):
        await scripts.TELL_RESTORED.run(link, [stream.events], RESTORE, now_ms, detail)


async def _write_all(link: Link, file: Archive, now_ms: int, on_progress: Progress) -> list[bytes]:
    """Writes all entries except that of the installation, whose parts it returns."""
    installation: list[bytes] = []
    for batch in _batches(file.entries()):
        installation = next((entry.parts for entry in batch if entry.key == _INSTALLATION), installation)
        await write_entries(link, [entry for entry in batch if entry.key != _INSTALLATION], now_ms)
        on_progress(len(batch))
    return installation


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    texts = size = 0
    for entry in entries:
        batch.append(entry)
        texts += len(entry.parts)
        size += sum(map(len, entry.parts))
        if texts >= _BATCH_TEXTS or len(batch) >= _BATCH_KEYS or size >= _BATCH_BYTES:
            yield batch
            batch, texts, size = [], 0, 0
    yield batch


async def _remove_all(link: Link) -> None:
    async def remove(names: list[bytes]) -> None:
        await asyncio.gather(*(link.call("UNLINK", name) for name in names if name != _INSTALLATION))

    await instant.scan(link, remove)
