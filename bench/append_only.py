"""The append-only file of an embedded server: its size, and its rewriting."""

import time
from pathlib import Path
from typing import Any

import redis

POLL_SECONDS = 0.1


def size_of_log(folder: Path) -> int:
    """Bytes of all its parts; a part may go while they are counted."""
    return sum(file.stat().st_size for file in (folder / "appendonlydir").iterdir())


def wait_rewritten(client: redis.Redis) -> None:
    """Returns once no rewrite is under way or waits for its turn."""
    while True:
        state: dict[str, Any] = client.info("persistence")
        if not state["aof_rewrite_in_progress"] and not state["aof_rewrite_scheduled"]:
            return
        time.sleep(POLL_SECONDS)


def rewrite_log(client: redis.Redis, folder: Path) -> int:
    """Bytes of the append-only file after BGREWRITEAOF."""
    wait_rewritten(client)  # one that the server began by itself
    client.bgrewriteaof()
    time.sleep(POLL_SECONDS)
    wait_rewritten(client)
    return size_of_log(folder)
