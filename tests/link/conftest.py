"""Guarded servers, which each test sets up as it needs them, and ends."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guarded import Authority, GuardedServer


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, for the sake of sockets."""
    with tempfile.TemporaryDirectory(prefix="cd-guarded-") as folder:
        yield Path(folder)


@pytest.fixture
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture
def guard(folder: Path) -> Iterator[Callable[..., GuardedServer]]:
    """Starts guarded servers, with the arguments of `GuardedServer`."""
    started: list[GuardedServer] = []

    def start(**kwargs: Any) -> GuardedServer:
        server = GuardedServer(folder / f"server-{len(started)}", **kwargs)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()
