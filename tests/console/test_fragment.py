"""Forms sent by a script, and the server's HTML that comes back, in a page whose policy allows no other HTML."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page

from service.domain.look import Look
from service.html import assets, render
from service.texts.catalogue import ENGLISH
from service.web.own_address import OWN_PATH
from tests.browser import started_browser, watched
from tests.console.drawing import frame_with, serve

MODULE = assets.CONSOLE["fragment.js"].path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page, _ = watched(browser)
    serve(page, render.text("console/frame.html", ENGLISH, frame=frame_with(Look())).replace(OWN_PATH, ""))
    yield page
    page.close()


def test_html_of_the_server_becomes_elements_and_nothing_in_it_runs(page: Page) -> None:
    html = '<p id="new">a &lt; b</p><script>window.ran = 1</script><img src="x" onerror="window.ran = 1">'
    page.evaluate(
        "async ([module, html]) => { const { elementsOf } = await import(module);"
        " document.querySelector('main').append(elementsOf(html)); }",
        [MODULE, html],
    )
    assert page.inner_text("#new") == "a < b"
    page.wait_for_function("document.querySelector('main img').complete")
    assert page.evaluate("window.ran") is None


def test_no_other_way_makes_html_of_text(page: Page) -> None:
    made = page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return true } catch { return false } }")
    assert made is False


def test_a_form_is_sent_as_its_button_would_and_asks_for_a_part(page: Page) -> None:
    with page.expect_request(lambda request: request.method == "POST") as asked:
        page.evaluate(
            "async (module) => { const { send } = await import(module);"
            " const form = document.querySelector('form[method=post]');"
            " const button = form.querySelector('button'); button.name = 'decision'; button.value = 'approve';"
            " return (await send(form, { submitter: button })).status; }",
            MODULE,
        )
    posted = asked.value
    assert posted.url.endswith("/console/_/sign-out")
    assert (posted.headers["cd-fragment"], posted.headers["x-csrf"]) == ("1", "c")
    assert parse_qs(posted.post_data or "") == {"csrf": ["c"], "decision": ["approve"]}
