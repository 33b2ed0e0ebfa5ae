"""Many comments at once at the console: looked at, decided on, stopped, taken back, all by forms."""

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from service.app import DESK
from service.store import keys
from service.upkeep import lease
from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.application.console_readers import ask, follow, post_form, send, signed_in
from tests.hostile_texts import HOSTILE_TEXTS
from tests.servers import RedisServer

QUEUE = "/console/default"
LIST = f"{QUEUE}?view=list"
MANY = f"{QUEUE}/bulk"
PICKED = f"{QUEUE}/decisions/picked"
COMMENTS = f"{QUEUE}/comments"
SECONDS = 10.0
GULLS = "The gulls took my sandwich on the quay again, and nobody did anything about it, friends."


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


def ticked(page: Page, *ids: str) -> dict[str, str]:
    """The boxes of some comments, as a page has them; KeyError where one has none."""
    boxes = dict(re.findall(r'name="(pick\[\w+\])" value="(\d+)"', page.text))
    return {f"pick[{each}]": boxes[f"pick[{each}]"] for each in ids}


def starting(page: Page) -> str:
    """Where the form of a preview leads that begins it."""
    (address,) = re.findall(rf'action="({MANY}/b\w+)"', page.text)
    return str(address)


async def states(application: Application, *ids: str) -> list[str]:
    return [(await ask(application, f"/comments/{each}"))["state"] for each in ids]


async def done(application: Application, bulk_id: str) -> dict[str, Any]:
    """The bulk once nothing of it runs."""
    async with asyncio.timeout(SECONDS):
        while True:
            found: dict[str, Any] = await ask(application, f"/bulk/{bulk_id}")
            if found["state"] == "done" and (found["undo"] or found)["state"] == "done":
                return found
            await asyncio.sleep(0.01)


async def pick(browser: Browser, decision: str, *ids: str, **more: str) -> Page:
    """Decides on some rows of the queue's list."""
    page = await browser.get(LIST)
    return await browser.post(PICKED, page.fields_of(PICKED) | ticked(page, *ids) | {"decision": decision} | more)


async def test_what_is_ticked_in_the_queue_is_decided_at_once_and_taken_back_as_one(browser: Browser) -> None:
    application = browser.application
    one, two, other = [await send(application, f"Number {each}.") for each in range(3)]
    page = await follow(browser, await pick(browser, "reject", one, two, reason="abuse"))
    assert "2 comments rejected." in page.text
    assert await states(application, one, two, other) == ["rejected", "rejected", "held"]
    found = await ask(application, f"/comments/{one}")
    assert found["decision_reason"] == "abuse"
    bulk_id = found["history"][0]["bulk_id"]
    page = await follow(browser, await post_form(browser, page, f"{MANY}/{bulk_id}/undo"))
    assert "Taken back: 2 comments are as they were before." in page.text
    assert await states(application, one, two, other) == ["held", "held", "held"]
    assert "Number 0." in page.text, "the list stays a list"


async def test_who_decided_and_took_back_looks_at_what_he_looked_at(browser: Browser) -> None:
    comment_id = await send(browser.application)
    asked = "view=list&order=newest&thread=tunnel"
    page = await browser.get(f"{QUEUE}?{asked}")
    page = await browser.post(PICKED, page.fields_of(PICKED) | ticked(page, comment_id) | {"decision": "spam"})
    assert page.location.startswith(f"{QUEUE}?{asked}&bulk=b")
    page = await follow(browser, page)
    bulk_id = page.text.partition(f"{MANY}/")[2][:17]
    page = await post_form(browser, page, f"{MANY}/{bulk_id}/undo")
    assert page.location == f"{QUEUE}?{asked}&bulk={bulk_id}"


async def test_a_double_click_decides_once(browser: Browser) -> None:
    application = browser.application
    one, two = [await send(application, f"Number {each}.") for each in range(2)]
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, one, two) | {"decision": "spam"}
    answers = await asyncio.gather(*(browser.post(PICKED, fields) for _ in range(3)))
    assert {each.status for each in answers} == {303}
    assert len({each.location for each in answers}) == 1
    assert len((await ask(application, "/bulk"))["bulks"]) == 1
    assert [len((await ask(application, f"/comments/{each}"))["history"]) for each in (one, two)] == [1, 1]


async def test_preview_start_progress_undo(browser: Browser) -> None:
    application = browser.application
    ids = [await send(application, f"{GULLS} {each}") for each in range(12)]
    page = await browser.get(f"{COMMENTS}?state=held")
    page = await browser.post(MANY, page.fields_of(MANY) | {"all": "1", "decision": "reject", "reason": "spam_link"})
    assert page.status == 200, page.text
    assert "Nothing has happened yet." in page.text
    page_text = re.sub("<[^>]+>", "", page.text)
    assert "Reject 12 comments for" in page_text
    assert await states(application, *ids[:2]) == ["held", "held"]
    form = starting(page)
    sent = page.fields_of(form) | {"decision": "reject", "reason": "spam_link"}
    answers = [await browser.post(form, sent) for _ in range(2)]
    assert [each.location for each in answers] == [form, form]
    await done(application, form.rpartition("/")[2])
    page = await browser.get(form)
    assert page.status == 200, page.text
    assert "12 comments rejected." in page.text
    page = await follow(browser, await post_form(browser, page, f"{form}/undo"))
    assert "Taken back: 12 comments" in page.text
    assert await states(application, *ids[:2]) == ["held", "held"]
    page = await browser.get(MANY)
    assert "Reject 12 comments" in page.text


async def test_what_others_hold_or_changed_is_left_alone_and_told(application: Application, browser: Browser) -> None:
    one, two, three = [await send(application, f"Number {each}.") for each in range(3)]
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, one, two, three) | {"decision": "approve"}
    await application.ask("POST", f"/v1/sites/default/comments/{one}/decisions", {"decision": "spam"})
    other = await signed_in(application)
    await post_form(other, await other.get(QUEUE), f"{QUEUE}/claims")
    await application.ask("POST", f"/v1/sites/default/comments/{two}/decisions", {"decision": "reject"})
    await application.ask("POST", f"/v1/sites/default/comments/{two}/undo", {})
    page = await browser.post(PICKED, fields)
    page = await follow(browser, page)
    assert "One was left as it is." in page.text
    assert await states(application, one, two, three) == ["spam", "held", "held"]
    bulk_id = page.text.partition(f"{MANY}/")[2][:17]
    page = await browser.get(f"{MANY}/{bulk_id}")
    assert "One was left as it is: a colleague had it in hand." in page.text


async def test_where_none_waits_as_it_was_seen_nothing_is_done(application: Application, browser: Browser) -> None:
    comment_id = await send(application)
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, comment_id) | {"decision": "approve"}
    await application.ask("POST", f"/v1/sites/default/comments/{comment_id}/decisions", {"decision": "reject"})
    page = await browser.post(PICKED, fields)
    assert page.status == 409
    assert "None of them waits as you saw it" in page.text
    assert (await ask(application, "/bulk"))["bulks"] == []


async def test_folded_texts_are_unfolded_before_they_are_approved(application: Application, browser: Browser) -> None:
    long = await send(application, "\n".join(f"Line {number} of a long letter." for number in range(60)))
    short = await send(application, "A short one.")
    page = await browser.get(LIST)
    folded = dict(re.findall(r'name="(folded\[\w+\])" value="(\d+)"', page.text))
    fields = page.fields_of(PICKED) | ticked(page, long, short) | {"decision": "approve"}
    page = await browser.post(PICKED, fields | folded)
    assert page.status == 200
    assert "The whole texts stand here now." in page.text
    assert page.text.count(" checked>") == 2, "the boxes stay ticked"
    assert "folded[" not in page.text
    assert await states(application, long, short) == ["held", "held"]
    await follow(browser, await browser.post(PICKED, page.fields_of(PICKED) | fields))
    assert await states(application, long, short) == ["published", "published"]


@pytest.mark.parametrize("address", [PICKED, MANY])
async def test_nothing_ticked_is_told(browser: Browser, address: str) -> None:
    await send(browser.application, "It waits.")
    page = await browser.get(LIST)
    page = await browser.post(address, page.fields_of(PICKED) | {"decision": "reject"})
    assert page.status == 422
    assert "Nothing is selected: tick the boxes of some comments first." in page.text
    assert (await ask(browser.application, "/bulk"))["bulks"] == []


async def test_all_that_are_like_one_are_found(application: Application, browser: Browser) -> None:
    alike = [await send(application, f"{GULLS} {each}", email=f"r{each}@mail.example") for each in range(4)]
    other = await send(application, "The market opens at six on Saturdays, says the sign at its door.")
    for fields in ({"like": alike[0]}, {"alike": "1", f"pick[{alike[1]}]": "1"}):
        await browser.get(LIST)
        page = await browser.post(MANY, fields | {"state": "held"})
        assert page.status == 200, page.text
        assert "<h1>4 comments are selected</h1>" in page.text
        assert "Nearly the same as the one by" in page.text
    form = starting(page)
    answer = await browser.post(form, page.fields_of(form) | {"decision": "spam"})
    await done(application, answer.location.rpartition("/")[2])
    assert await states(application, *alike, other) == ["spam"] * 4 + ["held"]


async def test_one_comment_alone_can_be_the_likeness(browser: Browser) -> None:
    one, two = [await send(browser.application, f"Number {each}.") for each in range(2)]
    page = await browser.get(LIST)
    page = await browser.post(MANY, ticked(page, one, two) | {"alike": "1"})
    assert page.status == 422
    assert "Tick one comment" in page.text


async def test_all_of_an_author_but_one_that_is_left_out(application: Application, browser: Browser) -> None:
    mine = [await send(application, f"Number {each}.", email="ada@mail.example") for each in range(3)]
    other = await send(application, email="ben@mail.example")
    author = (await ask(application, f"/comments/{mine[0]}"))["author"]["author_id"]
    page = await browser.get(f"{QUEUE}/authors/{author}")
    page = await post_form(browser, page, MANY)
    assert "<h1>3 comments are selected</h1>" in page.text
    page = await browser.post(MANY, page.fields_of(MANY) | {"leave_out": mine[1]})
    assert "<h1>2 comments are selected</h1>" in page.text
    assert "autofocus" in page.text, "the focus goes to what is left"
    form = starting(page)
    await browser.post(form, page.fields_of(form) | {"decision": "reject", "note": "All of one evening."})
    found = await done(application, form.rpartition("/")[2])
    assert (found["total"], found["note"]) == (2, "All of one evening.")
    assert await states(application, *mine, other) == ["rejected", "held", "rejected", "held"]


async def test_authors_with_approved_comments_are_warned_of(application: Application, browser: Browser) -> None:
    approved = await send(application, "A good word.", name="Zoë", email="zoe@mail.example")
    await application.ask("POST", f"/v1/sites/default/comments/{approved}/decisions", {"decision": "approve"})
    await send(application, "Another word.", name="Zoë", email="zoe@mail.example")
    await browser.get(f"{COMMENTS}?state=held")
    page = await browser.post(MANY, {"all": "1", "state": "held"})
    assert "One author among them has approved comments." in page.text


async def test_what_was_looked_at_too_long_ago_is_looked_at_anew(application: Application, browser: Browser) -> None:
    comment_id = await send(application)
    await browser.get(f"{COMMENTS}?state=held")
    page = await browser.post(MANY, {"all": "1", "state": "held", "decision": "reject"})
    form = starting(page)
    sent = page.fields_of(form) | {"decision": "reject"}
    page = await browser.post(f"{MANY}/b{'0' * 16}", sent | {"note": "Written twice?"})
    assert page.status == 422
    assert "That look is older than half an hour" in page.text
    assert "Written twice?" in page.text, "what was typed is kept"
    assert await states(application, comment_id) == ["held"]
    await browser.post(form, sent)
    assert (await browser.post(form, sent | {"decision": "approve"})).status == 422
    await done(application, form.rpartition("/")[2])
    assert await states(application, comment_id) == ["rejected"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"all": "1", "state": "gone"}, "state"),
        ({"all": "1", "since": "yesterday"}, "since"),
        ({"all": "1", "q": "a b c d e f g h i"}, "q"),
        ({"all": "1", "author": "nobody"}, "author"),
        ({"like": "0" * 16}, "like"),
        ({"like": "../../queue"}, "like"),
    ],
)
async def test_a_selection_that_cannot_be_read_says_which_field_is_wrong(
    browser: Browser, fields: dict[str, str], field: str
) -> None:
    await browser.get(COMMENTS)
    page = await browser.post(MANY, fields)
    assert page.status == 422
    assert f'href="#{field}"' in page.text


@pytest.mark.parametrize(
    "fields", [{"pick": "all"}, {"pick[x]": "1"}, {f"pick[{'0' * 16}]": "often"}, {"left_out": "x" * 20_000}]
)
async def test_a_form_of_no_page_of_ours_is_refused(browser: Browser, fields: dict[str, str]) -> None:
    await browser.get(COMMENTS)
    assert (await browser.post(MANY, fields)).status == 422


async def test_more_are_ticked_than_any_page_has(browser: Browser) -> None:
    await browser.get(COMMENTS)
    page = await browser.post(MANY, {f"pick[{number:016d}]": "1" for number in range(150)})
    assert page.status == 422


async def test_a_bulk_that_runs_is_stopped(application: Application, browser: Browser) -> None:
    """Nobody carries it out while another process has the lease for that."""
    desk = application.client.app[DESK]
    runner = (keys.bulk_runner("default"), "a process that is dead by now")
    assert await lease.hold(desk.link, *runner)
    ids = [await send(application, f"Number {each}.") for each in range(3)]
    await browser.get(COMMENTS)
    page = await browser.post(MANY, {"all": "1", "state": "held", "decision": "reject"})
    form = starting(page)
    page = await follow(browser, await browser.post(form, page.fields_of(form) | {"decision": "reject"}))
    assert "At work: 0 of 3." in page.text
    assert "<progress" in page.text
    part = await browser.get(f"{form}/progress", **{"CD-Fragment": "1"})
    assert "<html" not in part.text
    assert "data-at-work" in part.text
    page = await follow(await signed_in(application), await post_form(browser, page, f"{form}/stop"))
    assert "Stopped at 0 of 3." in page.text
    assert f'action="{form}/stop"' not in page.text
    assert "data-at-work" not in (await browser.get(f"{form}/progress", **{"CD-Fragment": "1"})).text
    await lease.hand_back(desk.link, *runner)
    assert await states(application, *ids) == ["held"] * 3


async def test_a_moderator_of_another_site_sees_and_does_nothing(application: Application, browser: Browser) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other", "title": "Other"})
    comment_id = await send(application, GULLS)
    other = await signed_in(application, site="other")
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, comment_id) | {"decision": "reject"}
    page = await follow(browser, await browser.post(PICKED, fields))
    bulk_id = page.text.partition(f"{MANY}/")[2][:17]
    await other.get("/console/other")
    for form in (MANY, PICKED, f"{MANY}/{bulk_id}", f"{MANY}/{bulk_id}/stop", f"{MANY}/{bulk_id}/undo"):
        assert (await other.post(form, {"all": "1", "decision": "approve"})).status in {403, 404}
    for address in (MANY, f"{MANY}/{bulk_id}", f"{MANY}/{bulk_id}/progress"):
        assert (await other.get(address)).status in {403, 404}
    own = "/console/other/bulk"
    assert (await other.get(f"{own}/{bulk_id}")).status == 404
    assert (await other.post(f"{own}/{bulk_id}/undo")).status == 404
    page = await other.post(own, {f"pick[{comment_id}]": "1"})
    assert page.status == 200
    assert "Nothing is selected" in page.text
    assert (await other.post(own, {"like": comment_id})).status == 422
    assert await states(application, comment_id) == ["rejected"]


async def test_an_operator_decides_on_nothing(application: Application) -> None:
    operator = await signed_in(application, role="operator")
    await operator.get("/console/default/rules")
    assert (await operator.post(MANY, {"all": "1", "state": "held"})).status == 403
    assert (await operator.get(MANY)).status == 403


async def test_who_was_signed_out_loses_nothing(application: Application, browser: Browser) -> None:
    comment_id = await send(application)
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, comment_id) | {"decision": "reject"}
    await browser.post("/console/_/sign-out")
    page = await browser.post(PICKED, fields)
    assert page.status == 401
    assert "/console/_/sign-in?next=/console/default%3Fview%3Dlist%26order%3Driskiest" in page.text, (
        "back to the page that had the form"
    )
    assert await states(application, comment_id) == ["held"]


async def test_a_bulk_goes_on_when_who_began_it_signs_out(application: Application, browser: Browser) -> None:
    desk = application.client.app[DESK]
    runner = (keys.bulk_runner("default"), "a process that is dead by now")
    assert await lease.hold(desk.link, *runner)
    ids = [await send(application, f"Number {each}.") for each in range(3)]
    await browser.get(COMMENTS)
    page = await browser.post(MANY, {"all": "1", "state": "held"})
    form = starting(page)
    await browser.post(form, page.fields_of(form) | {"decision": "spam"})
    await browser.post("/console/_/sign-out")
    assert (await browser.get(form)).location.startswith("/console/_/sign-in?next=")
    assert (await browser.get(f"{form}/progress", **{"CD-Fragment": "1"})).status == 303
    await lease.hand_back(desk.link, *runner)
    await done(application, form.rpartition("/")[2])
    assert await states(application, *ids) == ["spam"] * 3


async def test_without_the_store_the_ticks_are_kept_and_sent_again(
    application: Application, browser: Browser, one_server: RedisServer
) -> None:
    ids = [await send(application, f"Number {each}.") for each in range(2)]
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, *ids) | {"decision": "reject"}
    one_server.kill()
    try:
        refused = await browser.post(PICKED, fields)
    finally:
        one_server.start()
    assert refused.status == 503
    pairs = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', refused.text)
    again = {name: unescape(value) for name, value in pairs}
    assert again.items() >= fields.items()
    async with asyncio.timeout(SECONDS):
        while (page := await browser.post(PICKED, again)).status == 503:
            await asyncio.sleep(0.05)
    assert page.status == 303
    assert await states(application, *ids) == ["rejected", "rejected"]


async def test_a_colleague_takes_back_what_another_did(application: Application, browser: Browser) -> None:
    ids = [await send(application, f"Number {each}.") for each in range(2)]
    page = await follow(browser, await pick(browser, "reject", *ids))
    bulk_id = page.text.partition(f"{MANY}/")[2][:17]
    colleague = await signed_in(application)
    page = await colleague.get(f"{MANY}/{bulk_id}")
    await follow(colleague, await post_form(colleague, page, f"{MANY}/{bulk_id}/undo"))
    assert await states(application, *ids) == ["held", "held"]
    assert (await ask(application, f"/bulk/{bulk_id}"))["undo"]["moderator"] == "moderator"


async def test_hostile_texts_stay_text(application: Application, browser: Browser) -> None:
    for number, text in enumerate(HOSTILE_TEXTS[:20]):
        await send(application, text, name="<b>x</b>", email=f"h{number}@mail.example")
    await browser.get(COMMENTS)
    page = await browser.post(MANY, {"all": "1", "state": "held", "q": "", "note": "<i>y</i>", "reason": '"><u>z'})
    assert page.status == 200, page.text
    for markup in ("<b>x</b>", "<i>y</i>", "<u>z"):
        assert markup not in page.text
    page = await browser.post(MANY, {"all": "1", "thread": '"><s>t</s>', "q": "<s>"})
    assert "<s>" not in page.text


async def test_more_than_a_page_holds_are_decided(application: Application, browser: Browser) -> None:
    sent = [send(application, f"Number {each}.", email=f"r{each % 50}@mail.example") for each in range(520)]
    for start in range(0, len(sent), 20):
        await asyncio.gather(*sent[start : start + 20])
    await browser.get(COMMENTS)
    page = await browser.post(MANY, {"all": "1", "state": "held", "decision": "spam"})
    assert "Mark 520 comments as spam?" in page.text
    form = starting(page)
    await browser.post(form, page.fields_of(form) | {"decision": "spam"})
    found = await done(application, form.rpartition("/")[2])
    assert (found["done"], found["skipped"]) == (520, 0)
