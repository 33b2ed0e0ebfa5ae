"""Ways to show who asks that an operation may have: in the head of a request or in its body."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from marshmallow import fields

from schemas.fields import Closed
from service.desk import Desk
from service.domain.caller import Caller, Role
from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.routes import API
from service.web.answer import Answer
from service.web.application import make_application
from service.web.authentication import Authentication
from service.web.call import Call, ProcessContext
from service.web.dispatch import Dispatch
from service.web.gate import GUESSES, READER
from service.web.openapi import describe
from service.web.operation import operation
from service.web.route import route
from tests.web.small_desk import MODERATOR, TOKEN, SmallDesk

Client = TestClient[web.Request, web.Application]
SESSION = Caller("session", "m2", "Ann", frozenset({Role.MODERATOR}), frozenset({"other"}))


async def _of_session(_: Desk, cookie: str) -> Caller | None:
    return SESSION if cookie == "ann" else None


IN_QUERY = Authentication("key", {"type": "apiKey", "in": "query", "name": "key"}, lambda r, _: r.query.get("key", ""))
IN_HOST = Authentication("host", {"type": "apiKey", "in": "header", "name": "Host"}, lambda r, _: r.host.split(".")[0])
IN_FORM = Authentication(
    "field",
    {"type": "apiKey", "in": "query", "name": "api_key"},
    lambda _, given: str(given.get("api_key", "")),
    is_in_body=True,
)
COOKIE = Authentication(
    "session",
    {"type": "apiKey", "in": "cookie", "name": "session"},
    lambda request, _: request.cookies.get("session", ""),
    find_caller=_of_session,
)

WRONG, STRANGE = int(GUESSES.burst), int(READER.burst)


class GivenSchema(Closed):
    text = fields.String(load_default="")
    api_key = fields.String(load_default="")


class AskerSchema(Closed):
    asker = fields.String(required=True)


async def tell(call: Call) -> Answer:
    site = call.site.site if call.site else None
    return Answer(200, {"asker": f"{call.known_caller.token_id} of {site}"})


WAYS = {"/query": IN_QUERY, "/host": IN_HOST, "/form": IN_FORM, "/cookie": COOKIE}
ROUTES = [
    route(
        "POST",
        path,
        operation(path, body=GivenSchema, form=GivenSchema, answers={200: AskerSchema}, authentication=way)(tell),
        Role.MODERATOR,
    )
    for path, way in WAYS.items()
]


@pytest.fixture
async def client(aiohttp_client: Callable[[web.Application], Awaitable[Client]]) -> Client:
    counts = Counters()
    context = ProcessContext(RequestMeasures(counts), counts, Acceptor())
    application = make_application(context, lambda: 0)
    application.router.register_resource(Dispatch(ROUTES, SmallDesk(), context))  # type: ignore[arg-type]
    return await aiohttp_client(application)


async def ask(client: Client, path: str, shown: str) -> tuple[int, str]:
    """Asks by the way of the path."""
    host = {"Host": f"{shown}.rest.example"} if path == "/host" else {}
    cookie = {"Cookie": f"session={shown}"} if path == "/cookie" else {}
    answer = await client.post(
        path,
        params={"key": shown} if path == "/query" else {},
        data={"text": "x"} | ({"api_key": shown} if path == "/form" else {}),
        headers=host | cookie,
    )
    told = await answer.json()
    return answer.status, told.get("asker") or told["code"]


@pytest.mark.parametrize("path", ["/query", "/form"])
async def test_a_token_is_taken_where_its_operation_looks_for_it(client: Client, path: str) -> None:
    assert await ask(client, path, TOKEN) == (200, f"{MODERATOR.token_id} of news")
    assert await ask(client, path, "wrong") == (401, "unauthenticated")
    assert await ask(client, path, "") == (401, "unauthenticated")


@pytest.mark.parametrize("path", WAYS)
async def test_a_bearer_token_is_none_where_another_way_is_asked_for(client: Client, path: str) -> None:
    answer = await client.post(path, data={"text": "x"}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status == 401


async def test_a_host_is_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.web.small_desk.TOKEN", "abc")
    assert await ask(client, "/host", "abc") == (200, "t1 of news")
    assert (await ask(client, "/host", "abd"))[0] == 401


async def test_a_way_may_find_its_callers_by_itself(client: Client) -> None:
    assert await ask(client, "/cookie", "ann") == (200, "session of other")
    assert (await ask(client, "/cookie", TOKEN))[0] == 401
    assert (await ask(client, "/cookie", ""))[0] == 401


@pytest.mark.parametrize("path", ["/query", "/form", "/cookie"])
async def test_wrong_ones_are_counted_like_wrong_tokens(client: Client, path: str) -> None:
    statuses = [(await ask(client, path, f"guess-{number}"))[0] for number in range(WRONG + 3)]
    assert statuses == [401] * WRONG + [429] * 3


async def test_what_is_shown_in_a_body_is_read_at_the_rate_of_strangers(client: Client) -> None:
    statuses = [(await ask(client, "/form", ""))[0] for _ in range(STRANGE + 3)]
    assert statuses[:STRANGE] == [401] * STRANGE
    assert 429 in statuses[STRANGE:]


async def test_the_description_names_each_way() -> None:
    described = describe((*API, *ROUTES), "1")
    assert described["components"]["securitySchemes"].keys() == {"token", "key", "host", "field", "session"}
    assert described["paths"]["/cookie"]["post"]["security"] == [{"session": []}]
