"""A client's connection: aiohttp reads and parses, and this answers each request in its turn.

aiohttp's own `RequestHandler.start` makes a task for every request and its `Response` takes six awaits to be sent;
here a connection has one task, and an answer is one write. What is inherited is all that comes in: the parser, limits
of the head, back-pressure, timers of idle connections, and the orderly end. This leans on the inside of aiohttp 3.14,
which is why `pyproject.toml` takes no later one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler, RequestPayloadError, _ErrInfo

from service.web.response import Response
from service.web.unsent import Unsent

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_HTTP_1_1 = (1, 1)
PIECE_BYTES = 128 * 1024
"""Longer bodies are written in pieces of this size, so that a client that does not read holds no copy of its own."""
WRITE_BUFFER_BYTES = 16 * 1024
"""An answer of which so much is left when it was written waits for its client; less is not worth counting."""
REST_BYTES = 1024 * 1024
"""Of a body that was answered before it was read so much is read and forgotten, so that its sender hears the answer."""

log = structlog.get_logger(__name__)


class Request(web.BaseRequest):
    """A request; `match_info` is what its path has in the places of the route's placeholders. Where its client waits
    for leave to send the body (RFC 9110, 10.1.1), `invite` gives it."""

    match_info: dict[str, str]
    invite: Callable[[], None] | None = None


class Answering(Protocol):
    """What answers requests, and tells why bytes that are no HTTP, from some address, are refused."""

    def answer(self, request: Request) -> Awaitable[Response]: ...

    def refuse(self, error: BaseException, address: str) -> Response: ...


class Connection(RequestHandler):
    """One connection of a `Server`."""

    __slots__ = ("_answering", "_rest_bytes", "_unsent")

    def __init__(self, server: "Server", answering: Answering, unsent: Unsent, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._answering = answering
        self._unsent = unsent
        self._rest_bytes = 0
        """Of an answer that is written in pieces, what is not written yet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)  # type: ignore[attr-defined]  # one that writes
        super().connection_made(transport)

    @property
    def idle_since(self) -> float | None:
        """Since when it waits for a request, by the event loop's clock: since it was made, or its last answer. None
        while it has one."""
        return None if self._waiter is None else self._next_keepalive_close_time - self._keepalive_timeout

    async def start(self) -> None:
        """Answers what comes in, one request after the other, until either side closes."""
        try:
            while not self._force_close:
                if not self._messages:
                    self._waiter = self._loop.create_future()
                    await self._waiter
                    self._waiter = None
                if not await self._answer_next() or self._close:
                    break
        except ConnectionError:
            pass
        except Exception:
            log.exception("connection_failed")
        finally:
            self._waiter = None
        if not self._force_close:
            self._task_handler = None
            if self.transport is not None:
                self.transport.close()

    async def _answer_next(self) -> bool:
        """Answers the oldest request; whether the connection is kept for more."""
        message, payload = self._messages.popleft()
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()
        if isinstance(message, _ErrInfo):
            self._write(self._answering.refuse(message.exc, self._peer()).encoded("close"))
            return False
        request = self._current_request = Request(message, payload, self, None, self._task_handler, self._loop)  # type: ignore[arg-type]
        self._request_in_progress = True
        try:
            if message.version == _HTTP_1_1 and request.headers.get("Expect", "").lower() == "100-continue":
                request.invite = partial(self._write, CONTINUE)
            response = await self._answering.answer(request)
            goes_on = self._keepalive = not (message.should_close or response.is_last or self._upgraded)
            connection = "" if goes_on and message.version == _HTTP_1_1 else "keep-alive" if goes_on else "close"
            is_head = message.method == "HEAD"
            if is_head or response.body is None or len(response.body) <= PIECE_BYTES:
                self._write(response.encoded(connection, is_head=is_head))
            else:
                await self._write_in_pieces(response.encoded(connection, is_head=True), response.body)
            if self._paused:
                await self._drain()
        finally:
            self._current_request = None
            self._request_in_progress = False
            if self._handler_waiter is not None and not self._handler_waiter.done():
                self._handler_waiter.set_result(None)
        if not payload.is_eof():  # also before it is closed: closed with bytes unread, the answer would be lost
            goes_on = await self._read_rest(payload) and goes_on
        if goes_on:
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
            if self._keepalive_handle is None:
                self._keepalive_handle = self._loop.call_at(self._next_keepalive_close_time, self._process_keepalive)
        return goes_on

    def _peer(self) -> str:
        """The address at the other end; "" when it has none."""
        return str(self.peername[0]) if isinstance(self.peername, tuple) else ""

    @property
    def unsent_bytes(self) -> int:
        """What its client has still to take of the answer."""
        return self._rest_bytes + (self.transport.get_write_buffer_size() if self.transport else 0)

    def abort(self) -> None:
        """Ends it, whatever is unsent."""
        if self.transport is not None:
            self.transport.abort()

    async def _write_in_pieces(self, head: bytes, body: bytes) -> None:
        self._write(head)
        view = memoryview(body)
        try:
            for start in range(0, len(body), PIECE_BYTES):
                if self._paused:
                    self._rest_bytes = len(body) - start
                    await self._drain()
                self._write(view[start : start + PIECE_BYTES])
        finally:
            self._rest_bytes = 0

    def _write(self, raw: bytes | memoryview) -> None:
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError
        self.transport.write(raw)

    async def _drain(self) -> None:
        """Returns when the client has taken most of what was written."""
        self._unsent.begin(self)
        try:
            await self._drain_helper()
        finally:
            self._unsent.end(self)

    async def _read_rest(self, payload: StreamReader) -> bool:
        """Reads and forgets what is left of a body that was answered early, for a while and up to a size; whether
        that was all."""
        left = REST_BYTES
        with suppress(TimeoutError, HttpProcessingError, RequestPayloadError):
            async with asyncio.timeout(self._lingering_time):
                while not payload.is_eof() and left > 0:
                    left -= len(await payload.readany())
        return payload.is_eof()


class Server(web.Server):
    """Makes a `Connection` of each connection."""

    def __init__(self, answering: Answering, *, unsent: Unsent | None = None, **settings: Any) -> None:
        """Its connections share what is unsent."""
        super().__init__(_not_asked, handler_cancellation=False, **settings)
        self._answering = answering
        self._unsent = unsent or Unsent()

    def __call__(self) -> Connection:
        return Connection(self, self._answering, self._unsent, loop=self._loop, **self._kwargs)


async def _not_asked(request: web.BaseRequest) -> web.StreamResponse:
    raise NotImplementedError
