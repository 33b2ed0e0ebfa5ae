"""A token or its member is revoked by one process while he claims at another, and while the first is killed."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import pytest

from tests.api.client import Api, Json, Site, make_site, make_token
from tests.servers import RedisServer, ServiceProcess, wait_until

ROUNDS = 2
PATIENCE_SECONDS = 40
"""A lease of a consumer that was killed lasts for ten."""


@pytest.fixture
def services(
    redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> tuple[ServiceProcess, ServiceProcess]:
    """Two on one store, which know the same administrator."""
    settings = {"COMMENTDESK_ADMIN_TOKEN": "the administrator of two services", "COMMENTDESK_SECRET_KEY": "s" * 40}
    two = [make_service(redis_url=redis_server.url, settings=settings) for _ in range(2)]
    for each in two:
        each.start()
    return two[0], two[1]


def claims_of(site: Site, token_id: str) -> list[str]:
    queue = site.admin.get(f"{site.path}/queue?limit=200").json["comments"]
    return [each["comment_id"] for each in queue if each["claim"] and each["claim"]["token_id"] == token_id]


def admin_of(service: ServiceProcess) -> Api:
    return Api(service.url, "the administrator of two services")


@dataclass
class Claimer:
    """A moderator who claims one comment after the other until he is refused."""

    holder: Api
    path: str
    statuses: list[int] = field(default_factory=list)

    def claim_until_refused(self) -> None:
        while 401 not in self.statuses:
            wanted = {"limit": 1, "lease_seconds": 3600}
            self.statuses.append(self.holder.post(f"{self.path}/claims", wanted).status)

    def is_known(self) -> bool:
        return self.holder.get(f"{self.path}/queue").status == 200

    def has_claimed(self) -> bool:
        return 200 in self.statuses


def path_of(made: Json, what: str) -> str:
    """Of what is revoked: a new token, or its member."""
    return f"/v1/tokens/{made['token_id']}" if what == "token" else f"/v1/members/{made['member']['member_id']}"


WHAT = pytest.mark.parametrize("what", ["token", "member"])


@WHAT
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_claim_at_another_process_does_not_outlive_the_revocation(
    services: tuple[ServiceProcess, ServiceProcess], number: int, what: str
) -> None:
    here, there = services
    site = make_site(admin_of(here))
    for _ in range(40):
        site.submit()
    made = make_token(site.admin, "moderator", site.name)
    claimer = Claimer(Api(there.url, made["token"]), site.path)
    wait_until(claimer.is_known, "the other process to know the token", PATIENCE_SECONDS)
    claiming = [threading.Thread(target=claimer.claim_until_refused) for _ in range(3)]
    for each in claiming:
        each.start()
    wait_until(claimer.has_claimed, "a first claim", PATIENCE_SECONDS)
    assert site.admin.delete(path_of(made, what)).status == 204
    for each in claiming:
        each.join()
    assert set(claimer.statuses) == {200, 401}
    assert claims_of(site, made["token_id"]) == []


@WHAT
def test_a_process_that_is_killed_while_it_revokes_leaves_no_claim_behind(
    services: tuple[ServiceProcess, ServiceProcess], what: str
) -> None:
    """Whatever it came to: either the token is valid, or its claims have ended."""
    killed, left = services
    site = make_site(admin_of(left))
    for _ in range(40):
        site.submit()
    made = make_token(site.admin, "moderator", site.name)
    holder = Api(left.url, made["token"])
    assert holder.post(site.path + "/claims", {"limit": 40, "lease_seconds": 3600}).status == 200
    revoking = threading.Thread(target=_try_to_revoke, args=(admin_of(killed), path_of(made, what)))
    revoking.start()
    killed.kill()
    revoking.join()
    is_valid = holder.get(site.path + "/queue").status == 200
    if is_valid:
        assert site.admin.delete(path_of(made, what)).status == 204
    wait_until(lambda: not claims_of(site, made["token_id"]), "the claims to end", PATIENCE_SECONDS)


@WHAT
def test_a_session_at_another_process_ends_with_what_is_revoked(
    services: tuple[ServiceProcess, ServiceProcess], what: str
) -> None:
    here, there = services
    site = make_site(admin_of(here))
    made = make_token(site.admin, "moderator", site.name)
    secret = made_link(here, made["token_id"])
    cookie = signed_in_cookie(there, secret)
    assert status_of_console(there, cookie) == 200
    assert site.admin.delete(path_of(made, what)).status == 204
    wait_until(lambda: status_of_console(there, cookie) == 303, "the cookie to be refused", PATIENCE_SECONDS)


def made_link(service: ServiceProcess, token_id: str) -> str:
    """The secret of a one-time link."""
    address: str = admin_of(service).post(f"/v1/tokens/{token_id}/links", None).json["sign_in_link"]
    return address.partition("#")[2]


def signed_in_cookie(service: ServiceProcess, secret: str) -> str:
    """Opens a link, and gives the cookie of the session; the process may not have heard of the token before."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    status, cookie = _ask(service, "POST", "/console/_/link", f"code={secret}", headers)
    assert status == 303
    return cookie.partition(";")[0]


def status_of_console(service: ServiceProcess, cookie: str) -> int:
    return _ask(service, "GET", "/console", None, {"Cookie": cookie})[0]


def _ask(service: ServiceProcess, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
    """The status, and the cookie that is set."""
    asked = HTTPConnection(service.url.partition("://")[2], timeout=PATIENCE_SECONDS)
    asked.request(method, path, body, headers)
    answer = asked.getresponse()
    asked.close()
    return answer.status, answer.headers.get("Set-Cookie", "")


def _try_to_revoke(admin: Api, path: str) -> None:
    with suppress(OSError, HTTPException):
        admin.delete(path)
