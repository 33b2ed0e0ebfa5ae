"""The log of the embedded server: the file `valkey.log` in the data folder, which receives all its output."""

import os
from pathlib import Path
from typing import IO

from service.platform.folder import open_own

MAX_LOG_BYTES = 10 * 1024 * 1024
TAIL_LINES = 6
_NAME = "valkey.log"


def open_log(data_dir: Path) -> IO[bytes]:
    """Returns the log, open for appending.

    The server writes to its standard output and not to a file of its own, so that messages about its command line
    are in the log too.
    """
    return os.fdopen(open_own(data_dir / _NAME), "ab")


def rotate_log(data_dir: Path) -> None:
    """Renames a log of more than MAX_LOG_BYTES to `valkey.log.1`, in place of the one before."""
    path = data_dir / _NAME
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(data_dir / f"{_NAME}.1")


def log_tail(data_dir: Path, start: int) -> str:
    """Returns the last lines that the server wrote after the offset `start`, in bytes."""
    with (data_dir / _NAME).open("rb") as file:
        file.seek(start)
        lines = file.read(MAX_LOG_BYTES).decode(errors="replace").splitlines()
    written = [line for line in lines if line.strip()]
    return "\n".join(written[-TAIL_LINES:]) or "(nothing)"
