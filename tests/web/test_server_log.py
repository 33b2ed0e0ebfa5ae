"""What aiohttp's server says by itself becomes a line of ours, without its words."""

import asyncio

import pytest
import structlog
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.web import server_log
from service.web.application import make_application
from service.web.call import ProcessContext
from service.web.exchange import Request
from service.web.response import Response

EMAIL = b"ada@mail.example"


@pytest.fixture(autouse=True)
def new_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger remembers how logs were configured when it first spoke, in whichever test."""
    monkeypatch.setattr(server_log, "log", structlog.get_logger())


async def break_off(_: Request) -> Response:
    """Fails when it is written, behind all that we catch."""
    return Response(200, {"Location": "a\nb"})


async def lines_of(sent: bytes) -> tuple[Counters, list[dict[str, object]]]:
    counts = Counters()
    application = make_application(ProcessContext(RequestMeasures(counts), counts, Acceptor()), lambda: 0)
    application.router.add_get("/", break_off)
    with capture_logs() as lines:
        async with TestServer(application) as server:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(sent)
            await reader.read()
            writer.close()
    return counts, [dict(line) for line in lines]


async def test_bytes_that_are_no_http_are_counted_and_not_quoted() -> None:
    counts, lines = await lines_of(b"hello " + EMAIL + b"\r\n\r\n")
    (line,) = lines
    assert (line["event"], line["status"], line["code"]) == ("request_refused", 400, "malformed_request")
    assert len(str(line["network"])) == 12
    assert EMAIL.decode() not in str(line)
    assert ("commentdesk_requests", "*", "unknown", "400") in counts.totals()


async def test_a_mistake_behind_our_back_is_logged_as_one() -> None:
    _, lines = await lines_of(b"GET / HTTP/1.1\r\nHost: " + EMAIL + b"\r\n\r\n")
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("connection_failed", "error")
    assert isinstance(line["exc_info"], tuple)
