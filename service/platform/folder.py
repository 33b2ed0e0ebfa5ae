"""Keeps the data folder and its files private to this user, and reads no file that another user could have written."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import StartError

_OF_OTHERS = 0o077
_WRITABLE_BY_OTHERS = 0o022
ROOT = 0


def make_folder(data_dir: Path) -> None:
    """Makes the data folder where it is missing, and gives this user alone access to it.

    Raises StartError when that fails, or when the folder belongs to another user, who could put secrets and addresses
    of his own into it.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _tighten(data_dir)
    except OSError as error:
        raise StartError(f"The data folder {data_dir} cannot be used: {error}") from error


def _tighten(data_dir: Path) -> None:
    link = data_dir.lstat()
    descriptor = os.open(data_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        owner = os.fstat(descriptor).st_uid
        if owner != os.geteuid() or link.st_uid not in (owner, ROOT):
            raise StartError(
                f"The data folder {data_dir} belongs to another user (number {owner}): "
                "start as that one, give it to this one with chown, or name another in COMMENTDESK_DATA_DIR."
            )
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def read_own(path: Path) -> str:
    """Returns the text of a file that only this user or root could have written, and makes it readable to him alone.

    Raises PermissionError when the file belongs to another user, when others may write to it, or when it is no regular
    file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise PermissionError(f"{path} is no file")
        if found.st_uid not in (os.geteuid(), ROOT):
            raise PermissionError(f"{path} belongs to another user (number {found.st_uid})")
        if found.st_mode & _WRITABLE_BY_OTHERS:
            raise PermissionError(f"{path} can be written by other users")
        if found.st_mode & _OF_OTHERS and found.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
        return file.read()


def write_own(path: Path, text: str) -> None:
    """Writes a file for this user alone, whatever the umask. It is replaced as a whole, and on disk at the return."""
    with _beside(path, text) as fresh:
        fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_own_once(path: Path, text: str) -> None:
    """Does the same as `write_own`, unless the file exists."""
    with _beside(path, text) as fresh, suppress(FileExistsError):
        os.link(fresh, path)


@contextmanager
def _beside(path: Path, text: str) -> Iterator[Path]:
    """Yields a new file with this text on disk, in the folder of the path, and removes it at the end if it is there."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    # O_EXCL follows no link that another user put here, and opens no file that another process has open.
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def open_own(path: Path) -> int:
    """Returns a descriptor that appends to the file, which this user alone may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor
