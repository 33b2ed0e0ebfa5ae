"""Lists of a site's comments and search in them, over HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.application.conftest import Application
from tests.application.test_reads import SITE, decide, refused, submit

COMMENTS = f"{SITE}/comments"


@dataclass
class Clock:
    at: int

    def now(self) -> int:
        return self.at


async def page(application: Application, **query: object) -> dict[str, Any]:
    answer = await application.ask("GET", f"{COMMENTS}?{urlencode(query)}")
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def listed(application: Application, **query: object) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await page(application, **query, **({"cursor": cursor} if cursor else {}))
        found += [each["comment_id"] for each in answer["comments"]]
        cursor = answer["next_cursor"]
    return found


async def test_comments_are_listed_newest_first_page_by_page(application: Application) -> None:
    made = [await submit(application, thread=f"t{number % 3}", body=f"Comment {number}.") for number in range(7)]
    newest_first = made[::-1]
    assert await listed(application) == newest_first
    assert await listed(application, limit=3) == newest_first
    first = await page(application, limit=3)
    assert [each["comment_id"] for each in first["comments"]] == newest_first[:3]
    assert (await page(application, limit=7))["next_cursor"] is None
    assert await listed(application, thread="t1", limit=1) == [made[4], made[1]]
    assert await listed(application, thread="unheard-of") == []


async def test_a_decision_moves_a_comment_from_list_to_list(application: Application) -> None:
    made = [await submit(application, body=f"Comment {number}.") for number in range(4)]
    await decide(application, made[1], "spam")
    await decide(application, made[2], "approve")
    assert await listed(application, state="held") == [made[3], made[0]]
    assert await listed(application, state="spam") == [made[1]]
    assert await listed(application, state="published", verdict="hold") == [made[2]]
    assert await listed(application, state="published", verdict="reject") == []
    await application.ask("POST", f"{COMMENTS}/{made[1]}/undo", {})
    assert await listed(application, state="held") == [made[3], made[1], made[0]]


async def test_an_author_is_found_by_his_id(application: Application) -> None:
    made = [
        await submit(application, thread=f"t{number % 2}", email=f"{number % 2}@mail.example") for number in range(6)
    ]
    full = await (await application.ask("GET", f"{COMMENTS}/{made[1]}")).json()
    author_id = full["author"]["author_id"]
    assert await listed(application, author_id=author_id, limit=2) == made[5::-2]
    assert await listed(application, author_id=author_id, thread="t1") == made[5::-2]
    assert await listed(application, author_id=author_id, thread="t0") == []
    assert await listed(application, author_id="a000000000000") == []


async def test_times_are_those_of_submission(open_application: Callable[..., Awaitable[Application]]) -> None:
    clock = Clock(1_770_000_000_000)
    application = await open_application(clock.now)
    made = []
    for number in range(4):
        made.append(await submit(application, body=f"Comment {number}."))
        clock.at += 3_600_000
    assert await listed(application, since="2026-02-02T04:40:00+01:00") == made[:0:-1]
    assert await listed(application, until="2026-02-02T03:40:00Z") == [made[0]]
    assert await listed(application, since="2026-02-02T03:00:00Z", until="2026-02-02T04:40:01Z") == [made[2], made[1]]


async def test_a_reason_is_the_machines_or_that_of_the_decision(application: Application) -> None:
    made = [await submit(application, body=f"Comment {number}.") for number in range(2)]
    wanted = {"decision": "reject", "reason": "off_topic"}
    await application.ask("POST", f"{COMMENTS}/{made[0]}/decisions", wanted)
    assert await listed(application, reason="premoderated") == made[::-1]
    assert await listed(application, reason="off_topic") == [made[0]]
    await application.ask("POST", f"{COMMENTS}/{made[0]}/undo", {})
    assert await listed(application, reason="off_topic") == []


async def test_what_says_all_words_is_found(application: Application) -> None:
    bodies = ["The café by the river.", "A RIVER without coffee.", "Rivers and cafés."]
    made = [await submit(application, body=body) for body in bodies]
    assert await listed(application, q="river") == [made[1], made[0]]
    assert await listed(application, q="Cafe River") == [made[0]]
    assert await listed(application, q="river* cafe*") == [made[2], made[0]]
    assert await listed(application, q="ada", limit=1) == made[::-1]
    assert await listed(application, q="ada", state="spam") == []
    assert (await page(application, q="ada"))["scanned_until"] is None
    cut = await page(application, q="ada", limit=1)
    assert cut["scanned_until"] == cut["comments"][0]["submitted_at"]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "state=asleep",
            "verdict=x",
            "reason=Not%20a%20code",
            "author_id=Ann",
            "rule=",
            "thread=",
            "since=yesterday",
            "until=1",
        ),
        *("q=", "q=*", "q=a+b+c+d+e+f+g+h+i", f"q={201 * 'a'}", "limit=0", "cursor=x", "cursor=Y29tbWVudHM6eA=="),
    ],
)
async def test_a_filter_that_is_none_is_refused(application: Application, query: str) -> None:
    await refused(await application.ask("GET", f"{COMMENTS}?{query}"), query.partition("=")[0])
