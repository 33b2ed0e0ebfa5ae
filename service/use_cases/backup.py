"""A store into a file, as it is at one instant while it is written; and out of a file into an empty store."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from service import archive, keys
from service.archive import Header, Spool
from service.errors import BackupError, RequestError
from service.store import instant, scripts
from service.store.changes import Changes
from service.store.entries import Entry, read_entries, write_entries
from service.store.layout import unchanged
from service.store.link import Link
from service.store.registry import FORMAT

Told = Callable[[int], None]
_RESTORING = "restoring"
_INSTALLATION = keys.INSTALLATION.encode()
_BACKED_UP = keys.BACKED_UP.encode()
_SALTS = keys.SALTS.encode()
_BATCH_TEXTS = 20_000
_BATCH_KEYS = 1_000
"""Entries are written in batches of about so many texts or keys, all of a batch in one write to Redis."""


async def back_up(link: Link, path: Path, version: str, told: Told) -> tuple[Header, int]:
    """Everything of ours in the store, of one instant, into a file: what it holds and its size in bytes.

    BackupError, StoreUnavailableError. `told` hears how many more keys were read.
    """
    spool = Spool(path.parent)
    try:
        installation = await _copy(link, spool, told)
        now = datetime.now(UTC)
        header = Header(
            created_at=now.isoformat(timespec="seconds"),
            version=version,
            store_format=int(installation[b"format"]),
            secret_check=installation[b"secret_check"].decode(),
            keys=len(spool),
        )
        size_bytes = archive.write(path, header, spool.entries())
    finally:
        spool.close()
    with suppress(RequestError):  # the file is whole; a store that is full does not take a note of it
        await link.call("SET", keys.BACKED_UP, int(now.timestamp() * 1000))
    return header, size_bytes


async def _copy(link: Link, spool: Spool, told: Told) -> dict[bytes, bytes]:
    """All entries into the spool; the fields of the installation."""
    installation: dict[bytes, bytes] = {}

    async def read(names: list[bytes]) -> None:
        entries = await read_entries(link, names)
        spool.put(names, entries)
        for each in entries:
            if each.key == _INSTALLATION:
                installation.update(zip(each.parts[::2], each.parts[1::2], strict=True))

    async with Changes(link) as changes:
        await instant.read_all(link, changes, read, concerns=_is_backed_up, told=told)
    if _RESTORING.encode() in installation:
        raise BackupError("A backup was being restored into this store, and did not get to its end: it is not whole.")
    if b"format" not in installation:
        raise BackupError("There is nothing of commentdesk in this store.")
    return installation


def _is_backed_up(name: bytes) -> bool:
    """Not what tells of this store alone, and no salt of the day: it would outlive the day."""
    return name != _BACKED_UP and not name.startswith(_SALTS)


def check(path: Path, secret_check: str | None) -> Header:
    """The header of a file that may be restored here; BackupError otherwise."""
    header = archive.verify(path)
    if header.store_format > FORMAT:
        raise BackupError(
            f"{path} holds a store of format {header.store_format}, of commentdesk {header.version}; this one reads "
            f"{FORMAT}. Restore it with that version."
        )
    if secret_check != header.secret_check:
        known = "is another one" if secret_check else "is not known"
        raise BackupError(
            f"{path} was written with a COMMENTDESK_SECRET_KEY, and the one here {known}: its emails could not be "
            "read. Set it, or put the file `secret-key` of that installation into the data folder."
        )
    return header


async def is_unfinished(link: Link) -> bool:
    """Whether a restore into this store did not get to its end."""
    return bool(await link.call("HEXISTS", keys.INSTALLATION, _RESTORING))


async def restore(link: Link, path: Path, header: Header, now_ms: int, told: Told) -> None:
    """All entries of a checked file, and nothing else, into the store. Until its end the store is marked as unfinished,
    and no service starts on it. BackupError when somebody else wrote meanwhile, StoreUnavailableError when a server was
    replaced: what it had acknowledged may be missing."""
    async with unchanged(link):
        await link.call("HSET", keys.INSTALLATION, _RESTORING, header.created_at)
        await _remove_all(link)
        installation = await _write_all(link, path, now_ms, told)
        if await instant.count_keys(link) > header.keys:
            raise BackupError(
                "Somebody else wrote into this store meanwhile. Stop every service on it, and restore again."
            )
    await scripts.END_RESTORE.run(link, [keys.INSTALLATION], *installation)


async def _write_all(link: Link, path: Path, now_ms: int, told: Told) -> list[bytes]:
    """All entries but the installation's, whose content it gives."""
    installation: list[bytes] = []
    for batch in _batches(archive.read(path)):
        installation = next((each.parts for each in batch if each.key == _INSTALLATION), installation)
        await write_entries(link, [each for each in batch if each.key != _INSTALLATION], now_ms)
        told(len(batch))
    return installation


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    texts = 0
    for each in entries:
        batch.append(each)
        texts += len(each.parts)
        if texts >= _BATCH_TEXTS or len(batch) >= _BATCH_KEYS:
            yield batch
            batch, texts = [], 0
    yield batch


async def _remove_all(link: Link) -> None:
    async def remove(names: list[bytes]) -> None:
        await asyncio.gather(*(link.call("UNLINK", name) for name in names if name != _INSTALLATION))

    await instant.scan(link, remove)
