"""The console's page of numbers: the same figures as the API's, and names for operators alone."""

import re
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from service.domain.series import HOUR_MS, MINUTE_MS
from tests.application.conftest import Application
from tests.application.console import Browser

Open = Callable[..., Awaitable[Application]]
SITE = "/v1/sites/default"
PAGE = "/console/default/numbers"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
BEGIN = 1_800_000_000_000
NAME = "Mo <b>of the desk</b>"


class Tables(HTMLParser):
    """The rows of each table of a page, as texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._is_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"th", "td"}:
            self.tables[-1][-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = self._is_cell and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.tables[-1][-1][-1] += data

    def sums(self, head: str) -> int:
        """All of a column together."""
        ((table, column),) = [(each, each[0].index(head)) for each in self.tables if head in each[0]]
        return sum(int(row[column].replace(",", "")) for row in table[1:])


@pytest.fixture
async def application(open_application: Open) -> Application:
    """A site on which seven comments came in three hours, and a moderator decided three, one of them twice."""
    now = [BEGIN]
    application = await open_application(lambda: now[0])
    made = await (
        await application.ask("POST", "/v1/tokens", {"role": "moderator", "site": "default", "name": NAME})
    ).json()
    ids = []
    for number in range(7):
        now[0] = BEGIN + number * HOUR_MS // 2
        sent = COMMENT | {"body": f"{COMMENT['body']} {number}"}
        ids.append((await (await application.ask("POST", f"{SITE}/threads/t/comments", sent)).json())["comment_id"])
    now[0] += 20 * MINUTE_MS
    for comment_id, decision in ((ids[0], "approve"), (ids[1], "reject"), (ids[2], "spam"), (ids[0], "reject")):
        path = f"{SITE}/comments/{comment_id}/decisions"
        await application.ask("POST", path, {"decision": decision}, token=made["token"])
    now[0] += MINUTE_MS
    return application


async def opened(application: Application, role: str, query: str = "") -> str:
    browser = Browser(application)
    await browser.sign_in(await application.token(role))
    page = await browser.get(PAGE + query)
    assert page.status == 200
    return page.text


async def stats(application: Application, span: str) -> dict[str, Any]:
    found: dict[str, Any] = await (await application.ask("GET", f"{SITE}/stats?span={span}")).json()
    return found


@pytest.mark.parametrize("span", ["day", "week", "quarter"])
async def test_the_tables_tell_what_the_api_tells(application: Application, span: str) -> None:
    tables, told = Tables(await opened(application, "operator", f"?span={span}")), await stats(application, span)
    assert tables.sums("Came") == sum(told["arrivals"]["hold"]) == 7
    assert tables.sums("Decided") == sum(told["time_to_decision"]["count"]) == 3
    (deciders,) = [each for each in tables.tables if each[0][0] == "Who"]
    approved, rejected, spam = (sum(told["decided"][each]) for each in ("approve", "reject", "spam"))
    machine = [str(sum(told["arrivals"][each])) for each in ("publish", "reject")]
    assert deciders[1:] == [["machine", *machine], ["people", str(approved), str(rejected + spam)]]
    (members,) = [each for each in tables.tables if each[0][0] == "Member"]
    assert members[1:] == [[each["name"], str(sum(each["decided"]))] for each in told["by_member"]] == [[NAME, "4"]]
    (risks,) = [each for each in tables.tables if each[0][0] == "Risk"]
    assert [list(map(int, row[1:4])) for row in risks[1:]] == [
        [each["approve"], each["reject"], each["spam"]] for each in told["standing"]["by_risk"]
    ]
    assert (tables.sums("Approved"), tables.sums("Spam")) == (0, 1)
    (waiting,) = [each for each in tables.tables if "Waiting" in each[0]]
    assert int(waiting[-1][1]) == told["depth"][-1] == 4


async def test_the_sentence_stands_on_top(application: Application) -> None:
    page = await opened(application, "moderator")
    assert "<b>4 wait, the oldest for 111 minutes.</b> New in the last hour: 2; decided: 3." in page


async def test_moderators_see_no_names_and_nothing_of_the_whole_service(application: Application) -> None:
    page = await opened(application, "moderator")
    assert "Who decides?" in page
    for unseen in ("of the desk", "Will it hold?", "Store", "Prometheus"):
        assert unseen not in page
    for seen in ("of the desk&lt;/b&gt;", "Will it hold?", "Store", "Prometheus"):
        assert seen in await opened(application, "operator")


async def test_the_page_is_in_the_head_and_current(application: Application) -> None:
    page = await opened(application, "operator", "?span=week")
    assert re.search(rf'<a href="{PAGE}" aria-current="page">Numbers</a>', page)
    assert re.search(rf'href="{PAGE}\?span=week" aria-current="true">7 days<', page)


async def test_who_has_no_session_is_led_to_the_sign_in(application: Application) -> None:
    page = await Browser(application).get(PAGE)
    assert (page.status, page.location) == (303, f"/console/_/sign-in?next={PAGE}")


async def test_another_sites_numbers_are_not_shown(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other", "title": "Other"})
    browser = Browser(application)
    await browser.sign_in(await application.token("operator"))
    assert (await browser.get("/console/other/numbers")).status in {403, 404}


async def test_a_span_is_one_of_three(application: Application) -> None:
    browser = Browser(application)
    await browser.sign_in(await application.token("operator"))
    assert (await browser.get(f"{PAGE}?span=year")).status == 422
