"""How answers go out: short ones by aiohttp, long ones in pieces, and early ones before the rest of their request."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_exceptions import HttpProcessingError

from service.platform.acceptor import WRITE_BUFFER_BYTES, Acceptor
from service.web.exchange import Request
from service.web.response import Response, StreamedResponse
from service.web.stream import OpenStream
from service.web.unsent import Unsent

AT_ONCE_BYTES = 63 * 1024
"""A body that goes out with its head in one piece, and waits only if its client does not take it. aiohttp's writer
waits by itself when it has written 64 KiB."""

PIECE_BYTES = 128 * 1024
"""Longer bodies are written in pieces of this size, so that a client that does not read holds no copy of its own."""

REST_BYTES = 1024 * 1024
"""Of a body that was answered before it was read so much is read and forgotten, so that its sender hears the answer."""

REST_SECONDS = 2.0
"""How long that is read at most."""


class LongAnswer:
    """An answer that its client may not take at once; `Unsent` counts it."""

    __slots__ = ("_transport", "rest_bytes")

    def __init__(self, transport: asyncio.Transport, rest_bytes: int) -> None:
        self._transport = transport
        self.rest_bytes = rest_bytes
        """What is not written yet."""

    @property
    def unsent_bytes(self) -> int:
        """What its client has still to take."""
        return self.rest_bytes + self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Ends the connection, whatever is unsent."""
        self._transport.abort()


class Sender:
    """Sends the answers that aiohttp would not send as we want."""

    def __init__(self, acceptor: Acceptor, unsent: Unsent) -> None:
        self._acceptor = acceptor
        self._unsent = unsent

    def is_left_to_aiohttp(self, request: Request, response: Response) -> bool:
        """Whether the answer is short and its request was read: then it goes out when the handler returns it.

        It is the last on its connection while the process leaves its connections to a successor, and after a wish to
        speak another protocol, as nothing more is understood then.
        """
        if self._acceptor.is_draining or _is_other_protocol(request):
            response.force_close()
        return request.content.is_eof() and not _is_long(request, response)

    async def send(self, request: Request, response: Response) -> None:
        """Sends an answer that is not left to aiohttp; returns when its client has taken most of it."""
        try:
            if not _is_long(request, response):
                await response.prepare(request)
            elif len(response.body or b"") <= AT_ONCE_BYTES:
                await self._send_at_once(request, response)
            else:
                await self._send_in_pieces(request, response)
            if not request.content.is_eof():
                await self._read_rest(request)
        except ConnectionError:
            pass  # the client is gone, which aiohttp finds too

    async def _send_at_once(self, request: Request, response: Response) -> None:
        transport = request.transport
        writer = await response.begin(request)
        await writer.write(response.body or b"")
        await self._until_taken(writer, transport)

    async def _send_in_pieces(self, request: Request, response: Response) -> None:
        body, transport = response.body or b"", request.transport
        if transport is None:
            return
        answer = LongAnswer(transport, len(body))
        self._unsent.begin(answer)
        try:
            writer = await response.begin(request)
            for piece in (body,) if len(body) <= PIECE_BYTES else _pieces(body):
                answer.rest_bytes -= len(piece)
                await writer.write(piece)
            await writer.drain()
        finally:
            self._unsent.end(answer)

    async def send_stream(self, request: Request, response: StreamedResponse, opened: OpenStream) -> None:
        """Sends a stream from its first chunk to its end; whatever its source raises is raised when the connection is
        cut, as what was sent is no whole answer."""
        transport = request.transport
        self._acceptor.begin_request(transport)
        if self._acceptor.is_draining:
            response.force_close()
        try:
            writer = await response.begin(request)
            chunk = opened.first
            while chunk is not None and not opened.is_lost:
                await self._send_chunk(writer, transport, chunk)
                chunk = await opened.read()
            await writer.write_eof()
        except ConnectionError:
            pass  # the client is gone, which aiohttp finds too
        except Exception:
            if transport is not None:
                transport.abort()
            raise
        finally:
            self._acceptor.end_request(transport)

    async def _send_chunk(
        self, writer: AbstractStreamWriter, transport: asyncio.Transport | None, chunk: bytes
    ) -> None:
        if transport is None or transport.get_write_buffer_size() + len(chunk) <= WRITE_BUFFER_BYTES:
            await writer.write(chunk)
            return
        answer = LongAnswer(transport, len(chunk))
        self._unsent.begin(answer)
        try:
            await writer.write(chunk)
            answer.rest_bytes = 0
            await writer.drain()
        finally:
            self._unsent.end(answer)

    async def _until_taken(self, writer: AbstractStreamWriter, transport: asyncio.Transport | None) -> None:
        """Returns when a client has taken most of what was written, which is counted as long as it has not."""
        if transport is None or transport.get_write_buffer_size() <= WRITE_BUFFER_BYTES:
            return
        answer = LongAnswer(transport, 0)
        self._unsent.begin(answer)
        try:
            await writer.drain()
        finally:
            self._unsent.end(answer)

    async def _read_rest(self, request: Request) -> None:
        """Reads and forgets what is left of a body that was answered early, for a while and up to a size; aiohttp
        closes the connection where that was not all. Closed at once, with bytes unread, the answer would be lost."""
        left = REST_BYTES
        transport = request.transport
        self._acceptor.begin_request(transport)
        try:
            with suppress(TimeoutError, HttpProcessingError, web.RequestPayloadError):
                async with asyncio.timeout(REST_SECONDS):
                    while not request.content.is_eof() and left > 0:
                        left -= len(await request.content.readany())
        finally:
            self._acceptor.end_request(transport)


def _pieces(body: bytes) -> Iterator[memoryview]:
    view = memoryview(body)
    for start in range(0, len(body), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]


def _is_long(request: Request, response: Response) -> bool:
    """Whether its client may not take it at once."""
    return response.body is not None and len(response.body) > WRITE_BUFFER_BYTES and request.method != hdrs.METH_HEAD


def _is_other_protocol(request: Request) -> bool:
    is_upgrade = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
    return is_upgrade or request.method == hdrs.METH_CONNECT
