"""What an operation may have of its own: the limit of its body, and how its errors are written."""

import gzip
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from marshmallow import fields

from schemas.fields import Closed
from service.domain.site import Site
from service.errors import InvalidFieldsError, RateLimitedError, RequestError
from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.routes import API
from service.web.answer import Answer
from service.web.application import make_application
from service.web.body import MAX_BODY_BYTES
from service.web.call import Call, ProcessContext
from service.web.dispatch import Dispatch
from service.web.exchange import Request
from service.web.openapi import describe
from service.web.operation import operation
from service.web.route import open_route
from tests.web.small_desk import SmallDesk

LARGE = 160 * 1024
Client = TestClient[web.Request, web.Application]


class TextSchema(Closed):
    text = fields.String(required=True)


class SizeSchema(Closed):
    size = fields.Integer(required=True)


@operation("Measure a text", body=TextSchema, answers={200: SizeSchema}, max_body_bytes=LARGE)
async def measure(call: Call) -> Answer:
    return Answer(200, {"size": len(call.body["text"])})


@operation("Measure a short text", body=TextSchema, answers={200: SizeSchema})
async def measure_short(call: Call) -> Answer:
    return Answer(200, {"size": len(call.body["text"])})


def write_as_text(request: Request, site: Site | None, error: RequestError) -> Answer | None:
    """As a protocol of the nineties would; a rate limit as everywhere."""
    if isinstance(error, RateLimitedError):
        return Answer(200, b"slow down", {"X-Of": request.path}, "text/plain")
    return Answer(200, f"invalid {site} {error.code}".encode(), content_type="text/plain") if error.errors else None


@operation("Say what is wrong", body=TextSchema, answers={200: SizeSchema}, error_writer=write_as_text)
async def complain(call: Call) -> Answer:
    if call.body["text"] == "too often":
        raise RateLimitedError("wait", retry_after_seconds=7)
    raise InvalidFieldsError(errors={"text": ["Wrong."]})


ROUTES = (
    open_route("POST", "/large", measure),
    open_route("POST", "/short", measure_short),
    open_route("POST", "/complain", complain),
)


@pytest.fixture
async def client(aiohttp_client: Callable[[web.Application], Awaitable[Client]]) -> Client:
    counts = Counters()
    context = ProcessContext(RequestMeasures(counts), counts, Acceptor())
    application = make_application(context, lambda: 0)
    application.router.register_resource(Dispatch(ROUTES, SmallDesk(), context))  # type: ignore[arg-type]
    return await aiohttp_client(application)


@pytest.mark.parametrize(("path", "most"), [("/large", LARGE), ("/short", MAX_BODY_BYTES)])
async def test_a_body_has_the_limit_of_its_operation(client: Client, path: str, most: int) -> None:
    frame = len('{"text":""}')
    for size, status in ((most - frame, 200), (most - frame + 1, 413)):
        answer = await client.post(
            path, data=b'{"text":"' + b"x" * size + b'"}', headers={"Content-Type": "application/json"}
        )
        assert answer.status == status
        told = await answer.json()
        assert told["size"] == size if status == 200 else told["detail"] == f"At most {most} bytes."


@pytest.mark.parametrize(("path", "status"), [("/large", 200), ("/short", 413)])
async def test_a_compressed_body_is_unfolded_up_to_its_limit(client: Client, path: str, status: int) -> None:
    body = gzip.compress(b'{"text":"' + b"x" * 100_000 + b'"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await client.post(path, data=body, headers=headers)).status == status


async def test_the_description_tells_each_limit() -> None:
    paths = describe((*API, *ROUTES), "1")["paths"]
    told = [paths[path]["post"]["responses"]["413"]["description"] for path in ("/large", "/short")]
    assert told == ["`body_too_large`: The body is over 160 KiB.", "`body_too_large`: The body is over 64 KiB."]


async def test_errors_are_written_in_the_shape_of_their_operation(client: Client) -> None:
    answer = await client.post("/complain", json={"text": "x"})
    assert (answer.status, await answer.text()) == (200, "invalid None invalid_fields")
    assert answer.headers["X-Request-ID"]
    slow = await client.post("/complain", json={"text": "too often"})
    assert (await slow.text(), slow.headers["Retry-After"], slow.headers["X-Of"]) == ("slow down", "7", "/complain")
    broken = await client.post("/complain", data=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status, broken.content_type) == (400, "application/problem+json")
