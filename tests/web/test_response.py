"""Answers as they go out: what their heads tell, and that nobody else writes into them."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.web.exchange import Request
from service.web.response import Response

GET = b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"


async def sent(make: Callable[[], Response], request: bytes = GET) -> bytes:
    """The bytes that a client receives of an answer."""

    async def answer(_: Request) -> Response:
        return make()

    application = web.Application()
    application.router.add_get("/", answer)
    async with TestServer(application) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(request)
        received = await reader.read()
        writer.close()
    return received


def lines_of(received: bytes) -> dict[str, str]:
    head = received.partition(b"\r\n\r\n")[0]
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b"])
async def test_a_header_cannot_begin_another(value: str) -> None:
    assert await sent(lambda: Response(200, {"Location": value}, b"")) == b""


@pytest.mark.parametrize(
    ("status", "body", "length"),
    [(200, b"abc", "3"), (200, b"", "0"), (303, None, "0"), (204, None, ""), (304, None, "")],
)
async def test_the_length_is_told_where_there_can_be_a_body(status: int, body: bytes | None, length: str) -> None:
    received = await sent(lambda: Response(status, {"A": "b"}, body))
    lines = lines_of(received)
    assert (lines.get("Content-Length", ""), received.partition(b"\r\n\r\n")[2]) == (length, body or b"")
    assert lines["Date"].endswith(" GMT")


async def test_head_is_told_the_length_of_a_body_that_was_made() -> None:
    head = GET.replace(b"GET", b"HEAD")
    assert lines_of(await sent(lambda: Response(200, {}, b"abc"), head))["Content-Length"] == "3"
    assert "Content-Length" not in lines_of(await sent(lambda: Response(200, {}), head))


async def test_a_head_names_no_software() -> None:
    lines = lines_of(await sent(lambda: Response(200, {"A": "b"}, b"abc")))
    assert sorted(lines) == ["A", "Connection", "Content-Length", "Date"]


@pytest.mark.parametrize(
    ("version", "asked", "told"),
    [("1.1", "close", "close"), ("1.0", "", "close"), ("1.0", "keep-alive", "keep-alive"), ("1.1", "", None)],
)
async def test_whether_the_connection_is_kept_is_told_where_it_is_not_plain(
    version: str, asked: str, told: str | None
) -> None:
    first = f"GET / HTTP/{version}\r\nHost: test\r\n" + (f"Connection: {asked}\r\n" if asked else "") + "\r\n"
    received = await sent(lambda: Response(200, {}, b""), first.encode() + (GET if told != "close" else b""))
    assert lines_of(received).get("Connection") == told


async def test_an_answer_may_be_the_last_on_its_connection() -> None:
    def last() -> Response:
        made = Response(200, {}, b"")
        made.force_close()
        return made

    received = await sent(last, GET.replace(b"Connection: close\r\n", b"") * 2)
    assert received.count(b"HTTP/1.1 200 OK") == 1
    assert lines_of(received)["Connection"] == "close"
