"""The lines that the console gives for a website do what docs/website.md says of them."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from service.html.snippets import form_snippet, server_snippet
from tests.application.conftest import Application
from tests.application.console import Browser

DOCS = Path(__file__).parents[2] / "docs"
ADDRESS = "https://comments.news.example"
SNIPPET = "/console/default/setup/snippet"


def names_in(form: str) -> set[str]:
    return set(re.findall(r'name="([^"]+)"', form))


def test_the_form_has_fields_of_the_documented_one() -> None:
    documented = (DOCS / "website.md").read_text()
    (form,) = re.findall(r"```html\n(<form.*?</form>)", documented, re.DOTALL)
    assert names_in(form_snippet(ADDRESS, "default")) == names_in(form)
    assert f'action="{ADDRESS}/v1/sites/default/threads/' in form


@pytest.mark.parametrize("write", [form_snippet, server_snippet])
def test_they_hold_nothing_that_is_not_theirs(write: Callable[[str, str], str]) -> None:
    assert f"{ADDRESS}/v1/sites/a-site/threads/ARTICLE/comments" in write(ADDRESS, "a-site")


async def test_the_form_sends_a_comment(application: Application) -> None:
    change = {"public_submission": True, "allowed_origins": ["https://news.example"]}
    await application.ask("PATCH", "/v1/sites/default", change)
    form = form_snippet(str(application.client.make_url("")).rstrip("/"), "default")
    (action,) = re.findall(r'action="([^"]+)"', form)
    fields = {"name": "Ada", "email": "ada@example.org", "body": "From a page that is only a file."}
    back = {"return_to": "https://news.example/river"}
    assert set(fields | back) == names_in(form)
    answer = await application.client.session.post(
        action.replace("ARTICLE", "river"),
        data=fields | back,
        headers={"Origin": "https://news.example"},
        allow_redirects=False,
    )
    assert answer.status == 303
    assert answer.headers["Location"].startswith("https://news.example/river?commentdesk=held")


async def test_what_a_shell_would_send_is_taken(application: Application) -> None:
    browser = Browser(application)
    await browser.sign_in()
    page = await browser.get(SNIPPET)
    (written,) = re.findall(r'<textarea id="server-snippet"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    written = unescape(written)
    address, body = re.findall(r"curl (\S+)", written)[0], re.findall(r"-d '(.*)'", written)[0]
    headers = dict(re.findall(r'-H "([^:]+): ([^"]+)"', written))
    token = await application.token("website")
    headers["Authorization"] = headers["Authorization"].replace("$TOKEN", token)
    answer = await application.client.session.post(
        address.replace("ARTICLE", "river"), data=json.dumps(json.loads(body)), headers=headers
    )
    assert answer.status == 202


async def test_a_host_that_is_more_than_a_host_is_in_no_line(application: Application) -> None:
    browser = Browser(application)
    await browser.sign_in()
    page = await browser.get(SNIPPET, Host='a"; rm -rf ~; "')
    assert "rm -rf" not in page.text
