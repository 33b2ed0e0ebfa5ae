"""The console's pages of threads: what readers see, what waits in between, how a thread is set."""

import re
from collections.abc import Awaitable, Callable

import pytest

from service.console.thread import PUBLISHED_AT_ONCE
from service.desk import clock_ms
from service.domain.times import DAY_MS
from tests.application.conftest import Application
from tests.application.console import Browser
from tests.application.console_readers import ask, follow, post_form, send, signed_in

THREADS = "/console/default/threads"
Open = Callable[..., Awaitable[Application]]


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


async def approve(application: Application, *comment_ids: str) -> None:
    for comment_id in comment_ids:
        path = f"/v1/sites/default/comments/{comment_id}/decisions"
        assert (await application.ask("POST", path, {"decision": "approve"})).status == 200


async def test_threads_are_listed_by_their_newest_comment(browser: Browser) -> None:
    for thread in ("older", "news%2F2026", "newest", "news%2F2026"):
        await send(browser.application, thread=thread)
    page = await browser.get(THREADS)
    assert page.status == 200
    assert re.findall(rf'<a href="({THREADS}/[^"]+)">', page.text) == [
        f"{THREADS}/{name}" for name in ("news%2F2026", "newest", "older")
    ]
    assert (await browser.get(f"{THREADS}/news%2F2026")).status == 200


async def test_a_thread_is_opened_by_its_id(browser: Browser) -> None:
    answer = await browser.get(f"{THREADS}?thread=news/2026%3Fx")
    assert (answer.status, answer.location) == (303, f"{THREADS}/news%2F2026%3Fx")
    page = await browser.get(answer.location)
    assert page.status == 200
    assert "No comment yet." in page.text


async def test_nobody_has_written_yet(browser: Browser) -> None:
    assert "Nobody has written yet." in (await browser.get(THREADS)).text


async def test_what_waits_stands_in_its_place(browser: Browser) -> None:
    application = browser.application
    first = await send(application, "First.")
    await approve(application, first)
    reply = await send(application, "Reply that waits.", parent_id=first)
    second = await send(application, "Second.")
    await approve(application, second)
    later = await send(application, "Waits at the end.")
    page = await browser.get(f"{THREADS}/tunnel")
    said = re.findall(r'<li class="depth-(\d)( waits)?">.*?/comments/(\w{16})"', page.text, re.DOTALL)
    assert said == [("0", "", first), ("1", " waits", reply), ("0", "", second), ("0", " waits", later)]


async def test_replies_deeper_than_any_page_are_shown(browser: Browser) -> None:
    parent = await send(browser.application, "Depth 0.")
    await approve(browser.application, parent)
    for depth in range(1, 8):
        parent = await send(browser.application, f"Depth {depth}.", parent_id=parent)
        await approve(browser.application, parent)
    page = await browser.get(f"{THREADS}/tunnel")
    depths = re.findall(r'<li class="depth-(\d)">', page.text)
    assert depths == ["0", "1", "2", "3", "4", "5", "5", "5"]


async def test_a_thread_goes_on_by_pages_and_each_waiting_one_stands_on_one(browser: Browser) -> None:
    application = browser.application
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "postmoderate"})
    sent = [await send(application, f"Comment {number}.") for number in range(PUBLISHED_AT_ONCE)]
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "premoderate"})
    held = [await send(application, "Waits.")]
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "postmoderate"})
    sent += [await send(application, f"Comment {number}.") for number in range(5)]
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "premoderate"})
    held += [await send(application, "Waits at the end.")]
    first = await browser.get(f"{THREADS}/tunnel")
    (later,) = re.findall(r'<a class="button" href="([^"]+)">Later comments', first.text)
    second = await browser.get(later.replace("&amp;", "&"))
    shown = [re.findall(r'<a href="/console/default/comments/(\w{16})">', page.text) for page in (first, second)]
    assert shown == [sent[:PUBLISHED_AT_ONCE], [held[0], *sent[PUBLISHED_AT_ONCE:], held[1]]]


async def test_a_comment_is_decided_in_its_thread(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await browser.get(f"{THREADS}/tunnel")
    action = f"/console/default/comments/{comment_id}/decisions"
    answer = await post_form(browser, page, action, decision="approve")
    assert answer.location == f"{THREADS}/tunnel?did={comment_id}"
    page = await follow(browser, answer)
    assert "Approved:" in page.text
    await post_form(browser, page, action, decision="reject")
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "rejected"


async def test_a_thread_is_closed_and_opened_and_given_a_mode(browser: Browser) -> None:
    await send(browser.application)
    address = f"{THREADS}/tunnel"
    page = await follow(
        browser, await post_form(browser, await browser.get(address), address, closed="1", mode="postmoderate")
    )
    settings = await ask(browser.application, "/threads/tunnel")
    assert (settings["closed"], settings["mode"]) == (True, "postmoderate")
    page = await follow(browser, await post_form(browser, page, address, closed="", mode=""))
    settings = await ask(browser.application, "/threads/tunnel")
    assert (settings["closed"], settings["mode"]) == (False, None)


async def test_a_thread_that_closed_by_its_time_is_opened_for_as_long_as_a_new_one(open_application: Open) -> None:
    clock = [clock_ms()]
    application = await open_application(lambda: clock[0])
    await application.ask("PATCH", "/v1/sites/default/policy", {"close_after_days": 2})
    await send(application)
    clock[0] += 3 * DAY_MS
    browser = await signed_in(application)
    address = f"{THREADS}/tunnel"
    page = await browser.get(address)
    assert '<option value="1" selected>' in page.text
    await post_form(browser, page, address, closed="1", mode="auto")
    assert (await ask(application, "/threads/tunnel"))["closes_at"] is None, "only its mode was set"
    page = await follow(browser, await post_form(browser, page, address, closed="", mode=""))
    assert (await ask(application, "/threads/tunnel"))["closed"] is False
    clock[0] += 2 * DAY_MS
    assert (await ask(application, "/threads/tunnel"))["closed"] is True


async def test_a_thread_that_is_opened_before_its_time_keeps_it(browser: Browser) -> None:
    closes_at = "2126-01-01T00:00:00.000Z"
    path, address = "/v1/sites/default/threads/tunnel", f"{THREADS}/tunnel"
    await browser.application.ask("PUT", path, {"closed": True, "closes_at": closes_at})
    await post_form(browser, await browser.get(address), address, closed="", mode="")
    settings = await ask(browser.application, "/threads/tunnel")
    assert (settings["closed"], settings["closes_at"]) == (False, closes_at)


async def test_the_article_is_linked_where_its_address_is_one_of_the_web(browser: Browser) -> None:
    address, link = f"{THREADS}/tunnel", "https://paper.example/tunnel?a=1&b=2"
    await browser.application.ask("PUT", "/v1/sites/default/threads/tunnel", {"title": "<b>Tunnel", "url": link})
    page = await browser.get(address)
    assert 'href="https://paper.example/tunnel?a=1&amp;b=2" rel="noreferrer"' in page.text
    assert "<b>Tunnel" not in page.text


async def test_a_mode_that_there_is_not_is_refused(browser: Browser) -> None:
    await send(browser.application)
    address = f"{THREADS}/tunnel"
    answer = await post_form(browser, await browser.get(address), address, closed="1", mode="anything")
    assert answer.status == 422
    assert 'id="mode-mistake"' in answer.text
    assert (await ask(browser.application, "/threads/tunnel"))["closed"] is False


async def test_a_page_that_nobody_was_given_is_the_first(browser: Browser) -> None:
    await send(browser.application)
    for path in (f"{THREADS}/tunnel?cursor=made-up", f"{THREADS}?cursor=made-up"):
        page = await browser.get(path)
        assert page.status == 200
        assert "tunnel" in page.text
