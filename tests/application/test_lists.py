"""Sites and tokens in pages, however many there are."""

import asyncio
from collections.abc import Iterable
from itertools import chain
from urllib.parse import urlencode

import pytest
import redis

from service.domain.caller import EVERY_SITE, Role
from service.domain.directory import Directory
from service.domain.member import Member
from service.domain.token import Token, TokenFilter
from service.domain.token_index import TokenIndex
from tests.application.conftest import Application
from tests.application.test_reads import refused
from tests.servers import RedisServer, client_of


async def listed(application: Application, path: str, **query: object) -> list[list[str]]:
    """The names of each page, in order."""
    what = path.rpartition("/")[2]
    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await (await application.ask("GET", f"{path}?{urlencode(query | {'cursor': cursor})}")).json()
        pages.append([each.get("token_id", each["site"]) for each in page[what]])
        cursor = page["next_cursor"]
    return pages


def joined(pages: Iterable[list[str]]) -> list[str]:
    return list(chain.from_iterable(pages))


async def test_sites_come_in_pages_by_name(application: Application) -> None:
    wanted = [f"site-{number:02}" for number in range(7)]
    await asyncio.gather(*(application.ask("POST", "/v1/sites", {"site": each}) for each in wanted))
    everything = ["default", "demo", *wanted]
    assert await listed(application, "/v1/sites") == [everything]
    assert await listed(application, "/v1/sites", limit=3) == [everything[:3], everything[3:6], everything[6:]]
    assert await listed(application, "/v1/sites", limit=9) == [everything]


async def test_tokens_come_in_pages_and_of_one_site_or_role(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "news"})
    wanted = [(site, role) for site in ("default", "news") for role in ("website", "moderator", "moderator")]
    made: dict[tuple[str | None, str], list[str]] = {}
    for site, role in [*wanted, (None, "admin")]:
        answer = await application.ask(
            "POST", "/v1/tokens", {"role": role, "name": "n"} | ({"site": site} if site else {})
        )
        made.setdefault((site, role), []).append((await answer.json())["token_id"])
    everything = sorted(joined(made.values()))
    assert joined(await listed(application, "/v1/tokens", limit=2)) == everything
    for site, role in made:
        assert joined(await listed(application, "/v1/tokens", role=role, limit=1)) == sorted(
            joined((ids for (_, of), ids in made.items() if of == role))
        )
        if site:
            found = await listed(application, "/v1/tokens", site=site, role=role, limit=1)
            assert joined(found) == sorted(made[site, role])
    assert await listed(application, "/v1/tokens", site="nowhere") == [[]]


async def test_a_list_goes_on_where_it_was_when_its_last_item_is_gone(application: Application) -> None:
    ids = sorted([await _token_id(application) for _ in range(5)])
    first = await (await application.ask("GET", "/v1/tokens?limit=2")).json()
    await application.ask("DELETE", f"/v1/tokens/{ids[1]}")
    query = urlencode({"limit": 2, "cursor": first["next_cursor"]})
    second = await (await application.ask("GET", f"/v1/tokens?{query}")).json()
    assert [each["token_id"] for each in second["tokens"]] == ids[2:4]


async def _token_id(application: Application) -> str:
    answer = await application.ask("POST", "/v1/tokens", {"role": "website", "site": "default", "name": "w"})
    return str((await answer.json())["token_id"])


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=c2l0ZTo=", "cursor=dG9rZW46YQ==", "cursor=%FF"]
)
async def test_a_page_that_there_is_not_is_refused(application: Application, query: str) -> None:
    """The last two cursors but one are of a name that is empty, and of tokens."""
    await refused(await application.ask("GET", f"/v1/sites?{query}"), query.partition("=")[0])


@pytest.mark.parametrize("query", ["site=A", "site=", "role=Admin", "role="])
async def test_a_filter_that_lets_nothing_through_ever_is_refused(application: Application, query: str) -> None:
    await refused(await application.ask("GET", f"/v1/tokens?{query}"), query.partition("=")[0])


MOST_OF_RELOADS = 6
"""Sites, tokens and members are read whole when the link is there, and once more when it was connected anew."""


async def test_a_page_asks_nothing_of_redis(application: Application, one_server: RedisServer) -> None:
    """And so costs the same with any number: sites and tokens are in memory, in their order."""
    with client_of(one_server.url) as client:
        before = client.info("commandstats").get("cmdstat_hgetall", {}).get("calls", 0)
        for path in ("/v1/sites", "/v1/tokens"):
            for _ in range(20):
                assert (await application.ask("GET", path)).status == 200
        assert client.info("commandstats").get("cmdstat_hgetall", {}).get("calls", 0) - before <= MOST_OF_RELOADS, (
            "of a reload"
        )


def test_a_page_of_names_looks_at_its_own_alone() -> None:
    class Counted(str):
        compared = 0

        def __lt__(self, other: str) -> bool:
            Counted.compared += 1
            return super().__lt__(other)

    directory = Directory(Counted(f"{number:06}") for number in range(20_000))
    Counted.compared = 0
    assert directory.page("012345", 2) == (["012346", "012347"], "012347")
    assert Counted.compared < 20
    assert directory.page("019998", 2) == (["019999"], None)
    assert directory.page("x", 2) == ([], None)


def member_of(token: Token) -> Member:
    return Member(token.member_id, token.name, 0)


def token(number: int, role: Role, site: str | None) -> Token:
    sites = frozenset({EVERY_SITE if site is None else site})
    names = (f"t{number}", f"Name {number}", frozenset({role}), sites, f"m{number}")
    return Token(*names, created_ms=0, expires_ms=None, digest=f"digest {number}")


def test_an_index_that_grew_token_by_token_is_as_one_that_was_made_of_all() -> None:
    roles = [(Role.WEBSITE, "a"), (Role.MODERATOR, "a"), (Role.MODERATOR, "b"), (Role.ADMIN, None)]
    tokens = [token(number, *roles[number % 4]) for number in range(20)]
    grown = TokenIndex()
    for each in [*reversed(tokens), *tokens[:7]]:
        grown.put(each, member_of(each))
    for number in (3, 4, 99):
        grown.drop(f"t{number}")
    whole = TokenIndex((each, member_of(each)) for each in tokens if each.token_id not in {"t3", "t4"})
    for wanted in (TokenFilter(site, role) for site in (None, "a", "b", "c") for role in (None, *Role)):
        for after in ("", "t1", "t19", "x"):
            assert grown.page(wanted, after, 3) == whole.page(wanted, after, 3)
    for site in ("a", "b", "c"):
        assert sorted(grown.names_of_staff(site, 0)) == sorted(whole.names_of_staff(site, 0))
    for each in tokens:
        assert grown.holder(each.digest, 0) == whole.holder(each.digest, 0)
    assert grown.holder("digest 3", 0) is None


async def test_a_change_is_read_alone_by_this_process_and_by_others(
    application: Application, one_server: RedisServer
) -> None:
    """With many sites and tokens a change would else keep every process from all requests for a while."""
    reading = ("hgetall", "hget")

    def calls(client: redis.Redis) -> list[int]:
        found = client.info("commandstats")
        return [found.get(f"cmdstat_{name}", {}).get("calls", 0) for name in reading]

    with client_of(one_server.url) as client:
        before = calls(client)
        for number in range(10):
            await application.ask("POST", "/v1/sites", {"site": f"new-{number}"})
            await application.ask("PATCH", f"/v1/sites/new-{number}", {"title": "News"})
            token_id = await _token_id(application)
            await application.ask("DELETE", f"/v1/tokens/{token_id}")
        after = calls(client)
    assert after[0] - before[0] <= MOST_OF_RELOADS, "of a reload"
    assert 40 <= after[1] - before[1] <= 240
    assert await listed(application, "/v1/sites") == [["default", "demo", *(f"new-{number}" for number in range(10))]]
    assert await listed(application, "/v1/tokens") == [[]]
