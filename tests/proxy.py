"""A TCP proxy between the link and a server that does what a bad network does."""

import asyncio
import contextlib
import socket
import struct
from enum import Enum
from types import TracebackType
from typing import Self

from tests.servers import RedisServer

CHUNK_BYTES = 65536
TORN_BYTES = 3
"""No frame of Redis's protocol but the shortest is shorter, and the line end is only two: so this tears one."""
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Direction(Enum):
    """Which way bytes go."""

    COMMANDS = "commands"
    REPLIES = "replies"


class Proxy:
    """Use as a context. Its attributes are the faults, and hold for all connections from then on:

    `is_mute` keeps all replies back, from those already on their way on; `is_black_hole` lets nothing through either
    way, though it takes connections; `delay_seconds` holds up all that passes; `cuts` says in which directions the next
    data loses its end, and the connection with it, once each.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_mute = False
        self.is_black_hole = False
        self.delay_seconds = 0.0
        self.cuts: set[Direction] = set()
        self.connections = 0
        self.swallowed_bytes = 0
        """All that was kept back so far."""

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        writers = list(self._writers)
        self.cut()
        await asyncio.gather(*self._tasks, *(each.wait_closed() for each in writers), return_exceptions=True)

    @property
    def url(self) -> str:
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return f"redis://127.0.0.1:{port}/0"

    def heal(self) -> None:
        """Passes everything on again, but not on a connection that something was kept back from: it stays silent."""
        self.is_mute = self.is_black_hole = False
        self.delay_seconds = 0.0
        self.cuts.clear()

    def cut(self) -> None:
        """Resets every connection."""
        for writer in self._writers:
            _reset(writer)
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            there = await self._connect()
        except OSError:
            _reset(writer)
            return
        self._writers.add(there[1])
        both = [
            asyncio.create_task(self._pass(reader, there[1], Direction.COMMANDS)),
            asyncio.create_task(self._pass(there[0], writer, Direction.REPLIES)),
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for each in (writer, there[1]):
            _reset(each)
            self._writers.discard(each)
        await asyncio.gather(*both, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._server.is_cluster:
            return await asyncio.open_connection("127.0.0.1", self._server.port)
        return await asyncio.open_unix_connection(f"{self._server.folder}/server.sock")

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction) -> None:
        is_spoilt = False
        while data := await reader.read(CHUNK_BYTES):
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            is_spoilt |= self.is_black_hole or (self.is_mute and direction is Direction.REPLIES)
            if is_spoilt:
                self.swallowed_bytes += len(data)
                continue
            if direction in self.cuts:
                self.cuts.discard(direction)
                writer.write(data[:-TORN_BYTES])
                return
            writer.write(data)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection as a machine does that knows nothing of it any more."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
