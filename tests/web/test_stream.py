"""Answers that go on: sent chunk by chunk, and ended by their source, their client, a failure or the process."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient

from service.errors import RateLimitedError
from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.web.application import make_application
from service.web.call import Call, ProcessContext
from service.web.dispatch import Dispatch
from service.web.operation import operation
from service.web.route import open_route
from service.web.stream import Stream, Streams
from tests.web.small_desk import SmallDesk

Client = TestClient[web.Request, web.Application]
LARGE = b"x" * 1_000_000
EMPTY = b"stands for an empty chunk"


class Source:
    """Chunks that a test puts in; what happened to it."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.given = 0

    async def read(self) -> AsyncGenerator[bytes, None]:
        try:
            while chunk := await self.chunks.get():
                if isinstance(chunk, Exception):
                    raise chunk
                self.given += 1
                yield b"" if chunk == EMPTY else chunk
        finally:
            self.closed.set()


source = Source()


@operation("Go on", answers={200: "Lines."})
async def go_on(call: Call) -> Stream:
    return Stream(source.read(), "text/event-stream", {"Cache-Control": "no-store"})


@pytest.fixture
def context() -> ProcessContext:
    counts = Counters()
    return ProcessContext(RequestMeasures(counts), counts, Acceptor())


@pytest.fixture
async def client(aiohttp_client: Callable[[web.Application], Awaitable[Client]], context: ProcessContext) -> Client:
    global source
    source = Source()
    application = make_application(context, lambda: 0)
    dispatch = Dispatch([open_route("GET", "/go-on", go_on)], SmallDesk(), context)  # type: ignore[arg-type]
    application.router.register_resource(dispatch)
    return await aiohttp_client(application)


def send(*chunks: bytes | Exception) -> None:
    for chunk in chunks:
        source.chunks.put_nowait(chunk)


async def test_chunks_are_sent_as_they_come(client: Client) -> None:
    send(b"one\n")
    answer = await client.get("/go-on")
    assert (answer.status, answer.content_type, answer.headers["X-Accel-Buffering"]) == (200, "text/event-stream", "no")
    assert await answer.content.readany() == b"one\n"
    send(b"two\n")
    assert await answer.content.readany() == b"two\n"
    send(b"")
    assert await answer.read() == b""
    await source.closed.wait()


async def test_a_connection_is_kept_after_a_stream_that_ended(client: Client) -> None:
    for _ in range(2):
        send(b"all\n", b"")
        answer = await client.get("/go-on")
        assert await answer.read() == b"all\n"
    assert answer.connection is None or not answer.connection.closed


async def test_an_error_before_the_first_chunk_is_a_problem_document(client: Client) -> None:
    send(RateLimitedError("wait", retry_after_seconds=5))
    answer = await client.get("/go-on")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
    assert source.closed.is_set()


async def test_an_error_after_it_is_never_taken_for_the_end(client: Client) -> None:
    send(b"one\n", OSError("broken"))
    answer = await client.get("/go-on")
    with pytest.raises(ClientPayloadError):
        await answer.read()
    await source.closed.wait()


async def test_a_source_is_closed_when_its_client_is_gone(client: Client) -> None:
    send(b"one\n")
    answer = await client.get("/go-on")
    answer.close()
    async with asyncio.timeout(5):
        await source.closed.wait()


async def test_streams_end_in_order_when_the_process_is_drained(client: Client, context: ProcessContext) -> None:
    send(b"one\n")
    answer = await client.get("/go-on")
    context.acceptor._leave_all()
    assert await answer.read() == b"one\n"
    await source.closed.wait()
    assert context.acceptor.under_way == 0
    late = await client.get("/go-on")
    assert (await late.read(), late.headers["Connection"]) == (b"", "close")


async def test_head_asks_for_nothing(client: Client) -> None:
    answer = await client.head("/go-on")
    assert (answer.status, answer.content_type, await answer.read()) == (200, "text/event-stream", b"")
    assert source.given == 0


async def test_an_empty_chunk_is_not_the_end(client: Client) -> None:
    send(b"one\n", EMPTY, b"two\n", b"")
    assert await (await client.get("/go-on")).read() == b"one\ntwo\n"


async def test_an_old_client_gets_it_until_the_connection_closes(client: Client) -> None:
    send(b"one\n", b"two\n", b"")
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(b"GET /go-on HTTP/1.0\r\nHost: localhost\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert body == b"one\ntwo\n"
    writer.close()


async def test_a_client_that_takes_nothing_holds_no_drain_up(client: Client, context: ProcessContext) -> None:
    send(*[LARGE] * 30)
    answer = await client.get("/go-on")
    async with asyncio.timeout(5):
        while not context.unsent._answers:
            await asyncio.sleep(0.01)
        context.acceptor._leave_all()
        await source.closed.wait()
    answer.close()


async def test_a_client_that_takes_nothing_is_waited_for(client: Client, context: ProcessContext) -> None:
    send(*[LARGE] * 30)
    answer = await client.get("/go-on")
    async with asyncio.timeout(5):
        while not context.unsent._answers:
            await asyncio.sleep(0.01)
    assert source.given < 30
    size = 0
    send(b"")
    while chunk := await answer.content.readany():
        size += len(chunk)
    assert size == 30 * len(LARGE)
    assert not context.unsent._answers


async def test_it_is_counted_as_it_begins(client: Client, context: ProcessContext) -> None:
    """How long it goes on is no time to answer."""
    send(b"one\n")
    answer = await client.get("/go-on")
    assert await answer.content.readany() == b"one\n"
    assert context.counts.totals()["commentdesk_requests", "GET", "/go-on", "200"] == [1]
    send(b"")
    assert await answer.read() == b""
    assert context.counts.totals()["commentdesk_requests", "GET", "/go-on", "200"] == [1]


class OpenTransport(asyncio.Transport):
    """One that stays open."""

    def is_closing(self) -> bool:
        return False


async def test_it_ends_when_its_caller_may_not_have_it_any_more() -> None:
    own, is_allowed = Source(), True
    streams = Streams()
    own.chunks.put_nowait(b"one\n")
    opened = await streams.open(Stream(own.read(), "text/plain"), OpenTransport(), lambda: is_allowed)
    assert opened.first == b"one\n"
    is_allowed = False
    async with asyncio.timeout(5):
        assert await opened.read() is None
    await streams.close(opened)
    assert own.closed.is_set()
