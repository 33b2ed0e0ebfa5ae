"""Every line of the route table: who may make the call, and what he may not is said in one way."""

import pytest

from service.domain.caller import Role
from service.routes import API
from service.web.route import Access, Route
from tests.application.conftest import Application

NOT_FOUND_ID = "0000000000000000"


def path_of(route: Route) -> str:
    ids = {"member_id": "m0"} | {
        "comment_id": NOT_FOUND_ID,
        "token_id": "t0",
        "author_id": "a000000000000",
        "bulk_id": f"b{NOT_FOUND_ID}",
        "version": "999",
    }
    return route.path.format(site="default", thread="t", **ids)


def names(routes: list[Route]) -> list[str]:
    return [f"{route.method} {route.path}" for route in routes]


NEEDING = [route for route in API if route.access in {Access.TOKEN, Access.TOKEN_OR_READER}]


@pytest.mark.parametrize("route", NEEDING, ids=names(NEEDING))
async def test_a_call_is_for_the_roles_of_its_line(application: Application, route: Route) -> None:
    for role in Role:
        token = await application.token(role)
        answer = await application.ask(route.method, path_of(route), {}, token=token)
        assert (answer.status == 403) == (role not in route.roles), role
        assert answer.status not in {401, 500}
    for token in ("", "wrong"):
        answer = await application.ask(route.method, path_of(route), {}, token=token)
        assert (answer.status, (await answer.json())["code"]) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


OPEN = [route for route in API if route.access in {Access.ANYONE, Access.WATCHER}]


@pytest.mark.parametrize("route", OPEN, ids=names(OPEN))
async def test_what_is_open_is_answered_without_a_token(application: Application, route: Route) -> None:
    if route.operation.body is not None:
        body, status = ({"threads": ["a"]}, 200) if route.path.endswith("/counts") else ({"receipt": "x"}, 404)
        assert (await application.ask(route.method, path_of(route), body, token="")).status == status
        return
    query = "?thread=a" if route.path.endswith("/counts") else ""
    answer = await application.ask(route.method, path_of(route) + query, token="")
    assert answer.status == 200
    head = await application.ask("HEAD", path_of(route) + query, token="")
    assert (head.status, await head.read()) == (200, b"")
