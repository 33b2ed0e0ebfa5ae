"""The console's page of reasons for decisions: read by moderators, added, changed and ordered by operators."""

import asyncio
from typing import Any

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.application.test_console_rules import signed_in
from tests.application.test_reasons import REASONS, RUDE, SITE, reasons_of, set_reasons, submitted
from tests.hostile_texts import HOSTILE_TEXTS

PAGE = "/console/default/rules/reasons"
LOUD = {"code": "loud", "title": "Shouts", "public": False}
NEW = {"was": "", "reason_code": "off", "title": "Not about the harbour", "public": "1"}


@pytest.fixture
async def operator(application: Application) -> Browser:
    browser = await signed_in(application, "operator")
    await set_reasons(application, [RUDE, LOUD])
    return browser


async def codes(application: Application) -> list[str]:
    return [each["code"] for each in await reasons_of(application)]


async def send(browser: Browser, fields: dict[str, str], action: str = "", page: Page | None = None) -> Page:
    """A form of the page, or of one that was shown before."""
    page = page or await browser.get(PAGE)
    return await browser.post(PAGE + action, page.fields_of(PAGE + action) | fields)


async def test_a_moderator_reads_and_changes_nothing(application: Application) -> None:
    moderator = await signed_in(application, "moderator")
    page = await moderator.get(PAGE)
    assert page.status == 200
    assert "Insult or personal attack" in page.text
    assert 'method="post" action="/console/default/rules' not in page.text
    for action in ("", "/change", "/default"):
        assert (await moderator.post(PAGE + action, {"seen": "null"})).status == 403


async def test_a_reason_is_added_to_the_default_ones(application: Application) -> None:
    operator = await signed_in(application, "operator")
    saved = await send(operator, NEW)
    assert (saved.status, saved.location) == (303, PAGE + "?saved=1")
    found = await reasons_of(application)
    assert found[0]["code"] == "spam"
    assert found[-1] == {"code": "off", "title": "Not about the harbour", "public": True}


async def test_a_reason_is_changed_under_its_code(application: Application, operator: Browser) -> None:
    page = await operator.get(PAGE + "?change=rude")
    assert 'value="Not how we speak"' in page.text
    saved = await send(operator, {"title": "Unkind"}, page=page)
    assert saved.status == 303
    assert await reasons_of(application) == [{"code": "rude", "title": "Unkind", "public": False}, LOUD]


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ({"up": "loud"}, ["loud", "rude"]),
        ({"down": "rude"}, ["loud", "rude"]),
        ({"up": "rude"}, ["rude", "loud"]),
        ({"off": "rude"}, ["loud"]),
        ({"off": "never"}, ["rude", "loud"]),
    ],
)
async def test_reasons_are_moved_and_switched_off(
    application: Application, operator: Browser, act: dict[str, str], left: list[str]
) -> None:
    sent = await send(operator, act, "/change")
    assert sent.status == 303
    at = act.get("up") or act.get("down")
    assert sent.location == PAGE + "?saved=1" + (f"#at-{at}" if at else "")
    assert not at or f'id="at-{at}"' in (await operator.get(PAGE)).text
    assert await codes(application) == left


async def test_the_last_reason_may_go_and_the_default_ones_come_back(application: Application) -> None:
    operator = await signed_in(application, "operator")
    await set_reasons(application, [RUDE])
    await send(operator, {"off": "rude"}, "/change")
    assert await codes(application) == []
    assert "No reason: moderators decide without one." in (await operator.get(PAGE)).text
    assert (await send(operator, {}, "/default")).status == 303
    assert "abuse" in await codes(application)


async def test_the_first_of_many_stays_the_first(application: Application, operator: Browser) -> None:
    await set_reasons(application, [RUDE, LOUD, RUDE | {"code": "third"}])
    await send(operator, {"up": "rude"}, "/change")
    assert await codes(application) == ["rude", "loud", "third"]


async def test_what_is_switched_off_comes_back_with_its_words(application: Application, operator: Browser) -> None:
    """And older decisions are told with them meanwhile."""
    comment_id = await submitted(application)
    decision = {"decision": "reject", "reason": "rude"}
    await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", decision)
    await send(operator, {"off": "rude"}, "/change")
    moderator = await signed_in(application, "moderator")
    assert "Not how we speak" in (await moderator.get(f"/console/default/comments/{comment_id}")).text
    page = await operator.get(PAGE)
    assert page.text.index("Switched off") < page.text.index("Not how we speak")
    for _ in range(2):
        sent = await operator.post(PAGE + "/change", page.fields_of(PAGE + "/change") | {"on": "rude"})
        assert sent.location == PAGE + "?saved=1#at-rude"
    assert await reasons_of(application) == [LOUD, RUDE]
    assert (await send(operator, {}, "/default")).status == 303
    assert "Not how we speak" in (await operator.get(PAGE)).text
    await send(operator, {"on": "loud"}, "/change")
    assert (await codes(application))[-1] == "loud"
    assert "abuse" in await codes(application)


async def test_a_default_reason_is_switched_off_and_on(application: Application) -> None:
    operator = await signed_in(application, "operator")
    await send(operator, {"off": "hate"}, "/change")
    assert "hate" not in await codes(application)
    assert 'name="on" value="hate"' in (await operator.get(PAGE)).text
    await send(operator, {"on": "hate"}, "/change")
    assert (await codes(application))[-1] == "hate"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"reason_code": ""}, "reason_code"),
        ({"reason_code": "Not A Code"}, "reason_code"),
        ({"reason_code": "rude"}, "reason_code"),
    ],
)
async def test_a_mistake_stands_at_its_field_and_what_was_typed_stays(
    application: Application, operator: Browser, fields: dict[str, str], field: str
) -> None:
    refused = await send(operator, NEW | fields)
    assert refused.status == 422
    assert f'id="{field}-mistake"' in refused.text
    assert (NEW | fields)["reason_code"] in refused.text
    assert "checked" in refused.text
    assert await codes(application) == ["rude", "loud"]


async def test_no_more_than_fifty_are_taken(application: Application) -> None:
    operator = await signed_in(application, "operator")
    many = [{"code": f"c{number}", "title": "x" * 100, "public": True} for number in range(49)]
    await set_reasons(application, many)
    page = await operator.get(PAGE)
    await set_reasons(application, [*many, RUDE])
    assert "There are 50 reasons already" in (await operator.get(PAGE)).text
    page = await operator.get(PAGE + "?change=rude")
    refused = await operator.post(PAGE, page.fields_of(PAGE) | NEW)
    assert refused.status == 422
    assert "There are 50 reasons already" in refused.text


async def test_a_second_press_changes_nothing_more(application: Application, operator: Browser) -> None:
    page = await operator.get(PAGE)
    for _ in range(2):
        assert (await send(operator, NEW, page=page)).status == 303
        assert await codes(application) == ["rude", "loud", "off"]
    page = await operator.get(PAGE)
    for _ in range(2):
        assert (await send(operator, {"up": "off"}, "/change", page)).status == 303
    assert await codes(application) == ["rude", "off", "loud"]


async def test_another_operators_change_is_told_and_kept(application: Application, operator: Browser) -> None:
    page = await operator.get(PAGE)
    changed: list[dict[str, Any]] = [{"code": "new", "title": "Came since", "public": True}, LOUD | {"title": "Yells"}]
    await set_reasons(application, changed)
    refused = await send(operator, NEW, page=page)
    assert refused.status == 409
    assert "Somebody changed the reasons meanwhile" in refused.text
    for told in ("Came since", "Not how we speak", "Yells"):
        assert told in refused.text
    assert 'value="Not about the harbour"' in refused.text
    assert await reasons_of(application) == changed
    assert (await send(operator, NEW, page=refused)).status == 303
    assert await codes(application) == ["new", "loud", "off"]


async def test_of_two_at_once_one_is_told_of_the_other(application: Application, operator: Browser) -> None:
    other = await signed_in(application, "operator")
    pages = [await operator.get(PAGE), await other.get(PAGE)]
    sent = await asyncio.gather(
        *(
            send(browser, NEW | {"reason_code": f"new{place}"}, page=page)
            for place, (browser, page) in enumerate(zip((operator, other), pages, strict=True))
        )
    )
    assert sorted(page.status for page in sent) == [303, 409]
    assert len(await codes(application)) == 3


@pytest.mark.parametrize("seen", ["{", "1", "[1]", "[" * 5000, '[{"code": "a"}]'])
async def test_what_no_page_of_ours_sent_is_refused(application: Application, operator: Browser, seen: str) -> None:
    assert (await send(operator, {"up": "loud", "seen": seen}, "/change")).status == 422
    assert await codes(application) == ["rude", "loud"]


async def test_hostile_titles_are_drawn_as_texts(application: Application, operator: Browser) -> None:
    titles = [text[:100] for text in HOSTILE_TEXTS]
    for start in range(0, len(titles), 50):
        some = enumerate(titles[start : start + 50])
        wanted = [{"code": f"c{place}", "title": text, "public": True} for place, text in some]
        answer = await application.ask("PUT", REASONS, {"reasons": wanted})
        if answer.status != 200:
            wrong = {path.split(".")[1] for path in (await answer.json())["errors"]}
            await set_reasons(application, [each for place, each in enumerate(wanted) if str(place) not in wrong])
        page = await operator.get(PAGE)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "\u202e" not in page.text


async def test_what_is_typed_into_the_form_stays_a_text(application: Application, operator: Browser) -> None:
    page = await operator.get(PAGE)
    for text in HOSTILE_TEXTS[::7]:
        refused = await send(operator, {"was": "", "reason_code": text[:300], "title": text[:300]}, page=page)
        assert refused.status in (400, 422)
        assert "<script>alert" not in refused.text
        assert 'onmouseover="alert' not in refused.text
    assert await codes(application) == ["rude", "loud"]
