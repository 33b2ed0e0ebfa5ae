"""The console's lists of comments, search, and a comment's own page."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from service.console.comments import SHOWN_AT_ONCE
from service.html.shown.row import GLIMPSE_CHARS, GLIMPSE_LINES
from tests.application.conftest import Application
from tests.application.console import Browser
from tests.application.console_readers import ask, follow, post_form, send, signed_in
from tests.servers import RedisServer

COMMENTS = "/console/default/comments"


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


async def test_each_tab_shows_the_comments_of_its_state(browser: Browser) -> None:
    held, approved = await send(browser.application, "It waits."), await send(browser.application, "It is out.")
    await browser.application.ask("POST", f"/v1/sites/default/comments/{approved}/decisions", {"decision": "approve"})
    for query, shown, hidden in (
        ("state=held", held, approved),
        ("state=published", approved, held),
        ("q=waits", held, approved),
    ):
        page = await browser.get(f"{COMMENTS}?{query}")
        assert page.status == 200
        assert f"{COMMENTS}/{shown}" in page.text
        assert f"{COMMENTS}/{hidden}" not in page.text
    page = await browser.get(COMMENTS)
    assert held in page.text
    assert approved in page.text
    (tabs,) = re.findall(r'<nav class="tabs".*?</nav>', page.text)
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', tabs) == [COMMENTS]


async def test_the_head_of_every_page_says_how_many_wait(browser: Browser) -> None:
    comment_id, *_ = [await send(browser.application) for _ in range(3)]
    author = (await ask(browser.application, f"/comments/{comment_id}"))["author"]["author_id"]
    for path in ("comments", f"comments/{comment_id}", "authors", f"authors/{author}", "threads", "threads/tunnel"):
        page = await browser.get(f"/console/default/{path}")
        assert '>Queue <span class="badge num">3</span>' in page.text, path


async def test_what_the_machine_did_is_told_from_what_people_did(browser: Browser) -> None:
    application = browser.application
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "postmoderate"})
    by_machine = await send(application, "Nobody looked at this.")
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "premoderate"})
    by_person = await send(application, "Somebody looked at this.")
    await application.ask("POST", f"/v1/sites/default/comments/{by_person}/decisions", {"decision": "approve"})
    page = await browser.get(f"{COMMENTS}?state=published&by=machine")
    assert by_machine in page.text
    assert by_person not in page.text
    assert "published by the machine" in page.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=gone", "state"),
        ("state=held&by=machine", "by"),
        ("q=a+b+c+d+e+f+g+h+i", "q"),
        ("since=yesterday", "since"),
        ("cursor=mine", "cursor"),
        ("author=nobody", "author"),
    ],
)
async def test_a_search_that_cannot_be_made_says_which_field_is_wrong(browser: Browser, query: str, field: str) -> None:
    page = await browser.get(f"{COMMENTS}?{query}")
    assert page.status == 422
    assert page.headers["Content-Type"].startswith("text/html")
    assert f'href="#{field}"' in page.text


async def test_comments_are_found_by_day_thread_and_author(browser: Browser) -> None:
    mine = await send(browser.application, thread="ferry")
    other = await send(browser.application, thread="tunnel", email="other@mail.example")
    author = (await ask(browser.application, f"/comments/{mine}"))["author"]["author_id"]
    today = datetime.now(UTC).date()
    for query, found in (
        (f"since={today}", {mine, other}),
        (f"since={today + timedelta(days=2)}", set()),
        ("thread=ferry", {mine}),
        (f"author={author}", {mine}),
        ("author=a000000000000", set()),
    ):
        page = await browser.get(f"{COMMENTS}?{query}")
        assert page.status == 200
        assert set(re.findall(rf'<a href="{COMMENTS}/(\w{{16}})">', page.text)) == found, query
        assert ("No such comment." in page.text) is (not found)


async def test_what_was_typed_stays(browser: Browser) -> None:
    page = await browser.get(f"{COMMENTS}?q=%22%3E%3Cb%3Etolls&since=yesterday")
    assert page.status == 422
    assert 'value="&#34;&gt;&lt;b&gt;tolls"' in page.text
    assert 'value="yesterday"' in page.text


async def test_lists_go_on_by_pages(browser: Browser) -> None:
    sent = [await send(browser.application, f"Comment {number}.") for number in range(SHOWN_AT_ONCE + 1)]
    first = await browser.get(f"{COMMENTS}?state=held")
    assert sent[0] not in first.text
    assert sent[-1] in first.text
    (later,) = re.findall(r'<a class="button" href="([^"]+)">Older comments', first.text)
    second = await browser.get(later.replace("&amp;", "&"))
    assert sent[0] in second.text
    (tabs,) = re.findall(r'<nav class="tabs".*?</nav>', second.text)
    assert "cursor" not in tabs


async def test_a_comment_is_decided_and_decided_again(browser: Browser) -> None:
    comment_id = await send(browser.application)
    address = f"{COMMENTS}/{comment_id}"
    page = await browser.get(address)
    assert "Held by the machine" in page.text
    page = await follow(
        browser, await post_form(browser, page, f"{address}/decisions", decision="reject", reason="abuse")
    )
    assert "Rejected:" in page.text  # the bar that takes it back
    assert "Insult or personal attack" in page.text
    page = await follow(browser, await post_form(browser, page, f"{address}/decisions", decision="approve"))
    comment = await ask(browser.application, f"/comments/{comment_id}")
    assert comment["state"] == "published"
    assert [each["act"] for each in comment["history"]] == ["reject", "approve"]
    page = await follow(browser, await post_form(browser, page, f"{address}/undo"))
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "rejected"
    assert "Last decision taken back" in page.text
    page = await follow(browser, await post_form(browser, page, f"{address}/undo"))
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "held"
    assert f'action="{address}/undo"' not in page.text


async def test_a_double_click_decides_once_and_leads_back_alike(browser: Browser) -> None:
    comment_id = await send(browser.application)
    address = f"{COMMENTS}/{comment_id}"
    page = await browser.get(address)
    answers = [await post_form(browser, page, f"{address}/decisions", decision="spam") for _ in range(2)]
    assert {answer.status for answer in answers} == {303}
    assert answers[0].location == answers[1].location
    assert len((await ask(browser.application, f"/comments/{comment_id}"))["history"]) == 1


async def test_a_row_of_a_list_is_decided_there_and_taken_back_there(browser: Browser) -> None:
    comment_id = await send(browser.application)
    listed = f"{COMMENTS}?state=held"
    page = await browser.get(listed)
    action = f"{COMMENTS}/{comment_id}/decisions"
    answer = await post_form(browser, page, action, decision="reject")
    assert answer.location == f"{listed}&did={comment_id}"
    page = await follow(browser, answer)
    assert action not in page.text
    answer = await post_form(browser, page, f"{COMMENTS}/{comment_id}/undo")
    assert answer.location == listed
    assert action in (await browser.get(listed)).text


@pytest.mark.parametrize("beginning", ["x" * GLIMPSE_CHARS, "One line.\n" * GLIMPSE_LINES])
async def test_what_is_cut_in_a_list_is_approved_on_its_own_page_alone(browser: Browser, beginning: str) -> None:
    comment_id = await send(browser.application, f"{beginning} zanzibar")
    action = f"{COMMENTS}/{comment_id}/decisions"
    for path in (COMMENTS, "/console/default/threads/tunnel"):
        page = await browser.get(path)
        (form,) = re.findall(rf'<form[^>]*action="{action}".*?</form>', page.text, re.DOTALL)
        assert 'value="approve"' not in form
        assert 'value="reject"' in form
        assert "zanzibar" not in page.text
    page = await browser.get(f"{COMMENTS}/{comment_id}")
    assert "zanzibar" in page.text
    assert 'value="approve"' in page.text


async def test_without_the_store_a_decision_is_sent_again_as_it_was(browser: Browser, one_server: RedisServer) -> None:
    comment_id = await send(browser.application)
    action = f"{COMMENTS}/{comment_id}/decisions"
    form = (await browser.get(f"{COMMENTS}/{comment_id}")).fields_of(action) | {"decision": "reject"}
    one_server.kill()
    try:
        refused = await browser.post(action, form, Accept="text/html")
    finally:
        one_server.start()
    assert refused.status == 503
    for name, value in form.items():
        assert f'name="{name}" value="{value}"' in refused.text


async def test_two_at_once_decide_a_comment_once(browser: Browser) -> None:
    comment_id = await send(browser.application)
    action = f"{COMMENTS}/{comment_id}/decisions"
    other = await signed_in(browser.application)
    pages = [await each.get(f"{COMMENTS}/{comment_id}") for each in (browser, other)]
    answers = await asyncio.gather(
        post_form(browser, pages[0], action, decision="approve"), post_form(other, pages[1], action, decision="reject")
    )
    assert sorted(answer.status for answer in answers) == [303, 409]
    comment = await ask(browser.application, f"/comments/{comment_id}")
    assert len(comment["history"]) == 1
    assert comment["state"] == ("published" if answers[0].status == 303 else "rejected")


async def test_nobody_is_offered_to_take_back_what_another_did_last(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await browser.get(COMMENTS)
    answer = await post_form(browser, page, f"{COMMENTS}/{comment_id}/decisions", decision="reject")
    assert "Rejected:" in (await browser.get(answer.location)).text
    other = await signed_in(browser.application)
    page = await other.get(answer.location)
    assert page.status == 200
    assert "Rejected:" not in page.text


async def test_whoever_saw_an_older_revision_decides_nothing(browser: Browser) -> None:
    comment_id = await send(browser.application)
    address = f"{COMMENTS}/{comment_id}"
    page = await browser.get(address)
    await browser.application.ask("POST", f"/v1/sites/default/comments/{comment_id}/decisions", {"decision": "spam"})
    answer = await post_form(browser, page, f"{address}/decisions", decision="approve")
    assert answer.status == 409
    assert 'role="alert"' in answer.text
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "spam"


async def test_what_another_holds_is_not_decided(browser: Browser) -> None:
    comment_id = await send(browser.application)
    other = await browser.application.token("moderator")
    await browser.application.ask("POST", "/v1/sites/default/claims", {}, token=other)
    page = await browser.get(f"{COMMENTS}/{comment_id}")
    answer = await post_form(browser, page, f"{COMMENTS}/{comment_id}/decisions", decision="approve")
    assert answer.status == 409
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "held"


async def test_a_decision_that_there_is_not_is_refused(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await browser.get(f"{COMMENTS}/{comment_id}")
    for typed in ({"decision": "praise"}, {"decision": "approve", "revision": "one"}, {"decision": ""}):
        answer = await post_form(browser, page, f"{COMMENTS}/{comment_id}/decisions", **typed)
        assert answer.status == 422
    assert (await ask(browser.application, f"/comments/{comment_id}"))["history"] == []


async def test_a_form_leads_to_no_page_of_others(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await browser.get(f"{COMMENTS}/{comment_id}")
    action = f"{COMMENTS}/{comment_id}/decisions"
    answer = await post_form(browser, page, action, decision="spam", back="https://evil.example/console")
    assert answer.location == f"{COMMENTS}/{comment_id}?did={comment_id}"


async def test_notes_are_kept_once_and_an_empty_one_is_refused(browser: Browser) -> None:
    comment_id = await send(browser.application)
    action = f"{COMMENTS}/{comment_id}/notes"
    page = await browser.get(f"{COMMENTS}/{comment_id}")
    for _ in range(2):
        assert (await post_form(browser, page, action, note="Second time today.")).status == 303
    answer = await post_form(browser, page, action, note="  ")
    assert answer.status == 422
    assert "Write something" in answer.text
    notes = await ask(browser.application, f"/comments/{comment_id}/notes")
    assert [each["note"] for each in notes["notes"]] == ["Second time today."]
    assert "Second time today." in (await browser.get(f"{COMMENTS}/{comment_id}")).text


async def test_a_form_without_its_secret_decides_nothing(browser: Browser) -> None:
    comment_id = await send(browser.application)
    answer = await browser.post(f"{COMMENTS}/{comment_id}/decisions", {"decision": "approve", "csrf": "guessed"})
    assert answer.status == 403
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "held"


async def test_other_sites_and_roles_see_nothing(browser: Browser) -> None:
    application = browser.application
    comment_id = await send(application, "Only here.")
    await application.ask("POST", "/v1/sites", {"site": "other"})
    for stranger in (await signed_in(application, site="other"), await signed_in(application, role="operator")):
        for path in (COMMENTS, f"{COMMENTS}/{comment_id}", "/console/default/threads", "/console/default/authors"):
            page = await stranger.get(path)
            assert page.status == 403
            assert "Only here." not in page.text
    page = await (await signed_in(application, site="other")).get(f"/console/other/comments/{comment_id}")
    assert page.status == 404


async def test_an_operator_is_told_whom_the_page_is_for(browser: Browser) -> None:
    operator = await signed_in(browser.application, role="operator")
    page = await operator.get(COMMENTS, Accept="text/html")
    assert page.status == 403
    assert "This page is for moderators. Ask whoever runs the service to become one." in page.text


async def test_an_unknown_comment_is_not_found(browser: Browser) -> None:
    for comment_id in ("0" * 16, "nothing"):
        page = await browser.get(f"{COMMENTS}/{comment_id}", Accept="text/html")
        assert page.status == 404
        assert page.headers["Content-Type"].startswith("text/html")
