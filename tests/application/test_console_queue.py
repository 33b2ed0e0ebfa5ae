"""The console's queue: what a moderator holds, and what he does with it, all by forms."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from service.console import news
from service.desk import clock_ms
from service.errors import StoreUnavailableError
from service.use_cases.held import LEASE_MS
from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.application.console_readers import ask, follow, post_form, send, signed_in

QUEUE = "/console/default"
Open = Callable[..., Awaitable[Application]]
SECONDS = 5.0
MOST_PAGE_BYTES = 150_000 - 66 * 1024
"""A page with its style, 36 KiB, and its scripts, 30 KiB, is at most 150 KB."""


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


def ids_on(page: Page) -> set[str]:
    """The comments that stand on a page."""
    return set(re.findall(r'<article class="sheet"[^>]*data-comment="([^"]+)"', page.text))


async def begin(browser: Browser) -> Page:
    """The queue once its moderator has taken the next comments."""
    return await follow(browser, await post_form(browser, await browser.get(QUEUE), f"{QUEUE}/claims"))


async def test_looking_claims_nothing(browser: Browser) -> None:
    await send(browser.application, "It waits.")
    page = await browser.get(QUEUE)
    assert page.status == 200, page.text
    assert "1 waits" in page.text
    assert "It waits." not in page.text
    assert (await ask(browser.application, "/queue"))["comments"][0]["claim"] is None


async def test_a_comment_is_taken_decided_and_taken_back(browser: Browser) -> None:
    comment_id = await send(browser.application, "It waits.")
    page = await begin(browser)
    assert page.status == 200, page.text
    assert "It waits." in page.text
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="approve"))
    assert "Nothing waits." in page.text
    assert "Approved: " in page.text
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "published"
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/undo"))
    assert "It waits." in page.text
    assert (await ask(browser.application, "/queue"))["comments"][0]["claim"], "it is his again"
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "held"


async def test_a_form_that_is_sent_twice_decides_once(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await begin(browser)
    for _ in range(2):
        answer = await post_form(browser, page, f"{QUEUE}/decisions", decision="reject")
        assert answer.status == 303
    assert len((await ask(browser.application, f"/comments/{comment_id}"))["history"]) == 1


async def test_a_reason_rejects_by_itself_and_is_named(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await begin(browser)
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", reason="abuse"))
    assert "Rejected, Insult or personal attack: " in page.text
    assert (await ask(browser.application, f"/comments/{comment_id}"))["decision_reason"] == "abuse"


async def test_what_is_left_goes_to_others_alone(application: Application, browser: Browser) -> None:
    await send(application, "Who knows the harbour?")
    page = await begin(browser)
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="leave"))
    assert "Who knows the harbour?" not in (await begin(browser)).text
    assert "Who knows the harbour?" in (await begin(await signed_in(application))).text


async def test_two_moderators_are_never_given_the_same(application: Application, browser: Browser) -> None:
    for number in range(12):
        await send(application, f"Comment number {number}.")
    other = await signed_in(application)
    mine, theirs = ids_on(await begin(browser)), ids_on(await begin(other))
    assert (len(mine), len(theirs)) == (10, 2)
    assert not mine & theirs


async def test_who_comes_second_is_told_what_the_first_decided(application: Application, browser: Browser) -> None:
    comment_id = await send(application)
    page = await begin(browser)
    await application.ask("POST", f"/v1/sites/default/comments/{comment_id}/decisions", {"decision": "approve"})
    page = await post_form(browser, page, f"{QUEUE}/decisions", decision="reject")
    assert page.status == 409
    assert "approved this just now. What you chose was not saved." in page.text
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "published"


async def test_a_comment_that_a_colleague_holds_is_not_decided(application: Application, browser: Browser) -> None:
    comment_id = await send(application)
    page = await begin(browser)
    await post_form(browser, page, f"{QUEUE}/claims/end")
    await begin(await signed_in(application))
    page = await post_form(browser, page, f"{QUEUE}/decisions", decision="approve")
    assert page.status == 409
    assert "has this comment in hand. Nothing was saved." in page.text
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "held"


async def test_a_changed_comment_comes_back_to_be_decided_anew(application: Application, browser: Browser) -> None:
    comment_id = await send(application, "The first words.")
    page = await begin(browser)
    stale = page.fields_of(f"{QUEUE}/decisions") | {"revision": "7"}
    page = await browser.post(f"{QUEUE}/decisions", stale | {"decision": "approve"})
    assert page.status == 409
    assert "please decide anew" in page.text
    assert ids_on(page) == {comment_id}


async def test_a_comment_that_is_gone_is_told(application: Application, browser: Browser) -> None:
    await send(application)
    page = await begin(browser)
    gone = page.fields_of(f"{QUEUE}/decisions") | {"comment_id": "0" * 16}
    page = await browser.post(f"{QUEUE}/decisions", gone | {"decision": "approve"})
    assert page.status == 404
    assert "it was erased" in page.text


async def test_giving_back_frees_all(application: Application, browser: Browser) -> None:
    await send(application, "It waits.")
    page = await follow(browser, await post_form(browser, await begin(browser), f"{QUEUE}/claims/end"))
    assert "Your comments went back." in page.text
    assert "It waits." not in page.text
    assert "It waits." in (await begin(await signed_in(application))).text


async def test_a_folded_text_is_unfolded_before_it_is_approved(application: Application, browser: Browser) -> None:
    comment_id = await send(application, "\n".join(f"Line {number} of a long letter." for number in range(60)))
    page = await begin(browser)
    assert "data-folded" in page.text
    page = await post_form(browser, page, f"{QUEUE}/decisions", decision="approve")
    assert page.status == 200
    assert "The whole text stands here now." in page.text
    assert "data-folded" not in page.text
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "held"
    await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="approve"))
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "published"


async def test_a_note_stands_beside_its_comment(browser: Browser) -> None:
    await send(browser.application)
    page = await begin(browser)
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/notes", note="He wrote before."))
    assert "He wrote before." in page.text


async def test_who_acts_on_an_author_is_back_at_the_comment(application: Application, browser: Browser) -> None:
    comment_id = await send(application, "It waits.")
    page = await begin(browser)
    author = (await ask(application, f"/comments/{comment_id}"))["author"]["author_id"]
    address = f"{QUEUE}/authors/{author}"
    page = await follow(browser, await post_form(browser, page, f"{address}/trust"))
    assert "It waits." in page.text
    page = await follow(browser, await post_form(browser, page, f"{address}/ban", until="", reason="Sends the same."))
    assert "It waits." in page.text
    assert f"{address}/ban" not in page.text
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "held"


async def test_a_lease_is_renewed(application: Application, browser: Browser) -> None:
    await send(application)
    page = await begin(browser)
    before = (await ask(application, "/queue"))["comments"][0]["claim"]["expires_at"]
    assert (await post_form(browser, page, f"{QUEUE}/claims/renewal")).status == 303
    assert (await ask(application, "/queue"))["comments"][0]["claim"]["expires_at"] > before


async def test_the_list_decides_what_nobody_else_holds(application: Application, browser: Browser) -> None:
    await send(application, "Held by a colleague.")
    await begin(await signed_in(application))
    free = await send(application, "Free to decide.")
    page = await browser.get(f"{QUEUE}?view=list")
    assert "Held by a colleague." in page.text
    assert page.text.count('name="comment_id"') == 1
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="spam"))
    assert (await ask(application, f"/comments/{free}"))["state"] == "spam"
    assert "A list" in page.text
    assert "Held by a colleague." in page.text, "the list stays a list"


async def test_a_script_is_given_the_part_that_changes(browser: Browser) -> None:
    await send(browser.application, "The first.")
    page = await begin(browser)
    fields = page.fields_of(f"{QUEUE}/decisions") | {"decision": "approve"}
    part = await browser.post(f"{QUEUE}/decisions", fields, **{"CD-Fragment": "1"})
    assert part.status == 200
    assert "<html" not in part.text
    assert "Approved: " in part.text
    assert "data-facts" in part.text


async def test_a_script_is_given_the_figures_alone(browser: Browser) -> None:
    await send(browser.application, "The first.")
    await begin(browser)
    await send(browser.application, "The second.")
    part = await browser.get(f"{QUEUE}/figures")
    assert "<b>2</b> wait" in part.text
    assert "<b>1</b> with you until" in part.text
    assert "the oldest came" in part.text
    assert part.text.count("<p ") == 1
    assert "The first." not in part.text


@pytest.mark.parametrize(("body", "at_least"), [("a\u200b" * 4_900, 1), ("слово " * 380, 4), ("word " * 60, 10)])
async def test_a_page_is_bounded_however_long_its_comments_are(
    application: Application, browser: Browser, body: str, at_least: int
) -> None:
    for number in range(10):
        await send(application, f"{number} {body}")
    page = await begin(browser)
    assert len(ids_on(page)) >= at_least
    assert len(page.text.encode()) <= MOST_PAGE_BYTES
    assert "10</b> with you" in page.text


async def test_a_page_is_bounded_however_many_comments_are_held(application: Application, browser: Browser) -> None:
    for number in range(20):
        await send(application, f"{number} {'word ' * 78}")
    page = await begin(browser)
    await post_form(browser, page, f"{QUEUE}/claims", key="b" * 32)
    page = await browser.get(QUEUE, **{"Accept-Language": "fr"})
    assert 10 <= len(ids_on(page)) < 20
    assert len(page.text.encode()) <= MOST_PAGE_BYTES


async def test_a_page_is_told_what_happens_until_its_session_ends(application: Application, browser: Browser) -> None:
    """Ids and counts alone: nothing that a reader wrote, and no name of his."""
    comment_id = await send(application, "The river takes a little more.", name="Karin B.")
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    async with asyncio.timeout(SECONDS), application.client.get(f"{QUEUE}/live", headers=cookie) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        await answer.content.readuntil(b"\r\n\r\n")
        await begin(browser)
        told = await answer.content.readuntil(b"\r\n\r\n")
        assert b"event: claimed" in told
        assert comment_id.encode() in told
        assert b"river" not in told
        assert b"Karin" not in told
        await browser.post("/console/_/sign-out")
        await send(application, "Another one.")
        assert b"event: " not in await answer.content.read()


async def test_a_page_is_told_no_more_where_nobody_knows_of_its_session(
    application: Application, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream ends in order: it is no mistake of ours that the store is away."""

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailableError

    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    async with asyncio.timeout(SECONDS), application.client.get(f"{QUEUE}/live", headers=cookie) as answer:
        await answer.content.readuntil(b"\r\n\r\n")
        monkeypatch.setattr(news, "find_session", away)
        await send(application, "Another one.")
        assert await answer.content.read() == b""


async def test_nobody_is_told_without_a_session(application: Application) -> None:
    stranger = Browser(application)
    assert (await stranger.get(f"{QUEUE}/live")).location.startswith("/console/_/sign-in")


async def test_who_lost_his_lease_loses_no_decision(open_application: Open) -> None:
    """What nobody else took meanwhile is decided; his page is the start page again."""
    now_ms = clock_ms()
    application = await open_application(now_ms=lambda: now_ms)
    browser = await signed_in(application)
    comment_id = await send(application)
    page = await begin(browser)
    now_ms += LEASE_MS
    assert "Start with 10" in (await browser.get(QUEUE)).text
    await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="approve"))
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "published"


async def test_a_moderator_of_another_site_is_shown_nothing(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other", "title": "Other"})
    await send(application, "It waits.")
    other = await signed_in(application, site="other")
    for path in (QUEUE, f"{QUEUE}?view=list", f"{QUEUE}/live", f"{QUEUE}/figures"):
        page = await other.get(path)
        assert page.status in {403, 404}
        assert "It waits." not in page.text
    for form in ("claims", "claims/end", "claims/renewal"):
        assert (await other.post(f"{QUEUE}/{form}")).status in {403, 404}


async def test_a_form_of_another_site_does_nothing(application: Application, browser: Browser) -> None:
    comment_id = await send(application)
    fields = (await begin(browser)).fields_of(f"{QUEUE}/decisions") | {"decision": "approve"}
    forged = await browser.post(f"{QUEUE}/decisions", fields, **{"Sec-Fetch-Site": "cross-site"})
    assert forged.status == 403
    assert (await browser.post(f"{QUEUE}/decisions", fields | {"csrf": "guessed"})).status == 403
    assert (await ask(application, f"/comments/{comment_id}"))["state"] == "held"
