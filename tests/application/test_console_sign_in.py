"""Signing in to the console and out, and what keeps a session its own."""

from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie

import pytest

from service.app import DESK
from service.console.addresses import own_next
from service.desk import Desk, clock_ms
from service.domain.session import IDLE_MS, LONGEST_MS, MOST_SESSIONS
from tests.application.conftest import ADMIN, Application
from tests.application.console import Browser, begun

Open = Callable[..., Awaitable[Application]]
HOME, SIGN_IN, SESSIONS = "/console", "/console/_/sign-in", "/console/_/sessions"


def desk_of(application: Application) -> Desk:
    desk: Desk = application.client.app[DESK]
    return desk


@pytest.fixture
async def browser(application: Application) -> Browser:
    return Browser(await begun(application))


@pytest.fixture
async def clock() -> list[int]:
    return [clock_ms()]


@pytest.fixture
async def timed(open_application: Open, clock: list[int]) -> Browser:
    return Browser(await begun(await open_application(lambda: clock[0])))


async def test_a_token_opens_a_session_that_leads_to_the_page_that_was_asked_for(browser: Browser) -> None:
    asked = await browser.get(f"{SESSIONS}")
    assert (asked.status, asked.location) == (303, f"{SIGN_IN}?next={SESSIONS}")
    page = await browser.get(asked.location)
    assert page.status == 200
    assert f'name="next" value="{SESSIONS}"' in page.text
    answer = await browser.sign_in(await browser.application.token("moderator"), SESSIONS)
    assert (answer.status, answer.location) == (303, SESSIONS)
    shown = await browser.get(SESSIONS)
    assert shown.status == 200
    assert "moderator" in shown.text


async def test_a_website_is_let_in_nowhere(browser: Browser) -> None:
    answer = await browser.sign_in(await browser.application.token("website"))
    assert answer.status == 403
    assert not browser.cookies
    assert "website" in answer.text


@pytest.mark.parametrize("role", ["moderator", "operator", "admin"])
async def test_whoever_works_here_is_let_in(browser: Browser, role: str) -> None:
    await browser.sign_in(await browser.application.token(role))
    assert (await browser.get(HOME)).status == 200


async def test_a_member_sees_his_own_sites_alone(browser: Browser) -> None:
    await browser.application.ask("POST", "/v1/sites", {"site": "another-paper", "title": "Another paper"})
    await browser.sign_in(await browser.application.token("moderator"))
    page = await browser.get(HOME)
    assert "Another paper" not in page.text
    everyone = Browser(browser.application)
    await everyone.sign_in(ADMIN)
    assert "Another paper" in (await everyone.get(HOME)).text


async def test_a_cookie_is_out_of_reach_of_scripts_and_of_other_sites(open_application: Open) -> None:
    application = await open_application(TRUSTED_PROXIES="127.0.0.1")
    plain = await Browser(application).sign_in()
    assert "cd" in SimpleCookie(plain.headers["Set-Cookie"])
    secure = await Browser(application).post(SIGN_IN, {"token": ADMIN}, **{"X-Forwarded-Proto": "https"})
    for page, name, is_secure in ((plain, "cd", False), (secure, "__Host-cd", True)):
        cookie = SimpleCookie(page.headers["Set-Cookie"])[name]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
        assert bool(cookie["secure"]) == is_secure


async def test_a_plain_cookie_that_somebody_planted_is_none_over_https(open_application: Open) -> None:
    application = await begun(await open_application(TRUSTED_PROXIES="127.0.0.1"))
    browser = Browser(application)
    await browser.sign_in()
    assert (await browser.get(HOME)).status == 200
    assert (await browser.get(HOME, **{"X-Forwarded-Proto": "https"})).status == 303


async def test_each_sign_in_is_a_session_of_its_own(browser: Browser) -> None:
    browser.cookies = {"cd": "chosen-by-somebody-else"}
    await browser.sign_in()
    first = browser.cookies["cd"]
    assert first != "chosen-by-somebody-else"
    await browser.sign_in()
    assert browser.cookies["cd"] != first


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", [SIGN_IN, "/console/_/link", "/console/_/sign-out", SESSIONS])
async def test_no_page_of_another_site_can_send_a_form(browser: Browser, path: str, headers: dict[str, str]) -> None:
    await browser.sign_in()
    await browser.get(SESSIONS)
    sent = {"token": ADMIN} if path == SIGN_IN else {"code": "a"} if path.endswith("link") else {}
    cookies = dict(browser.cookies)
    refused = await browser.post(path, sent, **headers)
    assert refused.status == 403
    assert browser.cookies == cookies
    assert (await browser.get(HOME)).status == 200


@pytest.mark.parametrize("csrf", ["", "0" * 32])
@pytest.mark.parametrize("path", ["/console/_/sign-out", SESSIONS])
async def test_a_form_is_of_the_session_that_it_comes_with(browser: Browser, path: str, csrf: str) -> None:
    await browser.sign_in()
    assert (await browser.post(path, {"csrf": csrf})).status == 403
    other = Browser(browser.application)
    await other.sign_in()
    await other.get(SESSIONS)
    assert (await browser.post(path, {"csrf": other.csrf})).status == 403
    assert (await browser.get(HOME)).status == 200
    await browser.get(SESSIONS)
    assert (await browser.post(path)).status == 303


@pytest.mark.parametrize("path", [HOME, SESSIONS, SIGN_IN, "/console/_/link"])
async def test_pages_are_framed_by_nobody_and_kept_by_nobody(browser: Browser, path: str) -> None:
    if path in {HOME, SESSIONS}:
        await browser.sign_in()
    headers = (await browser.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "following",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "/console/..//elsewhere.example",
        "/console//elsewhere.example",
        "/console\\@elsewhere.example",
        "/console/_/sign-out",
        "/v1/sites",
        "javascript:alert(1)",
        "/console/\r\nSet-Cookie: a=b",
        "/console/\t//elsewhere.example",
        "\t//elsewhere.example",
        "///elsewhere.example",
        "/%2F/elsewhere.example",
        "/console/%2e%2e/%2E./v1/sites",
        "/console/./_/link",
        "/console/..",
        "/consolex@elsewhere.example",
        "/console/" + "a" * 1900 + "\u2044",
        "http:/console",
    ],
)
async def test_a_sign_in_leads_to_the_consoles_own_pages_alone(browser: Browser, following: str) -> None:
    answer = await browser.sign_in(ADMIN, following)
    assert (answer.status, answer.location) == (303, HOME)
    assert answer.headers.get("Location", "").startswith("/console")
    page = await Browser(browser.application).get(f"{SIGN_IN}?next=%2F%2Felsewhere.example")
    assert "elsewhere" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        HOME,
        "/console/default",
        "/console/default/comments?state=held&q=%C3%A4",
        "/console/a?q=https://b.example",
        SESSIONS,
    ],
)
def test_own_pages_are_gone_on_to(path: str) -> None:
    assert own_next(path) == path


async def test_a_member_has_so_many_sessions_and_no_more(browser: Browser) -> None:
    """Whoever begins one more ends the oldest."""
    token = await browser.application.token("moderator")
    first = Browser(browser.application)
    await first.sign_in(token)
    for _ in range(MOST_SESSIONS - 1):
        await Browser(browser.application).sign_in(token)
    assert (await first.get(HOME)).status == 200
    await browser.sign_in(token)
    assert (await first.get(HOME)).status == 303
    assert (await browser.get(SESSIONS)).text.count('name="session"') == MOST_SESSIONS


async def test_a_session_ends_when_it_is_not_used(timed: Browser, clock: list[int]) -> None:
    await timed.sign_in()
    for _ in range(3):
        clock[0] += IDLE_MS - 1
        assert (await timed.get(HOME)).status == 200
    clock[0] += IDLE_MS
    assert (await timed.get(HOME)).location == f"{SIGN_IN}?next=/console"


async def test_listening_keeps_no_session_alive(timed: Browser, clock: list[int]) -> None:
    await timed.sign_in(await timed.application.token("moderator"))
    cookie = {"Cookie": f"cd={timed.cookies['cd']}"}
    clock[0] += IDLE_MS - 1
    stream = await timed.application.client.get("/console/default/live", headers=cookie)
    assert stream.status == 200
    stream.close()
    clock[0] += 1
    assert (await timed.get(HOME)).status == 303


@pytest.mark.parametrize("path", ["default/figures", "default/glance?view=list", "_/figures", "_/glance"])
async def test_what_a_page_asks_for_by_itself_keeps_no_session_alive(
    timed: Browser, clock: list[int], path: str
) -> None:
    await timed.sign_in(await timed.application.token("moderator"))
    clock[0] += IDLE_MS - 1
    assert (await timed.get(f"/console/{path}")).status == 200
    clock[0] += 1
    assert (await timed.get(HOME)).status == 303


async def test_what_a_page_asks_by_itself_keeps_no_session_alive(timed: Browser, clock: list[int]) -> None:
    await timed.sign_in(await timed.application.token("moderator"))
    clock[0] += IDLE_MS - 1
    for of in ("default", "_"):
        for part in ("figures", "glance"):
            assert (await timed.get(f"/console/{of}/{part}")).status == 200
    clock[0] += 1
    assert (await timed.get(HOME)).status == 303


async def test_the_session_that_a_browser_had_ends_when_it_signs_in_again(browser: Browser) -> None:
    await browser.sign_in()
    kept = dict(browser.cookies)
    await browser.sign_in()
    assert (await browser.get(HOME)).status == 200
    browser.cookies = kept
    assert (await browser.get(HOME)).status == 303


async def test_a_session_ends_after_half_a_day_however_it_is_used(timed: Browser, clock: list[int]) -> None:
    await timed.sign_in()
    began = clock[0]
    while clock[0] + IDLE_MS // 2 < began + LONGEST_MS:
        clock[0] += IDLE_MS // 2
        assert (await timed.get(HOME)).status == 200
    clock[0] = began + LONGEST_MS
    assert (await timed.get(HOME)).status == 303


async def test_a_session_ends_with_its_token(browser: Browser) -> None:
    answer = await browser.application.ask("POST", "/v1/tokens", {"role": "moderator", "site": "default", "name": "Mo"})
    made = await answer.json()
    await browser.sign_in(made["token"])
    assert (await browser.get(HOME)).status == 200
    await browser.application.ask("DELETE", f"/v1/tokens/{made['token_id']}")
    assert (await browser.get(HOME)).status == 303


async def test_sessions_are_listed_and_ended(browser: Browser) -> None:
    token = await browser.application.token("moderator")
    other, stranger = Browser(browser.application), Browser(browser.application)
    for each in (browser, other):
        await each.post(SIGN_IN, {"token": token}, **{"User-Agent": "Browser <b>of</b> a moderator"})
    await stranger.sign_in()
    page = await browser.get(SESSIONS)
    assert page.text.count("Browser &lt;b&gt;of&lt;/b&gt; a moderator") >= 2
    desk = desk_of(browser.application)
    digest = desk.vault.session_digest(other.cookies["cd"])
    foreign = desk.vault.session_digest(stranger.cookies["cd"])
    assert (await browser.post(SESSIONS, {"session": foreign})).status == 404
    assert (await browser.post(SESSIONS, {"session": digest})).location == SESSIONS
    assert (await other.get(HOME)).status == 303
    assert (await browser.post(SESSIONS, {"session": digest})).status == 404
    await other.sign_in(token)
    await browser.get(SESSIONS)
    assert (await browser.post(SESSIONS)).location == SIGN_IN
    assert (await other.get(HOME)).status == 303
    assert (await stranger.get(HOME)).status == 200


async def test_signing_out_ends_the_session_also_for_who_kept_the_cookie(browser: Browser) -> None:
    await browser.sign_in()
    kept = dict(browser.cookies)
    await browser.get(SESSIONS)
    assert (await browser.post("/console/_/sign-out")).location == SIGN_IN
    assert not browser.cookies
    browser.cookies = kept
    assert (await browser.get(HOME)).status == 303
