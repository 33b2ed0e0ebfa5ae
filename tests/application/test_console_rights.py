"""Who may open which page of the console, and do what there: the whole route table, by everybody who comes; and that
nobody is shown what is of another site."""

import re

import pytest

from service.web.route import Access, Route
from tests.application.conftest import Application
from tests.application.console import Browser, Page, begun
from tests.application.console_walk import GETS, POSTS, Elements, names, walk
from tests.application.newspaper import MAIL, Newspaper, founded
from tests.console.album import NO_PAGE

DESK = "/console/{site}"
BULK = DESK + "/bulk/{bulk_id}"
MODERATOR, OPERATOR, BOTH, ADMIN = {"moderator"}, {"operator"}, {"moderator", "operator"}, set[str]()
NOT_LINKED = {"/console/_/first-run", DESK + "/bulk", BULK}
"""What a form leads to, and the first steps once they are done."""
MAY = {
    ("GET", "/console/_/first-run"): ADMIN,
    ("POST", "/console/_/first-run"): ADMIN,
    ("GET", "/console"): BOTH,
    ("POST", "/console"): BOTH,
    ("GET", "/console/_"): MODERATOR,
    ("POST", "/console/_"): MODERATOR,
    ("GET", "/console/_/settings"): BOTH,
    ("POST", "/console/_/settings"): BOTH,
    ("GET", "/console/_/sessions"): BOTH,
    ("GET", "/console/_/guide"): BOTH,
    ("GET", DESK): MODERATOR,
    ("POST", DESK): MODERATOR,
    ("GET", DESK + "/numbers"): BOTH,
    ("GET", DESK + "/rules"): BOTH,
    ("POST", DESK + "/rules"): OPERATOR,
    ("POST", DESK + "/rules/trial"): BOTH,
    ("GET", DESK + "/audit"): OPERATOR,
    ("GET", DESK + "/setup"): ADMIN,
    ("POST", DESK + "/setup"): ADMIN,
}
"""Who may do what lies at or below an address, beside the administrator: the longest counts."""
NEEDING = [route for route in (*GETS, *POSTS) if route.access is Access.TOKEN]
READ = [route for route in NEEDING if route.method == "GET"]
PASSED = {200, 303, 400, 404, 409, 422}


def may(route: Route) -> set[str]:
    below = [path for method, path in MAY if method == route.method and f"{route.path}/".startswith(f"{path}/")]
    return MAY[route.method, max(below, key=len)] | {"admin"}


@pytest.fixture
async def papers(application: Application) -> tuple[Newspaper, Newspaper]:
    """Two newspapers; the second has a word in all that is its own."""
    await begun(application)
    return await founded(application, "harbour", "Zephyrine"), await founded(application, "inland", "Quixotic")


async def ask(browser: Browser, route: Route, ids: dict[str, str], **headers: str) -> Page:
    """Opens a page, or sends a form of the browser's own session with nothing filled in."""
    path = route.path.format(**ids)
    return await (browser.get(path, **headers) if route.method == "GET" else browser.post(path, {}, **headers))


async def test_each_page_and_form_is_for_whom_it_is_made(papers: tuple[Newspaper, Newspaper]) -> None:
    """A form without its fields goes as far as what is wrong with them, where it may be sent at all."""
    own, others = papers
    unknown = {"comment_id": "0" * 16, "token_id": "t0", "member_id": "m0", "versions": "1..2", "thread": "none"}
    for role in ("moderator", "operator"):
        browser = await own.enter(role)
        for route in NEEDING:
            if route.path.endswith(("/sign-out", "/_/sessions")) and route.method == "POST":
                continue
            answer = await ask(browser, route, own.ids | unknown)
            assert (answer.status == 403) is (role not in may(route)), (role, *names([route]), answer.status)
            assert answer.status == 403 or answer.status in PASSED, (role, *names([route]), answer.text)
            if "{site}" in route.path:
                foreign = await ask(browser, route, others.ids)
                assert foreign.status == 403, (role, *names([route]))
                assert others.word not in foreign.text


async def test_the_administrator_may_open_all(papers: tuple[Newspaper, Newspaper]) -> None:
    admin = Browser(papers[0].application)
    await admin.sign_in()
    for paper in papers:
        for route in GETS:
            answer = await ask(admin, route, paper.ids)
            assert answer.status in {200, 303}, (*names([route]), answer.text)
            path = route.path.format(**paper.ids)
            kept = {"Cookie": f"cd={admin.cookies['cd']}"}
            head = await paper.application.client.head(path, headers=kept, allow_redirects=False)
            assert (head.status, await head.read()) == (answer.status, b""), path


def is_page(route: Route) -> bool:
    """Whether a person opens it: a page asks for some parts by itself."""
    return not route.path.endswith(NO_PAGE)


async def test_links_lead_to_every_page(papers: tuple[Newspaper, Newspaper]) -> None:
    """From the console's first page, without scripts."""
    admin = Browser(papers[0].application)
    await admin.sign_in()
    found = await walk(admin, "/console")
    patterns = {
        route.path: re.compile(re.sub(r"\{\w+\}", "[^/?]+", route.path) + r"(\?.*)?")
        for route in READ
        if is_page(route)
    }
    left = {path for path, pattern in patterns.items() if not any(map(pattern.fullmatch, found))}
    assert left <= NOT_LINKED


async def test_nobody_comes_in_without_a_session(papers: tuple[Newspaper, Newspaper]) -> None:
    """Neither without a cookie, nor with one that is none, nor with a token in its place."""
    paper, _ = papers
    for headers in ({}, {"Cookie": "cd=" + "x" * 43}, {"Authorization": f"Bearer {paper.tokens['moderator']}"}):
        for route in NEEDING:
            answer = await ask(Browser(paper.application), route, paper.ids, **headers)
            assert answer.status == (303 if route.method == "GET" else 401), names([route])
            assert route.method == "POST" or answer.location.startswith("/console/_/sign-in?next=/console")
            assert paper.word not in answer.text.replace(paper.ids["thread"], ""), "an address is what he brought"


@pytest.mark.parametrize("role", ["moderator", "operator"])
async def test_nobody_is_shown_what_is_of_another_site(papers: tuple[Newspaper, Newspaper], role: str) -> None:
    """On no page that links lead to, and on none at his own site's address with another site's ids in it."""
    own, others = papers
    browser = await own.enter(role)
    pages = await walk(browser, "/console", "/console/_/guide", "/console/_/settings")
    assert len([page for page in pages.values() if own.word in page.text]) > 3
    for path, page in pages.items():
        assert page.status in {200, 303}, (path, page.status)
        assert others.word not in page.text, path
        assert "inland" not in page.text, path
    for path in asking_for(others):
        answer = await browser.get(path)
        assert others.word not in answer.text.replace(others.ids["thread"], ""), path
    ids = others.ids | {"site": own.site}
    for route in GETS:
        if "{site}/" in route.path and "{thread}" not in route.path:
            answer = await ask(browser, route, ids)
            assert others.word not in answer.text, names([route])
            assert answer.status != 200 or "_id}" not in route.path, names([route])


def asking_for(paper: Newspaper) -> list[str]:
    """Addresses of one's own pages that name what is another's."""
    held, done, ids = paper.ids["comment_id"], paper.ids["approve"], paper.ids
    queue = f"show={held}&decided={done}&bulk={ids['bulk_id']}"
    return [
        f"/console?of={paper.site}&{queue}",
        f"/console/harbour?{queue}",
        f"/console/harbour?view=list&{queue}",
        f"/console/harbour?thread={ids['thread']}",
        f"/console/harbour/comments?did={done}&author={ids['author_id']}",
        f"/console/harbour/comments?thread={ids['thread']}",
        f"/console/harbour/threads/{ids['thread']}?did={done}",
        f"/console/harbour/setup/team?after={ids['member_id']}",
        f"/console/harbour/audit?actor={ids['moderator_id']}",
    ]


async def test_no_form_reaches_what_is_of_another_site(papers: tuple[Newspaper, Newspaper]) -> None:
    """His own site's address, his own session, another site's ids: nothing is done there, and nothing told."""
    own, others = papers
    browser = await own.enter("moderator")
    ids = others.ids
    comment = {"comment_id": ids["comment_id"], "revision": "1", "decision": "reject", "reason": "", "key": "k"}
    sent = {
        "/decisions": comment,
        "/undo": comment | {"comment_id": ids["approve"]},
        "/notes": comment | {"note": "Mine."},
        "/bulk": {f"pick[{ids['comment_id']}]": "1", "decision": "reject"},
        "/decisions/picked": {f"pick[{ids['comment_id']}]": "1", "decision": "reject"},
        f"/comments/{ids['comment_id']}/decisions": comment,
        f"/comments/{ids['approve']}/undo": comment,
        f"/comments/{ids['comment_id']}/notes": {"note": "Mine."},
        f"/authors/{ids['author_id']}/email": {"key": "k"},
        f"/authors/{ids['author_id']}/ban": {"key": "k"},
        f"/bulk/{ids['bulk_id']}/undo": {"key": "k"},
    }
    before = [await others.ask("GET", f"/comments/{ids[name]}") for name in ("comment_id", "approve")]
    for path, fields in sent.items():
        answer = await browser.post(f"/console/harbour{path}", fields)
        assert answer.status in {403, 404, 409, 422} or path == "/bulk", (path, answer.text)
        assert others.word not in answer.text, path
    assert [await others.ask("GET", f"/comments/{ids[name]}") for name in ("comment_id", "approve")] == before


async def test_an_operator_sees_no_address_of_a_reader(papers: tuple[Newspaper, Newspaper]) -> None:
    """Not even as a moderator does, with most of it left out."""
    browser = await papers[0].enter("operator")
    for path, page in (await walk(browser, "/console", "/console/harbour/audit", "/console/harbour/rules")).items():
        assert MAIL not in page.text, path
        assert "@" not in Elements(page.text).text, path


async def test_a_moderator_sees_no_whole_address_until_he_asks_for_it(papers: tuple[Newspaper, Newspaper]) -> None:
    """What he asks for stands in the audit log."""
    own, _ = papers
    browser = await own.enter("moderator")
    await browser.post("/console/harbour/claims", {"key": "k"})
    pages = await walk(browser, "/console/harbour?view=one", "/console/harbour?view=list", "/console/harbour/comments")
    assert any(f"@{MAIL}" in page.text for page in pages.values()), "a part of it is shown"
    for path, page in pages.items():
        assert f"zephyrine@{MAIL}" not in page.text.lower(), path
    address = f"/console/harbour/authors/{own.ids['author_id']}"
    await browser.get(address)
    assert f"zephyrine@{MAIL}" in (await browser.post(f"{address}/email", {"key": "e"})).text.lower()
