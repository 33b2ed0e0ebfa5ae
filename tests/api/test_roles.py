"""Who may make which call: every route with every role, and that a refusal tells nobody what exists."""

import sys
from dataclasses import replace

import pytest

from service.routes import API
from service.web.route import Route
from tests.api.client import NOTHING, Api, Json, Reply, Site, make_token

SITE = "/v1/sites/{site}"
THREAD = SITE + "/threads/{thread}"
COMMENT = SITE + "/comments/{comment_id}"
MEMBER = "/v1/members/{member_id}"
AUTHOR = SITE + "/authors/{author_id}"
ANYONE = {"nobody", "website", "moderator", "operator", "admin"}
MODERATOR = {"moderator", "admin"}
OPERATOR = {"operator", "admin"}
WEBSITE = {"website", "admin"}
ADMIN = {"admin"}

MAY = {
    ("POST", THREAD + "/comments"): WEBSITE,
    ("GET", THREAD + "/comments"): ANYONE,
    ("POST", SITE + "/receipts"): ANYONE,
    ("GET", SITE + "/counts"): ANYONE,
    ("POST", SITE + "/counts"): ANYONE,
    ("GET", THREAD): WEBSITE | MODERATOR | OPERATOR,
    ("PUT", THREAD): WEBSITE | MODERATOR | OPERATOR,
    ("GET", "/v1/queue"): MODERATOR,
    ("GET", SITE + "/queue"): MODERATOR,
    ("POST", SITE + "/claims"): MODERATOR,
    ("DELETE", SITE + "/claims"): MODERATOR,
    ("DELETE", SITE + "/claims/{comment_id}"): MODERATOR,
    ("GET", SITE + "/comments"): MODERATOR,
    ("GET", COMMENT): WEBSITE | MODERATOR,
    ("POST", COMMENT + "/decisions"): MODERATOR,
    ("POST", COMMENT + "/undo"): MODERATOR,
    ("POST", COMMENT + "/escalations"): MODERATOR,
    ("GET", COMMENT + "/notes"): MODERATOR,
    ("POST", COMMENT + "/notes"): MODERATOR,
    ("GET", AUTHOR + "/notes"): MODERATOR,
    ("POST", AUTHOR + "/notes"): MODERATOR,
    ("POST", SITE + "/decisions"): MODERATOR,
    ("POST", SITE + "/bulk/previews"): MODERATOR,
    ("POST", SITE + "/bulk"): MODERATOR,
    ("GET", SITE + "/bulk"): MODERATOR,
    ("GET", SITE + "/bulk/{bulk_id}"): MODERATOR,
    ("POST", SITE + "/bulk/{bulk_id}/stop"): MODERATOR,
    ("POST", SITE + "/bulk/{bulk_id}/undo"): MODERATOR,
    ("GET", SITE + "/events"): MODERATOR,
    ("GET", SITE + "/stats"): OPERATOR | MODERATOR,
    ("POST", SITE + "/authors/lookups"): MODERATOR,
    ("GET", AUTHOR): MODERATOR,
    ("PUT", AUTHOR + "/ban"): MODERATOR,
    ("DELETE", AUTHOR + "/ban"): MODERATOR,
    ("PUT", AUTHOR + "/trust"): MODERATOR,
    ("DELETE", AUTHOR + "/trust"): MODERATOR,
    ("GET", SITE + "/policy"): OPERATOR,
    ("PUT", SITE + "/policy"): OPERATOR,
    ("PATCH", SITE + "/policy"): OPERATOR,
    ("POST", SITE + "/policy/tests"): OPERATOR,
    ("GET", SITE + "/policy/versions"): OPERATOR,
    ("GET", SITE + "/policy/versions/{version}"): OPERATOR,
    ("POST", SITE + "/policy/versions/{version}/restore"): OPERATOR,
    ("GET", SITE + "/reasons"): MODERATOR | OPERATOR,
    ("PUT", SITE + "/reasons"): OPERATOR,
    ("GET", SITE + "/audit"): OPERATOR,
    ("GET", "/v1/audit"): ADMIN,
    ("GET", "/v1/sites"): ADMIN,
    ("POST", "/v1/sites"): ADMIN,
    ("GET", SITE): ADMIN,
    ("PATCH", SITE): ADMIN,
    ("GET", "/v1/tokens"): ADMIN,
    ("POST", "/v1/tokens"): ADMIN,
    ("DELETE", "/v1/tokens/{token_id}"): ADMIN,
    ("POST", "/v1/tokens/{token_id}/links"): ADMIN,
    ("GET", "/v1/members"): ADMIN,
    ("GET", MEMBER): ADMIN,
    ("PATCH", MEMBER): ADMIN,
    ("DELETE", MEMBER): ADMIN,
    ("GET", "/healthz"): ANYONE,
    ("GET", "/readyz"): ANYONE,
    ("GET", "/metrics"): ANYONE,  # over loopback, as here: see test_watching.py
}
"""The contract's own words on who may call what; a route without a line here fails."""
ROLES = sorted(ANYONE)
NOBODYS = {
    "comment_id": "0123456789abcdef",
    "token_id": "t000000000000",
    "member_id": "m000000000000",
    "author_id": "a000000000000",
    "bulk_id": "b0123456789abcdef",
    "version": "999",
}


def asked(route: Route, caller: Api, site: str) -> Reply:
    path = route.path.format(site=site, thread="t1", **NOBODYS)
    return caller.ask(route.method, path, {} if route.operation.body else NOTHING)


def without_id(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "request_id"}


@pytest.fixture(scope="module")
def callers(request: pytest.FixtureRequest) -> dict[str, Api]:
    """One of each role, all but admin for the default site."""
    service = request.getfixturevalue("service")
    admin = Api(service.url, service.admin_token)
    tokens = {role: make_token(admin, role, "default")["token"] for role in ("website", "moderator", "operator")}
    return {role: Api(service.url, token) for role, token in tokens.items()} | {
        "admin": admin,
        "nobody": Api(service.url),
        "stranger": Api(service.url, "cd_never-given"),
    }


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_every_route_has_its_line() -> None:
    assert {(route.method, route.path) for route in API} == set(MAY)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", API, ids=name_of)
def test_who_may_and_who_may_not(route: Route, role: str, callers: dict[str, Api]) -> None:
    reply = asked(route, callers[role], "default")
    if role in MAY[route.method, route.path]:
        assert reply.status not in {401, 403, 405}
    elif role == "nobody":
        reply.refuses(401, "unauthenticated")
    else:
        reply.refuses(403, "forbidden")


@pytest.mark.parametrize("route", [route for route in API if MAY[route.method, route.path] != ANYONE], ids=name_of)
class TestNothingIsTold:
    def test_to_one_without_a_token(self, route: Route, callers: dict[str, Api], site: Site) -> None:
        self._same(route, callers["nobody"], 401, site.name, "no-such-site")

    def test_to_one_with_a_token_that_was_never_given(self, route: Route, callers: dict[str, Api], site: Site) -> None:
        """From an address of the route's own, as too many wrong tokens of one are answered otherwise."""
        source = f"127.0.1.{1 + API.index(route)}" if sys.platform == "linux" else ""
        self._same(route, replace(callers["stranger"], source=source), 401, site.name, "no-such-site")

    @pytest.mark.parametrize("role", ["website", "moderator", "operator"])
    def test_to_one_of_another_site(self, route: Route, role: str, callers: dict[str, Api], site: Site) -> None:
        """Whether the site, the comment, or nothing at all is there: the same words. Of no site there is no other."""
        if "{site}" not in route.path and role in MAY[route.method, route.path]:
            return
        self._same(route, callers[role], 403, site.name, "no-such-site", "no%00site", "NO")

    def _same(self, route: Route, caller: Api, status: int, *sites: str) -> None:
        found = [asked(route, caller, each) for each in sites]
        assert {reply.status for reply in found} == {status}
        documents = [without_id(reply.problem()) for reply in found]
        assert all(document == documents[0] for document in documents)
        lengths = {reply.headers["content-length"] for reply in found}
        assert len(lengths) == 1


def test_a_refusal_does_not_tell_whether_a_comment_is_there(site: Site, callers: dict[str, Api]) -> None:
    comment_id = site.submit()
    there = callers["moderator"].get(site.comment(comment_id)).refuses(403, "forbidden")
    not_there = callers["moderator"].get(site.comment("0123456789abcdef")).refuses(403, "forbidden")
    assert without_id(there) == without_id(not_there)
