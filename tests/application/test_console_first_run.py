"""The first run: what the store says is done has its tick, and the step that is next is open."""

import re
from html import unescape

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, Page

FIRST_RUN = "/console/_/first-run"


@pytest.fixture
async def admin(application: Application) -> Browser:
    browser = Browser(application)
    await browser.sign_in()
    return browser


def done(page: Page) -> int:
    return page.text.count('<li class="done">')


async def press(browser: Browser, step: str, fields: dict[str, str]) -> Page:
    page = await browser.get(FIRST_RUN)
    return await browser.post(f"{FIRST_RUN}/{step}", page.fields_of(f"{FIRST_RUN}/{step}") | fields)


async def test_an_empty_installation_leads_its_administrator_to_the_first_steps(admin: Browser) -> None:
    assert (await admin.get("/console")).location == FIRST_RUN
    await press(admin, "site", {"title": "Harbour Gazette", "site": ""})
    assert (await admin.get("/console")).status == 200


async def test_four_steps_lead_to_the_first_decided_comment(admin: Browser) -> None:
    assert done(await admin.get(FIRST_RUN)) == 0
    assert (await press(admin, "site", {"title": "Zürcher Blatt", "site": ""})).status == 303
    assert done(await admin.get(FIRST_RUN)) == 1
    made = await press(admin, "website", {"name": "The paper"})
    assert re.search(r'<input id="token" value="cd_[^"]+"', made.text)
    assert "/v1/sites/zurcher-blatt/threads/ARTICLE/comments" in unescape(made.text)
    assert done(await admin.get(FIRST_RUN)) == 2
    assert (await press(admin, "comment", {"body": "A first comment."})).status == 303
    page = await admin.get(FIRST_RUN)
    assert done(page) == 3
    assert 'href="/console/zurcher-blatt"' in page.text
    ask = admin.application.ask
    queue = await (await ask("GET", "/v1/sites/zurcher-blatt/queue")).json()
    (comment,) = queue["comments"]
    await ask("POST", f"/v1/sites/zurcher-blatt/comments/{comment['comment_id']}/decisions", {"decision": "approve"})
    assert done(await admin.get(FIRST_RUN)) == 4


async def test_the_site_that_is_there_from_the_start_is_given_its_name(admin: Browser) -> None:
    await press(admin, "site", {"title": "Harbour Gazette", "site": "default"})
    site = await (await admin.application.ask("GET", "/v1/sites/default")).json()
    assert site["title"] == "Harbour Gazette"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "", "site": ""}, "title"),
        ({"title": "A", "site": "Not an id"}, "site"),
        ({"title": "A", "site": "demo"}, "site"),
        ({"title": "報", "site": ""}, "site"),
    ],
)
async def test_what_makes_no_site_is_said_at_its_field(admin: Browser, fields: dict[str, str], field: str) -> None:
    refused = await press(admin, "site", fields)
    assert refused.status == 422
    assert f'id="{field}-mistake"' in refused.text


async def test_a_test_comment_sent_twice_is_one(admin: Browser) -> None:
    await press(admin, "site", {"title": "A", "site": "a"})
    await press(admin, "website", {"name": "The paper"})
    page = await admin.get(FIRST_RUN)
    fields = page.fields_of(FIRST_RUN + "/comment") | {"body": "Once."}
    for _ in range(2):
        assert (await admin.post(FIRST_RUN + "/comment", fields)).status == 303
    queue = await (await admin.application.ask("GET", "/v1/sites/a/queue")).json()
    assert len(queue["comments"]) == 1


async def test_an_empty_comment_is_refused_at_its_field(admin: Browser) -> None:
    await press(admin, "site", {"title": "A", "site": "a"})
    await press(admin, "website", {"name": "The paper"})
    refused = await press(admin, "comment", {"body": " "})
    assert (refused.status, 'id="body-mistake"' in refused.text) == (422, True)


async def test_a_step_before_its_time_says_that_there_is_no_site(admin: Browser) -> None:
    await admin.get(FIRST_RUN)
    assert (await admin.post(FIRST_RUN + "/comment", {"body": "Early."})).status == 404


async def test_what_the_machine_published_is_no_decision(admin: Browser) -> None:
    await press(admin, "site", {"title": "A", "site": "a"})
    await press(admin, "website", {"name": "The paper"})
    await admin.application.ask("PATCH", "/v1/sites/a/policy", {"mode": "auto", "publish_below": 0.98})
    await press(admin, "comment", {"body": "The lighthouse opens at nine."})
    published = await (await admin.application.ask("GET", "/v1/sites/a/comments?state=published")).json()
    assert len(published["comments"]) == 1
    assert done(await admin.get(FIRST_RUN)) == 3


async def test_the_first_page_tells_of_steps_that_are_left(admin: Browser) -> None:
    await press(admin, "site", {"title": "A", "site": "a"})
    home = await admin.get("/console")
    assert "3 of the first steps are left." in home.text
    assert f'href="{FIRST_RUN}"' in home.text
    await admin.application.ask("POST", "/v1/sites", {"site": "b"})
    assert FIRST_RUN not in (await admin.get("/console")).text


async def test_a_site_that_was_used_without_a_name_has_begun(admin: Browser) -> None:
    body = {"name": "Ada", "email": "ada@example.org", "body": "Before there was a console."}
    await admin.application.ask("POST", "/v1/sites/default/threads/river/comments", body)
    assert (await admin.get("/console")).status == 200
    assert done(await admin.get(FIRST_RUN)) == 2
