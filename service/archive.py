"""The backup file: written whole or not at all, and believed only when its checksum is right.

a line of JSON    the header: `commentdesk_backup` (the format of the file), what is in it, when and by what made
gzip              the entries, each an array of RESP: key, type, expires_ms, content (see `store/entries.py`)
32 bytes          SHA-256 of all before
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import hiredis
import orjson

from service.errors import BackupError
from service.store.entries import Entry

FILE_FORMAT = 1
CHUNK_BYTES = 256 * 1024
DIGEST_BYTES = hashlib.sha256().digest_size
MAX_HEADER_BYTES = 64 * 1024
_FORMAT_FIELD = "commentdesk_backup"
_GZIP = 31
"""zlib's word for a gzip header around its largest window."""


@dataclass(frozen=True, slots=True)
class Header:
    """`created_at` is RFC 3339, `version` commentdesk's, `store_format` and `secret_check` the installation's."""

    created_at: str
    version: str
    store_format: int
    secret_check: str
    keys: int


class Spool:
    """Entries on disk while a backup is made: of each key the newest counts. Memory holds the names alone."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 closed by `close`
        self._newest: dict[bytes, int] = {}
        self._written = 0

    def __len__(self) -> int:
        return len(self._newest)

    def put(self, names: list[bytes], entries: list[Entry]) -> None:
        """What was found of these keys; one without an entry is gone."""
        for name in names:
            self._newest.pop(name, None)
        for each in entries:
            self._newest[each.key] = self._written
            self._written += 1
            self._file.write(_packed(each))

    def entries(self) -> Iterator[Entry]:
        """The newest of each key."""
        self._file.seek(0)
        for number, each in enumerate(_entries(iter(lambda: self._file.read(CHUNK_BYTES), b""))):
            if self._newest.get(each.key) == number:
                yield each

    def close(self) -> None:
        self._file.close()


def write(path: Path, header: Header, entries: Iterator[Entry]) -> int:
    """The whole file under a name of its own, on disk, and only then under `path`. Its size in bytes."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            digest = hashlib.sha256()
            for chunk in _chunks(header, entries):
                digest.update(chunk)
                file.write(chunk)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return path.stat().st_size


def _chunks(header: Header, entries: Iterator[Entry]) -> Iterator[bytes]:
    yield orjson.dumps({_FORMAT_FIELD: FILE_FORMAT, **asdict(header)}) + b"\n"
    deflate = zlib.compressobj(zlib.Z_BEST_SPEED, wbits=_GZIP)
    for each in entries:
        yield deflate.compress(_packed(each))
    yield deflate.flush()


def _sync_folder(folder: Path) -> None:
    """A renamed file is there after a power cut only when its folder is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def verify(path: Path) -> Header:
    """The header of a file that is whole and that we can read; BackupError otherwise."""
    with path.open("rb") as file:
        header = _header(path, file.readline(MAX_HEADER_BYTES))
        left = path.stat().st_size - DIGEST_BYTES
        file.seek(0)
        digest = hashlib.sha256()
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            digest.update(chunk)
            left -= len(chunk)
        if file.read() != digest.digest():
            raise BackupError(f"{path} is damaged or was cut off: its checksum is wrong. Nothing was written.")
    return header


def _header(path: Path, line: bytes) -> Header:
    try:
        fields = orjson.loads(line)
        file_format = fields.pop(_FORMAT_FIELD)
        if file_format > FILE_FORMAT:
            raise BackupError(
                f"{path} is a backup of format {file_format}, made by commentdesk {fields.get('version', 'newer')}; "
                f"this one reads up to {FILE_FORMAT}. Restore it with that version."
            )
        return Header(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(f"{path} is no backup of commentdesk, or its beginning is damaged.") from error


def read(path: Path) -> Iterator[Entry]:
    """The entries of a file that was verified."""
    with path.open("rb") as file:
        file.readline(MAX_HEADER_BYTES)
        yield from _entries(_inflated(file))


def _inflated(file: IO[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(_GZIP)
    while not inflate.eof and (chunk := file.read(CHUNK_BYTES)):
        yield inflate.decompress(chunk)


def _packed(entry: Entry) -> bytes:
    packed: bytes = hiredis.pack_command((entry.key, entry.kind, entry.expires_ms, *entry.parts))  # type: ignore[arg-type]
    return packed


def _entries(chunks: Iterator[bytes]) -> Iterator[Entry]:
    reader = hiredis.Reader()
    for chunk in chunks:
        reader.feed(chunk)
        while (found := reader.gets()) is not False:
            key, kind, expires_ms, *parts = found
            yield Entry(key, kind, int(expires_ms), parts)
