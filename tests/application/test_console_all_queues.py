"""The console's first page: the queue over all sites of a moderator, each comment decided on its own."""

import asyncio
import re

import pytest

from service.use_cases.held_everywhere import LOOKED_AT
from tests.application.conftest import Application
from tests.application.console import Browser, Page, begun
from tests.application.console_readers import follow, post_form
from tests.application.people import made

HOME, ALL = "/console", "/console/_"
SITES = ("gazette", "herald", "tribune")
SECONDS = 5.0


@pytest.fixture
async def sites(application: Application) -> Application:
    """Three sites besides the one that is there from the start."""
    await begun(application)
    for site in SITES:
        body = {"site": site, "title": site.title()}
        assert (await application.ask("POST", "/v1/sites", body)).status == 201
        assert (await application.ask("PATCH", f"/v1/sites/{site}/policy", {"mode": "premoderate"})).status == 200
    return application


@pytest.fixture
async def browser(sites: Application) -> Browser:
    return await moderator(sites, "Mo", *SITES)


async def moderator(application: Application, name: str, *sites: str) -> Browser:
    token = (await made(application, name=name, sites=list(sites)))["token"]
    browser = Browser(application)
    await browser.get("/console/_/sign-in")
    assert (await browser.sign_in(token)).status == 303
    return browser


async def send(application: Application, site: str, body: str = "The ferry is late.") -> str:
    said = {"name": "Karin B.", "email": "karin@mail.example", "body": body}
    answer = await application.ask("POST", f"/v1/sites/{site}/threads/tunnel/comments", said)
    assert answer.status in {201, 202}, await answer.text()
    return str((await answer.json())["comment_id"])


async def state_of(application: Application, site: str, comment_id: str) -> str:
    return str((await (await application.ask("GET", f"/v1/sites/{site}/comments/{comment_id}")).json())["state"])


async def begin(browser: Browser) -> Page:
    return await follow(browser, await post_form(browser, await browser.get(f"{HOME}?order=oldest"), f"{ALL}/claims"))


def sheets(page: Page) -> list[tuple[str, str]]:
    """The site and the comment of each sheet, in order."""
    found = re.findall(r'<article class="sheet"[^>]*data-comment="([^"]+)" data-site="([^"]+)"', page.text)
    return [(site, comment_id) for comment_id, site in found]


async def test_the_start_page_tells_of_each_site_and_claims_nothing(sites: Application, browser: Browser) -> None:
    await send(sites, "herald", "It waits.")
    page = await browser.get(HOME)
    assert page.status == 200, page.text
    assert "1 waits" in page.text
    assert page.text.index('href="/console/herald"') < page.text.index('href="/console/gazette"'), "what waits is first"
    assert "It waits." not in page.text
    assert all(f'href="/console/{site}"' in page.text for site in SITES)
    assert 'href="/console/default"' not in page.text
    assert sheets(page) == []


async def test_the_first_of_all_sites_are_taken_in_their_order(sites: Application, browser: Browser) -> None:
    sent = [(site, await send(sites, site)) for _ in range(4) for site in SITES]
    page = await begin(browser)
    assert sheets(page) == sent[:10]
    assert all(f"<bdi>{site.title()}</bdi></b> · " in page.text for site in SITES)


async def test_a_form_that_is_sent_twice_takes_no_more(sites: Application, browser: Browser) -> None:
    for _ in range(6):
        for site in SITES:
            await send(sites, site)
    start = await browser.get(HOME)
    for _ in range(2):
        page = await follow(browser, await post_form(browser, start, f"{ALL}/claims"))
    page = await follow(browser, await post_form(browser, await browser.get(HOME), f"{ALL}/claims"))
    assert len(sheets(page)) == 10


async def test_each_comment_is_decided_on_its_own_site_and_taken_back(sites: Application, browser: Browser) -> None:
    for site in SITES:
        await send(sites, site)
    page = await begin(browser)
    for site, comment_id in sheets(page):
        page = await follow(browser, await post_form(browser, page, f"/console/{site}/decisions", decision="approve"))
        assert await state_of(sites, site, comment_id) == "published"
        assert "Approved: " in page.text
    assert "Nothing waits." in page.text
    page = await follow(browser, await post_form(browser, page, f"/console/{site}/undo"))
    assert sheets(page) == [(site, comment_id)]
    assert await state_of(sites, site, comment_id) == "held"


async def test_each_site_has_reasons_of_its_own(sites: Application, browser: Browser) -> None:
    own = {"reasons": [{"code": "fish", "title": "Speaks of fish", "public": False}]}
    assert (await sites.ask("PUT", "/v1/sites/herald/reasons", own)).status == 200
    comments = [(site, await send(sites, site)) for site in ("gazette", "herald")]
    page = await begin(browser)
    (bar,) = re.findall(r'<form id="decide".*?</form>', page.text, re.DOTALL)
    assert "Speaks of fish" not in re.sub(r'<div class="codes"[^>]*hidden>.*?</div>', "", bar, flags=re.DOTALL)
    page = await follow(browser, await post_form(browser, page, "/console/gazette/decisions", reason="abuse"))
    assert "Speaks of fish" in page.text
    page = await follow(browser, await post_form(browser, page, "/console/herald/decisions", reason="fish"))
    assert "Rejected, Speaks of fish: " in page.text
    assert [await state_of(sites, *each) for each in comments] == ["rejected", "rejected"]


async def test_what_is_left_and_what_is_noted_comes_back_to_all_sites(sites: Application, browser: Browser) -> None:
    for site in SITES[:2]:
        await send(sites, site)
    page = await begin(browser)
    page = await follow(browser, await post_form(browser, page, "/console/gazette/notes", note="Ask the harbour."))
    assert "Ask the harbour." in page.text
    page = await follow(browser, await post_form(browser, page, "/console/gazette/decisions", decision="leave"))
    assert [site for site, _ in sheets(page)] == ["herald"]


async def test_giving_back_frees_those_of_all_sites(sites: Application, browser: Browser) -> None:
    sent = {(site, await send(sites, site)) for site in SITES}
    page = await begin(browser)
    page = await follow(browser, await post_form(browser, page, f"{ALL}/claims/end"))
    assert "Your comments went back." in page.text
    other = await moderator(sites, "Ben", *SITES)
    assert set(sheets(await begin(other))) == sent


async def test_others_comments_are_passed_over(sites: Application, browser: Browser) -> None:
    other = await moderator(sites, "Ben", *SITES)
    for _ in range(4):
        for site in SITES:
            await send(sites, site)
    held = [set(sheets(await begin(each))) for each in (browser, other)]
    assert [len(each) for each in held] == [10, 2]
    assert held[0].isdisjoint(held[1])


async def test_what_is_free_is_found_behind_what_others_hold(sites: Application, browser: Browser) -> None:
    """More than are looked at are another's."""
    for _ in range(LOOKED_AT + 2):
        await send(sites, "gazette")
    last = await send(sites, "herald")
    assert (await sites.ask("POST", "/v1/sites/gazette/claims", {"limit": 50})).status == 200
    assert sheets(await begin(browser)) == [("herald", last)]


async def test_a_refusal_is_told_where_it_was_asked(sites: Application, browser: Browser) -> None:
    comment_id = await send(sites, "gazette")
    page = await begin(browser)
    decided = await sites.ask(
        "POST", f"/v1/sites/gazette/comments/{comment_id}/decisions", {"decision": "reject", "revision": 1}
    )
    assert decided.status == 200
    answer = await post_form(browser, page, "/console/gazette/decisions", decision="approve")
    assert answer.status == 409
    assert "rejected this" in answer.text
    assert 'action="/console/_/claims"' in answer.text


async def test_leases_of_all_sites_are_renewed(sites: Application, browser: Browser) -> None:
    await send(sites, "gazette")
    page = await begin(browser)
    answer = await browser.post(
        f"{ALL}/claims/renewal", page.fields_of(f"{ALL}/claims/renewal"), **{"CD-Fragment": "1"}
    )
    assert answer.status == 200
    assert "<!DOCTYPE" not in answer.text
    assert len(sheets(answer)) == 1


async def test_a_comment_of_another_site_is_never_shown(sites: Application, browser: Browser) -> None:
    comment_id = await send(sites, "default", "A secret of the first site.")
    for query in (f"of=default&show={comment_id}", f"of=default&decided={comment_id}", f"show={comment_id}"):
        page = await browser.get(f"{HOME}?{query}")
        assert page.status == 200
        assert "A secret" not in page.text
        assert "Karin" not in page.text
    fields = {"over": "all", "comment_id": comment_id, "revision": "1", "decision": "approve", "folded": "", "key": ""}
    assert (await browser.post("/console/default/decisions", fields)).status == 403


async def test_a_moderator_of_one_site_has_the_queue_of_that(sites: Application) -> None:
    browser = await moderator(sites, "Ada", "herald")
    comment_id = await send(sites, "herald")
    page = await browser.get(HOME)
    page = await follow(browser, await post_form(browser, page, "/console/herald/claims"))
    assert sheets(page) == [("herald", comment_id)]


async def test_who_decides_nothing_sees_the_sites_alone(sites: Application) -> None:
    token = (await made(sites, name="Omar", roles=["operator"], sites=list(SITES)))["token"]
    browser = Browser(sites)
    await browser.get("/console/_/sign-in")
    await browser.sign_in(token)
    page = await browser.get(HOME)
    assert "Gazette" in page.text
    assert "Start with 10" not in page.text
    assert (await browser.post(f"{ALL}/claims", {"order": ""})).status == 403


async def test_what_happens_on_any_site_is_told(sites: Application, browser: Browser) -> None:
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    async with asyncio.timeout(SECONDS), sites.client.get(f"{ALL}/live", headers=cookie) as answer:
        assert answer.status == 200
        heard = b""
        for site in ("tribune", "gazette"):
            comment_id = await send(sites, site)
            while comment_id.encode() not in heard:
                heard += await answer.content.readany()
        other = await send(sites, "default")
        seen = await send(sites, "herald")
        while seen.encode() not in heard:
            heard += await answer.content.readany()
        assert other.encode() not in heard
