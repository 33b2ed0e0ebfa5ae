"""A TCP proxy between the link and a server, that can keep replies back, or cut everybody off."""

import asyncio
from types import TracebackType
from typing import Self

from tests.servers import RedisServer


class Proxy:
    """Use as a context. `is_mute` keeps all replies back, from those already on their way on."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_mute = False
        self.connections = 0

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

    def cut(self) -> None:
        """Resets every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._server.is_cluster:
            there = await asyncio.open_connection("127.0.0.1", self._server.port)
        else:
            there = await asyncio.open_unix_connection(f"{self._server.folder}/server.sock")
        self._writers |= {writer, there[1]}
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        both = [asyncio.create_task(self._pass(reader, there[1])), asyncio.create_task(self._answer(there[0], writer))]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for each in (writer, there[1]):
            each.transport.abort()
        await asyncio.gather(*both, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self.is_mute:
                writer.write(data)
                await writer.drain()
