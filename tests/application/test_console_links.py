"""One-time links to the console, and secrets that are wrong: who guesses is slowed down, and nobody else is."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from service.app import make_service
from service.settings import read_settings
from service.use_cases import sign_in_links
from tests.application.conftest import ADMIN, Application, Client
from tests.application.console import Browser
from tests.application.test_console_sign_in import HOME, SESSIONS, browser, clock, desk_of, timed
from tests.servers import RedisServer

__all__ = ["browser", "clock", "timed"]
LINK = "/console/_/link"


async def test_wrong_tokens_are_looked_at_a_few_times(browser: Browser) -> None:
    token = await browser.application.token("moderator")
    seen = [await browser.sign_in(f"cd_guess-{number}") for number in range(12)]
    assert [page.status for page in seen] == [401] * 10 + [429] * 2
    assert "9 tries are left for now" in seen[0].text
    assert "1 try is left for now" in seen[8].text
    assert int(seen[-1].headers["Retry-After"]) >= 1
    assert (await browser.sign_in(token)).status == 303


async def test_sessions_that_ended_are_no_guesses(browser: Browser) -> None:
    """A newsroom behind one address comes back from lunch: each is led to signing in, and let in."""
    token = await browser.application.token("moderator")
    for number in range(70):
        cookie = {"Cookie": f"cd={number:043}"}
        assert (await Browser(browser.application).get(HOME, **cookie)).status == 303
    assert (await browser.sign_in(token)).status == 303


async def test_wrong_tokens_keep_nobody_out_who_has_a_right_one(browser: Browser) -> None:
    """Neither a token of ours, nor a one-time link, nor a session; the administrator's where he is known."""
    token = await browser.application.token("moderator")
    secrets = [await link_for(browser.application, token) for _ in range(2)]
    await browser.sign_in()
    for number in range(12):
        last = await Browser(browser.application).sign_in(f"cd_guess-{number}")
    assert last.status == 429
    assert (await browser.get(HOME)).status == 200
    visitor = Browser(browser.application)
    assert (await visitor.post(LINK, {"code": "cdl_guessed"})).status == 429
    assert (await visitor.post(LINK, {"code": secrets[0]})).status == 303
    assert (await visitor.post(LINK, {"code": secrets[0]})).status == 401
    assert (await visitor.sign_in(token)).status == 303
    assert (await visitor.sign_in()).status == 303


async def test_an_address_that_is_none_is_no_link(browser: Browser) -> None:
    for code in ("http://[", "https://a]b#c", "#", "cdl_" + "x" * 190):
        assert (await browser.post(LINK, {"code": code})).status == 401


async def link_for(application: Application, token: str) -> str:
    desk = desk_of(application)
    caller = desk.registry.caller(token, desk.now_ms())
    assert caller is not None
    return await sign_in_links.make_link(desk, desk.vault.token_digest(token), caller.member_id, actor="admin")


async def test_a_link_signs_in_once_and_by_a_form_alone(browser: Browser) -> None:
    token = await browser.application.token("moderator")
    secret = await link_for(browser.application, token)
    assert (await browser.get(LINK)).status == 200
    assert (await browser.get(f"/console/_/link?code={secret}")).status == 200
    assert not browser.cookies
    answer = await browser.post(LINK, {"code": f"http://127.0.0.1:8080/console/_/link#{secret}"})
    assert (answer.status, answer.location) == (303, HOME)
    again = await Browser(browser.application).post(LINK, {"code": secret})
    assert again.status == 401
    assert "This link was used before." in again.text


async def test_of_two_who_open_a_link_at_once_one_is_signed_in(browser: Browser) -> None:
    secret = await link_for(browser.application, await browser.application.token("moderator"))
    both = [Browser(browser.application), Browser(browser.application)]
    answers = await asyncio.gather(*(each.post(LINK, {"code": secret}) for each in both))
    assert sorted(each.status for each in answers) == [303, 401]


async def test_a_link_is_used_in_one_of_two_processes(
    browser: Browser, one_server: RedisServer, tmp_path: Path, aiohttp_client: Callable[..., Awaitable[Client]]
) -> None:
    """At once: whichever is asked first, the other says that it was used."""
    settings = {"REDIS_URL": one_server.url, "DATA_DIR": str(tmp_path), "ADMIN_TOKEN": ADMIN}
    read = read_settings({f"COMMENTDESK_{name}": value for name, value in settings.items()})
    secret = await link_for(browser.application, await browser.application.token("moderator"))
    other = Browser(Application(await aiohttp_client(make_service(read))))
    answers = await asyncio.gather(*(each.post(LINK, {"code": secret}) for each in (browser, other)))
    assert sorted(each.status for each in answers) == [303, 401]
    assert [each.status for each in (await browser.get(HOME), await other.get(HOME))].count(200) == 1


async def test_a_refusal_tells_nothing_of_what_was_right_before(browser: Browser) -> None:
    """A token that was revoked and one that never was are told the same."""
    ask = browser.application.ask
    revoked = await (await ask("POST", "/v1/tokens", {"role": "moderator", "site": "default", "name": "Mo"})).json()
    await ask("DELETE", f"/v1/tokens/{revoked['token_id']}")
    pages = [await browser.sign_in(token) for token in (revoked["token"], "cd_" + "x" * 43, "x", ADMIN + "x")]
    assert {page.status for page in pages} == {401}
    assert len({re.sub(r"\d+ tries", "", page.text) for page in pages}) == 1


async def test_a_link_that_is_too_old_or_unknown_says_so(timed: Browser, clock: list[int]) -> None:
    secret = await link_for(timed.application, await timed.application.token("moderator"))
    clock[0] += 15 * 60 * 1000 + 1
    await desk_of(timed.application).link.call("DEL", f"cd:{{commentdesk}}:sign-in-link:{digest_of(timed, secret)}")
    assert "This link is too old." in (await timed.post(LINK, {"code": secret})).text
    assert "This link is not known here." in (await timed.post(LINK, {"code": "cdl_abc"})).text


def digest_of(browser: Browser, secret: str) -> str:
    return desk_of(browser.application).vault.link_digest(secret)


async def test_a_link_of_a_token_that_is_revoked_is_none(browser: Browser) -> None:
    answer = await browser.application.ask("POST", "/v1/tokens", {"role": "moderator", "site": "default", "name": "Mo"})
    made = await answer.json()
    secret = await link_for(browser.application, made["token"])
    await browser.application.ask("DELETE", f"/v1/tokens/{made['token_id']}")
    assert (await browser.post(LINK, {"code": secret})).status == 401


async def test_what_was_done_is_in_the_audit_log(browser: Browser) -> None:
    token = await browser.application.token("moderator")
    await browser.sign_in("cd_wrong")
    await browser.sign_in("cd_wrong-too")
    await browser.post(LINK, {"code": await link_for(browser.application, token)})
    await browser.get(SESSIONS)
    await browser.post("/console/_/sign-out")
    changes = await desk_of(browser.application).link.call("XRANGE", "cd:{commentdesk}:changes", "-", "+")
    kinds = [fields[1].decode() for _, fields in changes]
    assert kinds[-4:] == ["sign_in_refused", "sign_in_link_made", "signed_in", "signed_out"]
    assert not [each for each in changes if token.encode() in b"".join(each[1])]
