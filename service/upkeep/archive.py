"""The backup file: written whole or not at all, and believed only when it was written with our secret and is as it was.

a line of JSON    the header: `commentdesk_backup` (the format of the file), what is in it, when and by what made
gzip              the entries, see `frames.py` and `store/entries.py`; large hashes and sorted sets in pieces
32 bytes          HMAC-SHA256 of all before: nobody without the secret could have written it (not in format 1)
32 bytes          SHA-256 of all before: whether it is damaged

In format 1, which older versions wrote, entries are arrays of RESP, and nothing tells who wrote the file.
"""

import hashlib
import hmac
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from service.errors import BackupError
from service.upkeep import frames
from service.upkeep.entries import Entry, pieces_of

FILE_FORMAT = 2
UNAUTHENTICATED_FORMAT = 1
CHUNK_BYTES = 256 * 1024
INFLATED_BYTES = 1024 * 1024
"""So much comes out of the compressed entries in one step at most."""
DIGEST_BYTES = hashlib.sha256().digest_size
MAX_HEADER_BYTES = 64 * 1024
SPARE_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200
"""Entries of a file that tells nothing of their size may have its own so many times, and SPARE_BYTES: of a real store
they have about six times."""
_FORMAT_FIELD = "commentdesk_backup"
_GZIP = 31
"""zlib's word for a gzip header around its largest window."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Header:
    """`created_at` is RFC 3339, `version` commentdesk's, `store_format` the oldest format of anything in the store,
    `secret_check` the installation's. The entries have at most `content_bytes` before they are compressed; 0 when
    nothing tells."""

    created_at: str
    version: str
    store_format: int
    secret_check: str
    keys: int
    content_bytes: int = 0


class Spool:
    """Entries on disk while a backup is made: of each key the newest counts. Memory holds the names alone."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 closed by `close`
        self._newest: dict[bytes, int] = {}
        self._written = 0

    def __len__(self) -> int:
        return len(self._newest)

    @property
    def size_bytes(self) -> int:
        """At least what all entries have that count."""
        return self._file.tell()

    def put(self, names: list[bytes], entries: list[Entry]) -> None:
        """What was found of these keys; one without an entry is gone."""
        for name in names:
            self._newest.pop(name, None)
        for each in entries:
            self._newest[each.key] = self._written
            self._written += 1
            self._file.write(frames.packed(each))

    def entries(self) -> Iterator[Entry]:
        """The newest of each key."""
        self._file.seek(0)
        chunks = iter(lambda: self._file.read(CHUNK_BYTES), b"")
        for number, each in enumerate(frames.entries(chunks, max_bytes=frames.UNBOUNDED)):
            if self._newest.get(each.key) == number:
                yield each

    def close(self) -> None:
        self._file.close()


def write(path: Path, header: Header, entries: Iterator[Entry], key: bytes) -> int:
    """The whole file under a name of its own, on disk, and only then under `path`. Its size in bytes."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            digest, mac = hashlib.sha256(), hmac.new(key, digestmod=hashlib.sha256)
            for chunk in _chunks(header, entries):
                digest.update(chunk)
                mac.update(chunk)
                file.write(chunk)
            digest.update(mac.digest())
            file.write(mac.digest() + digest.digest())
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
        for piece in pieces_of(each):
            yield deflate.compress(frames.packed(piece))
    yield deflate.flush()


def _sync_folder(folder: Path) -> None:
    """A renamed file is there after a power cut only when its folder is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """A backup file that stays open, so that what was checked is what is read. Its header is believed by nobody before
    `verify`."""

    def __init__(self, path: Path) -> None:
        """BackupError when it is none of ours, or of a format that we do not know."""
        self.path = path
        self._file = path.open("rb")
        try:
            line = self._file.readline(MAX_HEADER_BYTES)
            self.file_format, self.header = _header(path, line)
        except BaseException:
            self._file.close()
            raise
        self._key: bytes | None = None
        self._start = len(line)
        self._trailer_bytes = DIGEST_BYTES * (1 if self.file_format == UNAUTHENTICATED_FORMAT else 2)
        self.size_bytes = os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        self._file.close()

    @property
    def is_authenticated(self) -> bool:
        """Whether it has what tells who wrote it."""
        return self.file_format != UNAUTHENTICATED_FORMAT

    def verify(self, key: bytes | None, on_progress: Progress) -> None:
        """Returns when the file is whole and was written with this key, if there is one and its format tells;
        BackupError otherwise. `on_progress` hears how many more bytes were looked at."""
        self._key = key
        for _ in self._content(on_progress):
            pass

    def entries(self, on_progress: Progress = lambda _: None) -> Iterator[Entry]:
        """The entries of a file that was verified, large ones in pieces. BackupError where one is not as we write them,
        and at the end when the file is no longer what was verified."""
        read = frames.resp_entries if self.file_format == UNAUTHENTICATED_FORMAT else frames.entries
        yield from read(self._inflated(on_progress), max_bytes=frames.MAX_ENTRY_BYTES)

    def _content(self, on_progress: Progress) -> Iterator[bytes]:
        """What is compressed; at its end BackupError unless the digests of all are right."""
        self._file.seek(0)
        digest, mac = hashlib.sha256(), hmac.new(self._key or b"", digestmod=hashlib.sha256)
        left = self.size_bytes - self._trailer_bytes
        start = self._start
        while left > 0 and (chunk := self._file.read(min(CHUNK_BYTES, left))):
            digest.update(chunk)
            if self.is_authenticated:
                mac.update(chunk)
            left -= len(chunk)
            on_progress(len(chunk))
            yield chunk[start:]
            start = max(0, start - len(chunk))
        told_mac = self._file.read(self._trailer_bytes - DIGEST_BYTES)
        digest.update(told_mac)
        if not hmac.compare_digest(self._file.read(DIGEST_BYTES + 1), digest.digest()):
            raise BackupError(f"{self.path} is damaged or was cut off: its checksum is wrong.")
        if self.is_authenticated and self._key is not None and not hmac.compare_digest(told_mac, mac.digest()):
            raise BackupError(f"{self.path} was not written with this COMMENTDESK_SECRET_KEY, or was changed since.")

    def _inflated(self, on_progress: Progress) -> Iterator[bytes]:
        inflate = zlib.decompressobj(_GZIP)
        left = self._max_content_bytes()
        for chunk in self._content(on_progress):
            rest = chunk
            while rest and not inflate.eof:
                some = self._inflate(inflate, rest)
                left -= len(some)
                if left < 0:
                    raise BackupError(f"{self.path} holds more than it can: it is not taken for a backup.")
                yield some
                rest = inflate.unconsumed_tail
            if rest or inflate.unused_data:
                raise BackupError(f"{self.path} has something behind its end.")
        yield from self._rest(inflate, left)

    def _rest(self, inflate: Any, left: int) -> Iterator[bytes]:
        """What is still to come out when all was put in."""
        while not inflate.eof:
            some = self._inflate(inflate, b"")
            left -= len(some)
            if not some or left < 0:
                raise BackupError(f"{self.path} ends in the middle.")
            yield some

    def _inflate(self, inflate: Any, chunk: bytes) -> bytes:
        try:
            some: bytes = inflate.decompress(chunk, INFLATED_BYTES)
        except zlib.error as error:
            raise BackupError(f"{self.path} cannot be read: {error}") from error
        return some

    def _max_content_bytes(self) -> int:
        told = self.header.content_bytes
        return told if self.is_authenticated else SPARE_BYTES + MAX_RATIO * self.size_bytes


def _header(path: Path, line: bytes) -> tuple[int, Header]:
    try:
        fields = orjson.loads(line)
        file_format = fields.pop(_FORMAT_FIELD)
        if file_format > FILE_FORMAT:
            version = str(fields.get("version", "newer"))
            raise BackupError(
                f"{path} is a backup of format {file_format}, made by commentdesk "
                f"{version if version.isprintable() else 'newer'}; "
                f"this one reads up to {FILE_FORMAT}. Restore it with that version."
            )
        header = Header(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable(path) from error
    if type(file_format) is not int or file_format < 1 or not _is_well(header):
        raise _unreadable(path)
    return file_format, header


def _unreadable(path: Path) -> BackupError:
    return BackupError(f"{path} is no backup of commentdesk, or its beginning is damaged.")


def _is_well(header: Header) -> bool:
    counts = (header.store_format, header.keys, header.content_bytes)
    texts = (header.created_at, header.version, header.secret_check)
    return all(type(each) is int and each >= 0 for each in counts) and all(
        type(each) is str and each.isprintable() for each in texts
    )
