"""The two locks of the data folder: one service at a time works there, and one server of it writes there."""

import asyncio
import fcntl
import os
import time
from pathlib import Path

from service.errors import StartError

PREDECESSOR_WAIT_SECONDS = 10.0
"""The server of a killed service has this long to end."""
POLL_SECONDS = 0.01


def lock_for_service(data_dir: Path) -> int:
    """Returns a descriptor that holds the lock of the service; the file names this process.

    Raises StartError when another service holds the lock.
    """
    path = data_dir / "service.lock"
    descriptor = _try_lock(path)
    if descriptor is None:
        raise StartError(
            f"Another commentdesk (process {path.read_text().strip() or 'unknown'}) uses the data folder {data_dir}. "
            "Stop it first, or give this one a COMMENTDESK_DATA_DIR of its own."
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


async def lock_for_server(data_dir: Path) -> int:
    """Returns a descriptor that holds the lock of the server, for the server to inherit.

    Waits for the server of a killed service to end; raises StartError after PREDECESSOR_WAIT_SECONDS.
    """
    deadline = time.monotonic() + PREDECESSOR_WAIT_SECONDS
    while (descriptor := _try_lock(data_dir / "valkey.lock")) is None:
        if time.monotonic() > deadline:
            raise StartError(
                f"The server of an earlier commentdesk still runs on the data folder {data_dir}: end it first."
            )
        await asyncio.sleep(POLL_SECONDS)
    return descriptor


def _try_lock(path: Path) -> int | None:
    """Returns a descriptor that holds the lock, or None when another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
