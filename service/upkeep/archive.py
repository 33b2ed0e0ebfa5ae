"""Writes and reads backup files. A file is written as a whole, and used only when its checksum and its MAC are right.

a line of JSON    the header: `commentdesk_backup` (the format of the file), and the fields of `Header`
gzip              the entries, see `frames.py` and `entries.py`; large hashes and sorted sets are in pieces
32 bytes          HMAC-SHA256 of all before it: only the secret's owner can have written it (not in format 1)
32 bytes          SHA-256 of all before it, which shows damage

In format 1, which older versions wrote, entries are arrays of RESP, and there is no MAC.
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
"""The most bytes that one step of decompression gives."""
DIGEST_BYTES = hashlib.sha256().digest_size
MAX_HEADER_BYTES = 64 * 1024
SPARE_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200
"""The entries of a file of format 1, which does not say their size, may be this many times as large as the file, and
SPARE_BYTES more; those of a real store are about six times as large."""
_FORMAT_FIELD = "commentdesk_backup"
_GZIP = 31
"""The argument that makes zlib use a gzip header and its largest window."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a backup file.

    `created_at` is a time as in RFC 3339, `version` that of commentdesk; `store_format` is the oldest format of
    anything in the store, `secret_check` that of the installation. The entries have at most `content_bytes` before
    compression; 0 means that this is not known.
    """

    created_at: str
    version: str
    store_format: int
    secret_check: str
    keys: int
    content_bytes: int = 0


class Spool:
    """Keeps entries on disk while a backup is made; for each key the newest counts. Only names are in memory."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 closed by `close`
        self._newest: dict[bytes, int] = {}
        self._written = 0

    def __len__(self) -> int:
        return len(self._newest)

    @property
    def size_bytes(self) -> int:
        """The bytes of all entries that were put in: those that count have no more."""
        return self._file.tell()

    def put(self, names: list[bytes], entries: list[Entry]) -> None:
        """Replaces the entries of these keys; a key without a new entry has been deleted."""
        for name in names:
            self._newest.pop(name, None)
        for entry in entries:
            self._newest[entry.key] = self._written
            self._written += 1
            self._file.write(frames.packed(entry))

    def entries(self) -> Iterator[Entry]:
        """Yields the newest entry of each key."""
        self._file.seek(0)
        chunks = iter(lambda: self._file.read(CHUNK_BYTES), b"")
        for number, entry in enumerate(frames.entries(chunks, max_bytes=frames.UNBOUNDED)):
            if self._newest.get(entry.key) == number:
                yield entry

    def close(self) -> None:
        self._file.close()


def write(path: Path, header: Header, entries: Iterator[Entry], key: bytes) -> int:
    """Writes the whole file to disk under a temporary name, renames it to `path`, and returns its size in bytes."""
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
    for entry in entries:
        for piece in pieces_of(entry):
            yield deflate.compress(frames.packed(piece))
    yield deflate.flush()


def _sync_folder(folder: Path) -> None:
    """Writes the folder to disk: without that a renamed file may be missing after a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """An open backup file: it stays open so that the content that was verified is the content that is read.

    Its header must not be trusted before `verify`.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file; raises BackupError when it is no backup, or has a format that is not known."""
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
        """Whether the file has a MAC, which shows that the owner of the secret wrote it."""
        return self.file_format != UNAUTHENTICATED_FORMAT

    def verify(self, key: bytes | None, on_progress: Progress) -> None:
        """Checks the checksum of the file, and its MAC when there is a key and the format has one.

        Raises BackupError when one of them is wrong. `on_progress` is called with the number of bytes of each step.
        """
        self._key = key
        for _ in self._content(on_progress):
            pass

    def entries(self, on_progress: Progress = lambda _: None) -> Iterator[Entry]:
        """Yields the entries of a verified file, large ones in pieces.

        Raises BackupError at an entry that is not valid, and at the end when the file has changed since `verify`.
        """
        read = frames.resp_entries if self.file_format == UNAUTHENTICATED_FORMAT else frames.entries
        yield from read(self._inflated(on_progress), max_bytes=frames.MAX_ENTRY_BYTES)

    def _content(self, on_progress: Progress) -> Iterator[bytes]:
        """Yields the compressed content; raises BackupError at its end when a digest of the file is wrong."""
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
        mac_read = self._file.read(self._trailer_bytes - DIGEST_BYTES)
        digest.update(mac_read)
        if not hmac.compare_digest(self._file.read(DIGEST_BYTES + 1), digest.digest()):
            raise BackupError(f"{self.path} is damaged or was cut off: its checksum is wrong.")
        if self.is_authenticated and self._key is not None and not hmac.compare_digest(mac_read, mac.digest()):
            raise BackupError(f"{self.path} was not written with this COMMENTDESK_SECRET_KEY, or was changed since.")

    def _inflated(self, on_progress: Progress) -> Iterator[bytes]:
        """Yields the decompressed content in steps of INFLATED_BYTES at most, bounded by `_max_content_bytes`."""
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
        yield from self._remaining(inflate, left)

    def _remaining(self, inflate: Any, left: int) -> Iterator[bytes]:
        """Yields what the decompressor still holds when it has all input."""
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
        if self.is_authenticated:
            return self.header.content_bytes
        return SPARE_BYTES + MAX_RATIO * self.size_bytes


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
    if type(file_format) is not int or file_format < 1 or not _is_valid(header):
        raise _unreadable(path)
    return file_format, header


def _unreadable(path: Path) -> BackupError:
    return BackupError(f"{path} is no backup of commentdesk, or its beginning is damaged.")


def _is_valid(header: Header) -> bool:
    counts = (header.store_format, header.keys, header.content_bytes)
    texts = (header.created_at, header.version, header.secret_check)
    return all(type(count) is int and count >= 0 for count in counts) and all(
        type(text) is str and text.isprintable() for text in texts
    )
