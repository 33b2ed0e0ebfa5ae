"""The console's pages of authors: found by email, banned, trusted, noted; whose email nobody sees unasked."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser
from tests.application.console_readers import ask, follow, post_form, send, signed_in, told

AUTHORS = "/console/default/authors"
EMAIL = "karin.berg@mail.example"


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


async def found(browser: Browser, email: str = EMAIL) -> str:
    """The address of an author's page, as the form to find him leads to it."""
    await send(browser.application, email=email)
    page = await browser.get(AUTHORS)
    answer = await post_form(browser, page, AUTHORS, email=email)
    assert answer.status == 303, answer.text
    return answer.location


async def test_an_author_is_found_by_his_email_and_that_is_told(browser: Browser) -> None:
    address = await found(browser)
    page = await browser.get(address)
    assert page.status == 200
    assert "Karin B." in page.text
    assert "The ferry is late." in page.text
    assert EMAIL not in address
    assert "author_looked_up" in await told(browser.application)


async def test_an_email_is_masked_until_somebody_asks_and_that_is_told_first(browser: Browser) -> None:
    address = await found(browser)
    page = await browser.get(address)
    assert EMAIL not in page.text
    assert "k…g@mail.example" in page.text
    comment_id = (await ask(browser.application, "/comments"))["comments"][0]["comment_id"]
    assert EMAIL not in (await browser.get(f"/console/default/comments/{comment_id}")).text
    assert "email_shown" not in await told(browser.application)
    shown = await post_form(browser, page, f"{address}/email")
    assert shown.status == 200
    assert EMAIL in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert (await told(browser.application)).count("email_shown") == 1
    assert EMAIL not in (await browser.get(address)).text


async def test_who_asks_by_get_sees_no_email(browser: Browser) -> None:
    page = await browser.get(f"{await found(browser)}/email")
    assert page.status == 405
    assert EMAIL not in page.text


@pytest.mark.parametrize("typed", ["nobody", "<script>@", "", "a" * 300 + "@mail.example"])
async def test_what_is_no_email_is_refused_and_stays(browser: Browser, typed: str) -> None:
    page = await browser.get(AUTHORS)
    answer = await post_form(browser, page, AUTHORS, email=typed)
    assert answer.status == 422
    assert "Write an email address." in answer.text
    assert 'id="email-mistake"' in answer.text


async def test_an_unknown_email_is_said_to_be_so(browser: Browser) -> None:
    answer = await post_form(browser, await browser.get(AUTHORS), AUTHORS, email="nobody@mail.example")
    assert answer.status == 404
    assert "Nobody has written by this address here." in answer.text
    assert 'value="nobody@mail.example"' in answer.text


async def test_an_author_is_banned_until_the_end_of_a_day_and_set_free(browser: Browser) -> None:
    address = await found(browser)
    day = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    page = await browser.get(address)
    answer = await post_form(browser, page, f"{address}/ban", until=day, reason="Third advert <b>")
    page = await follow(browser, answer)
    assert "Banned until" in page.text
    assert "Third advert &lt;b&gt;" in page.text
    author = await ask(browser.application, f"/authors/{address.rpartition('/')[2]}")
    assert author["ban"]["until"] == f"{day}T23:59:59.000Z"
    page = await follow(browser, await post_form(browser, page, f"{address}/unban"))
    assert "Banned" not in page.text


async def test_a_ban_without_an_end_is_for_ever(browser: Browser) -> None:
    address = await found(browser)
    await post_form(browser, await browser.get(address), f"{address}/ban", until="", reason="")
    author = await ask(browser.application, f"/authors/{address.rpartition('/')[2]}")
    assert author["ban"]["until"] is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"until": "2020-01-01"}, "until"),
        ({"until": "some day"}, "until"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
async def test_a_ban_that_cannot_be_names_its_field_and_keeps_what_was_typed(
    browser: Browser, typed: dict[str, str], field: str
) -> None:
    address = await found(browser)
    answer = await post_form(
        browser, await browser.get(address), f"{address}/ban", **{"until": "", "reason": "kept"} | typed
    )
    assert answer.status == 422
    assert f'id="{field}-mistake"' in answer.text
    assert f'value="{typed.get("reason", "kept")}"' in answer.text
    assert (await ask(browser.application, f"/authors/{address.rpartition('/')[2]}"))["ban"] is None


async def test_an_author_is_trusted_and_not_any_more(browser: Browser) -> None:
    address = await found(browser)
    page = await follow(browser, await post_form(browser, await browser.get(address), f"{address}/trust"))
    assert "Trusted by" in page.text
    page = await follow(browser, await post_form(browser, page, f"{address}/untrust"))
    assert "Trusted by" not in page.text
    assert [kind for kind in await told(browser.application) if "trusted" in kind] == [
        "author_trusted",
        "author_untrusted",
    ]


async def test_notes_are_kept_once(browser: Browser) -> None:
    address = await found(browser)
    page = await browser.get(address)
    for _ in range(2):
        assert (await post_form(browser, page, f"{address}/notes", note="Sharp, but factual.")).status == 303
    answer = await post_form(browser, page, f"{address}/notes", note="x" * 2001)
    assert answer.status == 422
    assert "x" * 2001 in answer.text
    assert (await browser.get(address)).text.count("Sharp, but factual.") == 1


async def test_another_site_and_an_operator_find_nobody(browser: Browser) -> None:
    application, address = browser.application, await found(browser)
    await application.ask("POST", "/v1/sites", {"site": "other"})
    elsewhere = await signed_in(application, site="other")
    for stranger in (elsewhere, await signed_in(application, role="operator")):
        assert (await stranger.get(address)).status == 403
        for act in ("email", "ban", "trust", "notes"):
            answer = await stranger.post(f"{address}/{act}", {"note": "x"})
            assert answer.status == 403
            assert EMAIL not in answer.text
    assert (await elsewhere.get(address.replace("default", "other"))).status == 404
    answer = await post_form(
        elsewhere, await elsewhere.get("/console/other/authors"), "/console/other/authors", email=EMAIL
    )
    assert answer.status == 404
