"""Every form of the console is taken from its own pages alone: by its session's token, and from no other site."""

from collections.abc import Iterable

import pytest

from service.web.route import Access
from tests.application.conftest import Application
from tests.application.console import Browser, Page, begun
from tests.application.console_walk import GETS, POSTS, Elements, Form, paths, route_of, walk
from tests.application.newspaper import Newspaper, founded
from tests.servers import RedisServer, client_of

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
    {"Sec-Fetch-Site": "", "Origin": "null"},
    {"Sec-Fetch-Site": "", "Origin": ""},
)
"""What browsers send with a form of somebody else's page; older ones say nothing but the origin."""
NOT_SHOWN = (
    Form("/console/_/first-run/site", "post", {"title": "Second", "site": "second"}),
    Form("/console/_/first-run/website", "post", {"name": "The paper"}),
    Form("/console/_/first-run/comment", "post", {"body": "A first comment."}),
)
"""Of steps that are done."""
OF_BULKS = ("/console/{site}/bulk/{bulk_id}", "/console/{site}/bulk/{bulk_id}/stop")
"""Of one that is looked at, or goes on."""
TYPED = {"title": "Gazette", "note": "Looked at.", "email": "ada@mail.example", "body": "A comment.", "name": "Mia"}
LATE = ("/decisions", "/undo", "/end", "/unban", "/untrust", "/revoke", "/sessions", "/sign-out")
"""Whoever sends such a form takes others off their pages."""
KEPT = {"sites", "tokens", "members", "changes", "events", "comment", "comment-notes", "author", "author-notes"} | {
    "queue",
    "claims",
    "escalations",
    "sign-in-link",
    "bulks",
    "policy-versions",
    "session",
    "thread",
}
"""Kinds of keys in which each act leaves something."""
FORBIDDEN = 403


@pytest.fixture
async def paper(application: Application) -> Newspaper:
    return await founded(await begun(application), "harbour", "Quixotic")


def state_of(server: RedisServer) -> dict[bytes, bytes]:
    """What people made, told and decided, as the store has it."""
    with client_of(server.url) as client:
        kept = [key for key in client.scan_iter() if key.split(b":")[2].decode() in KEPT]
        return {key: client.dump(key) for key in kept}


def forms_on(pages: Iterable[Page]) -> dict[str, Form]:
    """The forms of pages that somebody with a session sends, each by the line of the route table that takes it."""
    forms = [form for page in pages for form in Elements(page.text).forms]
    routes = [(route_of(form), form) for form in forms]
    return {route.path: form for route, form in reversed(routes) if route and route.access is Access.TOKEN}


def next_of(forms: dict[str, Form], sent: set[str]) -> str | None:
    """The form that takes least of the others away."""
    return min(sorted(forms.keys() - sent), key=lateness, default=None)


def lateness(path: str) -> int:
    return next((at for at, end in enumerate(LATE, 1) if path.endswith(end)), 0)


def filled(form: Form) -> dict[str, str]:
    """The form as somebody sends it."""
    return form.fields | {name: value for name, value in TYPED.items() if form.fields.get(name) == ""}


async def enter(browser: Browser) -> None:
    """Signs in anew: a form may have ended the session before."""
    await browser.sign_in()
    await browser.get("/console/_/sessions")


async def test_no_form_is_taken_but_of_its_own_page(paper: Newspaper, one_server: RedisServer) -> None:
    browser, other = Browser(paper.application), Browser(paper.application)
    await enter(browser)
    pages = await walk(browser, *paths(GETS, paper.ids), "/console/harbour?view=list")
    of_bulks = {path: Form(path.format(**paper.ids), "post", {"decision": "spam"}) for path in OF_BULKS}
    forms = {each.action: each for each in NOT_SHOWN} | of_bulks | forms_on(pages.values())
    sent = set[str]()
    while (path := next_of(forms, sent)) is not None:
        sent.add(path)
        for each in (other, browser):
            await enter(each)
        action, fields, before = forms[path].action, filled(forms[path]), state_of(one_server)
        for headers in FOREIGN:
            sent_elsewhere = fields | {"csrf": browser.csrf}
            assert (await browser.post(action, sent_elsewhere, **headers)).status == FORBIDDEN, (path, headers)
        for csrf in ("", "0" * len(browser.csrf), other.csrf):
            assert (await browser.post(action, fields | {"csrf": csrf})).status == FORBIDDEN, (path, csrf)
        assert state_of(one_server) == before, path
        done = await browser.post(action, fields | {"csrf": browser.csrf})
        assert done.status in {200, 303, 404, 409, 422}, (path, done.text)
        shown = await browser.get(done.location) if done.location else done
        forms = forms_on([shown]) | forms
    assert {route.path for route in POSTS if route.access is Access.TOKEN} - sent == set()
