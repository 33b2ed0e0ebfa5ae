"""How answers go out: short ones by aiohttp, long ones in pieces, and early ones before the rest of their request."""

import asyncio
from contextlib import suppress

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from service.platform.acceptor import WRITE_BUFFER_BYTES, Acceptor
from service.web.exchange import Request, Response
from service.web.unsent import Unsent

PIECE_BYTES = 128 * 1024
"""Longer bodies are written in pieces of this size, so that a client that does not read holds no copy of its own."""

REST_BYTES = 1024 * 1024
"""Of a body that was answered before it was read so much is read and forgotten, so that its sender hears the answer."""

REST_SECONDS = 2.0
"""How long that is read at most."""


class LongAnswer:
    """An answer that its client may not take at once; `Unsent` counts it."""

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

    async def send(self, request: Request, response: Response) -> web.StreamResponse:
        """What the request's handler returns: the answer, which aiohttp then sends, or one that is sent already.

        An answer is the last on its connection while the process leaves its connections to a successor, and after a
        wish to speak another protocol, as nothing more is understood then.
        """
        if self._acceptor.is_draining or _is_other_protocol(request):
            response.force_close()
        is_long = isinstance(response.body, bytes) and len(response.body) > WRITE_BUFFER_BYTES
        is_read = request.content.is_eof()
        if is_read and (not is_long or request.method == hdrs.METH_HEAD):
            return response
        sent: web.StreamResponse = response
        with suppress(ConnectionError):  # the client is gone, which aiohttp finds too
            if is_long and request.method != hdrs.METH_HEAD:
                sent = await self._send_long(request, response)
            else:
                await response.prepare(request)
                await response.write_eof()
            if not is_read:
                await self._read_rest(request)
        return sent

    async def _send_long(self, request: Request, response: Response) -> web.StreamResponse:
        """Returns when the client has taken most of it."""
        body = response.body
        transport = request.transport
        assert isinstance(body, bytes)  # noqa: S101 asked before
        if transport is None:
            raise ConnectionResetError
        answer = LongAnswer(transport, len(body))
        self._unsent.begin(answer)
        try:
            if len(body) > PIECE_BYTES:
                return await _send_in_pieces(request, response, body, answer)
            answer.rest_bytes = 0
            await response.prepare(request)
            await response.write_eof()
            return response
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


async def _send_in_pieces(request: Request, response: Response, body: bytes, answer: LongAnswer) -> web.StreamResponse:
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = len(body)
    if response.keep_alive is False:
        stream.force_close()
    await stream.prepare(request)
    view = memoryview(body)
    for start in range(0, len(body), PIECE_BYTES):
        piece = view[start : start + PIECE_BYTES]
        answer.rest_bytes -= len(piece)
        await stream.write(piece)
    await request.writer.drain()
    await stream.write_eof()
    return stream


def _is_other_protocol(request: Request) -> bool:
    is_upgrade = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
    return is_upgrade or request.method == hdrs.METH_CONNECT
