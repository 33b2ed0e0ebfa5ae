"""Answers that go on: chunks that are sent as they come, until their source, their client or this process ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

SWEEP_SECONDS = 1.0
"""A stream whose client is gone, or may not have it any more, ends so much later at most."""
TAKE_SECONDS = 2.0
"""So long a client has, when this process is drained, to take what was sent to it."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Stream(NamedTuple):
    """What a handler gives in the place of an `Answer`: a source of chunks of bytes, that is closed when the stream
    ends. An error before the first chunk is answered as that of any handler is; one after it ends the
    connection, so that nobody takes half a stream for a whole one."""

    chunks: AsyncGenerator[bytes, None]
    content_type: str
    headers: Mapping[str, str] = _NO_HEADERS
    status: int = 200


class OpenStream:
    """A stream that is being sent. `first` is its first chunk; None when there is none."""

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        transport: asyncio.Transport | None,
        is_allowed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._chunks = chunks
        self.is_allowed = is_allowed
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport = transport
        self.first: bytes | None = None

    async def read(self) -> bytes | None:
        """The next chunk that is not empty; None at the end of the source, or once `end` was called."""
        while (chunk := await self._read()) == b"":
            pass
        return chunk

    async def _read(self) -> bytes | None:
        following: asyncio.Future[bytes | None] = asyncio.ensure_future(anext(self._chunks, None))
        waited: set[asyncio.Future[Any]] = {following, self._ended}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not following.done():
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
        return None if following.cancelled() else following.result()

    @property
    def is_lost(self) -> bool:
        """Whether its client is gone."""
        return self.transport is None or self.transport.is_closing()

    def end(self) -> None:
        """Has the stream end in order, whatever its source waits for."""
        if not self._ended.done():
            self._ended.set_result(None)

    async def close(self) -> None:
        self.end()
        await self._chunks.aclose()


class Streams:
    """The streams of this process. All end when it is drained, and those whose clients are gone soon after that."""

    def __init__(self) -> None:
        self._open: set[OpenStream] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._is_draining = False

    async def open(
        self, stream: Stream, transport: asyncio.Transport | None, is_allowed: Callable[[], bool] = lambda: True
    ) -> OpenStream:
        """Opens a stream up to its first chunk; whatever its source raises before that is raised here. It is asked
        again and again whether the caller still is allowed to have it."""
        opened = OpenStream(stream.chunks, transport, is_allowed)
        self._open.add(opened)
        if self._is_draining:
            opened.end()
        if self._sweeper is None:
            self._sweeper = asyncio.create_task(self._sweep())
        try:
            opened.first = await opened.read()
        except BaseException:
            await self.close(opened)
            raise
        return opened

    async def close(self, opened: OpenStream) -> None:
        """Forgets a stream, and closes its source."""
        self._open.discard(opened)
        await opened.close()

    def end_all(self) -> None:
        """Has all streams end in order, and those that are opened from now on."""
        self._is_draining = True
        for opened in self._open:
            opened.end()
        if self._open:
            asyncio.get_running_loop().call_later(TAKE_SECONDS, self._cut_all)

    def _cut_all(self) -> None:
        """Cuts the streams whose clients still have not taken what was sent."""
        for opened in self._open:
            if opened.transport is not None:
                opened.transport.abort()

    async def _sweep(self) -> None:
        """One timer for all streams, for as long as there are any."""
        while self._open:
            await asyncio.sleep(SWEEP_SECONDS)
            for opened in self._open:
                if opened.is_lost or not opened.is_allowed():
                    opened.end()
        self._sweeper = None
