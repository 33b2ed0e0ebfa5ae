"""What pages read: threads in their orders, counts, and what a reader's or a proxy's copy of them is worth."""

import json
from collections.abc import Sequence
from urllib.parse import quote, urlencode

import pytest
from aiohttp import ClientResponse

from schemas.threads import ORDERS, CountsSchema, ThreadPageSchema
from service.desk import clock_ms
from tests.application.conftest import Application

SITE = "/v1/sites/default"
COUNTS = f"{SITE}/counts"


def comments(thread: str = "t") -> str:
    return f"{SITE}/threads/{quote(thread, safe='')}/comments"


def wait_for_the_next_millisecond() -> None:
    """Comments of one millisecond have no order."""
    now = clock_ms()
    while clock_ms() == now:
        pass


async def submit(application: Application, thread: str = "t", **more: object) -> str:
    body = {"name": "Ada", "email": "ada@mail.example", "body": f"A word of {more} on {thread}.", **more}
    answer = await application.ask("POST", comments(thread), body)
    assert answer.status in {201, 202}, await answer.text()
    wait_for_the_next_millisecond()
    return str((await answer.json())["comment_id"])


async def decide(application: Application, comment_id: str, decision: str) -> None:
    answer = await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": decision})
    assert answer.status == 200
    wait_for_the_next_millisecond()


async def publish(application: Application, thread: str = "t", **more: object) -> str:
    comment_id = await submit(application, thread, **more)
    await decide(application, comment_id, "approve")
    return comment_id


async def read(application: Application, **query: object) -> ClientResponse:
    return await application.ask("GET", f"{comments()}?{urlencode(query)}", token="")


async def ids(application: Application, **query: object) -> list[str]:
    page = await (await read(application, **query)).json()
    assert ThreadPageSchema().validate(page) == {}
    return [comment["comment_id"] for comment in page["comments"]]


async def refused(answer: ClientResponse, *fields: str) -> dict[str, list[str]]:
    document = await answer.json(content_type="application/problem+json")
    assert (answer.status, document["code"]) == (422, "invalid_fields")
    assert sorted(document["errors"]) == sorted(fields)
    errors: dict[str, list[str]] = document["errors"]
    return errors


# Orders


async def test_a_thread_reads_in_the_order_of_writing_however_it_was_moderated(application: Application) -> None:
    made = [await submit(application, body=f"Word {number}.") for number in range(4)]
    for number in (2, 0, 3, 1):
        await decide(application, made[number], "approve")
    assert await ids(application) == await ids(application, order="oldest") == made
    assert await ids(application, order="newest") == made[::-1]
    assert await ids(application, order="published") == [made[number] for number in (2, 0, 3, 1)]


async def test_a_parent_that_was_rejected_by_mistake_stands_before_its_reply_again(application: Application) -> None:
    parent = await publish(application)
    reply = await publish(application, parent_id=parent)
    before = await (await read(application)).json()
    await decide(application, parent, "reject")
    assert await ids(application) == [reply]
    await decide(application, parent, "approve")
    after = await (await read(application)).json()
    assert [each["comment_id"] for each in after["comments"]] == [parent, reply]
    assert after["comments"][0]["submitted_at"] == before["comments"][0]["submitted_at"]
    assert after["comments"][0]["published_at"] > before["comments"][0]["published_at"]
    assert await ids(application, order="published") == [reply, parent]


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_of_every_order_hold_each_comment_once_while_others_are_published(
    application: Application, order: str
) -> None:
    made = [await submit(application, body=f"Word {number}.") for number in range(7)]
    for comment_id in made[5:] + made[:5]:
        await decide(application, comment_id, "approve")
    whole: list[str] = await ids(application, order=order)
    cursor: str | None = ""
    seen: list[str] = []
    while cursor is not None:
        query = {"limit": 2, "order": order} | ({"cursor": cursor} if cursor else {})
        page = await (await read(application, **query)).json()
        seen += [comment["comment_id"] for comment in page["comments"]]
        cursor = page["next_cursor"]
        await publish(application, body=f"Between {len(seen)}.")
        assert len(seen) < 30
    assert [comment_id for comment_id in seen if comment_id in made] == whole
    assert len(set(seen)) == len(seen)


async def test_a_cursor_is_good_for_its_own_order_thread_and_site(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    for number in range(2):
        await publish(application, body=f"Word {number}.")
    for given in ORDERS:
        cursor = (await (await read(application, limit=1, order=given)).json())["next_cursor"]
        for order in ORDERS:
            answer = await read(application, limit=1, order=order, cursor=cursor)
            if order == given:
                assert answer.status == 200
            else:
                assert await refused(answer, "cursor") == {"cursor": [f"Given for order={given}."]}
        for path in (comments("another"), comments().replace("default", "other")):
            query = urlencode({"cursor": cursor, "order": given})
            await refused(await application.ask("GET", f"{path}?{query}", token=""), "cursor")


async def test_an_order_that_there_is_not_is_refused(application: Application) -> None:
    for order in ("", "Oldest", "riskiest", "oldest,newest"):
        await refused(await read(application, order=order), "order")


# What is told of a thread


async def test_a_page_says_whether_the_thread_is_closed(application: Application) -> None:
    assert (await (await read(application)).json())["closed"] is False
    for closed in (True, False):
        await application.ask("PUT", f"{SITE}/threads/t", {"closed": closed})
        assert (await (await read(application)).json())["closed"] is closed


@pytest.mark.parametrize("order", ORDERS)
async def test_a_thread_that_nobody_sees_anything_of_is_as_an_unknown_one(application: Application, order: str) -> None:
    """To the byte, and its tag too."""

    async def told() -> tuple[int, bytes, dict[str, str]]:
        answer = await read(application, order=order)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        for passing in ("date", "x-request-id"):
            headers.pop(passing)
        return answer.status, await answer.read(), headers

    status, body, headers = unknown = await told()
    assert (status, "etag" in headers, "public" in headers["cache-control"]) == (200, True, True)
    assert b'"count":0' in body
    held, rejected = await submit(application), await submit(application, body="Another one.")
    assert await told() == unknown
    await decide(application, rejected, "spam")
    assert await told() == unknown
    await decide(application, held, "approve")
    assert await told() != unknown


# Counts


async def count(application: Application, asked: Sequence[str]) -> dict[str, int]:
    """By POST; and by GET, where that has room, the same."""
    answer = await application.ask("POST", COUNTS, {"threads": asked}, token="")
    told = await answer.json()
    assert answer.status == 200, told
    assert CountsSchema().validate(told) == {}
    query = urlencode([("thread", each) for each in asked])
    if len(query) < 8000:
        assert await (await application.ask("GET", f"{COUNTS}?{query}", token="")).json() == told
    counts: dict[str, int] = told["counts"]
    return counts


async def test_counts_are_told_under_the_ids_as_they_were_asked_for(application: Application) -> None:
    await publish(application, "café")
    await submit(application, "held")
    asked = ["cafe\u0301", "café", " café ", "held", "unknown", "\u2126"]
    assert await count(application, asked) == {"cafe\u0301": 1, "café": 1, " café ": 1} | dict.fromkeys(asked[3:], 0)


@pytest.mark.parametrize("letter", ["a", "ж", "字"])
async def test_two_hundred_threads_of_the_longest_ids_are_counted(application: Application, letter: str) -> None:
    """Sent as JSON in ASCII, as many programs do."""
    asked = [f"{number:03}" + letter * 253 for number in range(200)]
    await publish(application, asked[7])
    assert await count(application, asked) == {each: int(each == asked[7]) for each in asked}


async def test_ids_of_emoji_are_counted_in_utf_8(application: Application) -> None:
    asked = [f"{number:03}" + "\U0001f389" * 253 for number in range(200)]
    body = json.dumps({"threads": asked}, ensure_ascii=False).encode()
    answer = await application.client.post(f"{SITE}/counts", data=body, headers={"Content-Type": "application/json"})
    assert (await answer.json())["counts"] == dict.fromkeys(asked, 0)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["threads"]),
        ({"threads": []}, ["threads"]),
        ({"threads": "t"}, ["threads"]),
        ({"threads": None}, ["threads"]),
        ({"threads": [str(number) for number in range(201)]}, ["threads"]),
        ({"threads": ["a", "", " ", 1, None, "\x00", "b" * 257]}, [f"threads.{at}" for at in range(1, 7)]),
        ({"threads": ["a"], "thread": "a"}, ["thread"]),
        ([], ["_body"]),
    ],
)
async def test_what_cannot_be_counted_is_named(application: Application, body: object, fields: list[str]) -> None:
    await refused(await application.ask("POST", COUNTS, body, token=""), *fields)


async def test_counts_of_an_unknown_site_and_too_large_a_body_are_refused(application: Application) -> None:
    assert (await application.ask("POST", "/v1/sites/none/counts", {"threads": ["a"]}, token="")).status == 404
    assert (await application.ask("POST", COUNTS, {"threads": ["x" * 700_000]}, token="")).status == 413


async def test_a_pages_script_counts_by_post_after_it_asked(application: Application) -> None:
    listed = {"allowed_origins": ["https://news.example"]}
    await application.ask("PATCH", SITE, listed)
    origin = {"Origin": "https://news.example"}
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = await application.client.options(COUNTS, headers=origin | asking)
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    answer = await application.client.post(COUNTS, json={"threads": ["a"]}, headers=origin)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, origin["Origin"])
    assert "Origin" in answer.headers["Vary"]


# Copies

PATHS = [comments(), f"{comments()}?order=newest", f"{COUNTS}?thread=t"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_copy_is_known_again_whatever_servers_on_its_way_did_to_its_tag(
    application: Application, path: str
) -> None:
    comment_id = await publish(application)
    tag = (await application.ask("GET", path, token="")).headers["ETag"]
    bare = tag.strip('"')
    known = [
        tag,
        f"W/{tag}",
        "*",
        " * ",
        *(f'"{bare}{mark}"' for mark in ("-gzip", "-br", "--gzip", ";gzip", ":zstd", "-deflate")),
        f'W/"{bare}-gzip"',
        f'"a,b", W/"c" ,{tag}',
        f'"{bare}x",\t"{bare}-gzip"',
    ]
    for given in known:
        for method in ("GET", "HEAD"):
            same = await application.client.request(method, path, headers={"If-None-Match": given})
            assert (same.status, await same.read()) == (304, b""), given
            assert same.headers["ETag"] == tag
            assert (
                same.headers["Cache-Control"] == (await application.ask("GET", path, token="")).headers["Cache-Control"]
            )
    for other in (
        "",
        bare,
        f'"{bare[:-1]}"',
        f'"x{bare}"',
        f'"{bare}-"',
        f'"{bare}-gzip-gzip"',
        f'"{bare}gzip"',
        "W/",
        '"*"',
    ):
        assert (await application.client.get(path, headers={"If-None-Match": other})).status == 200, other
    await decide(application, comment_id, "reject")
    assert (await application.client.get(path, headers={"If-None-Match": tag})).status == 200


async def test_a_tag_in_one_of_two_header_lines_is_known(application: Application) -> None:
    await publish(application)
    tag = (await application.ask("GET", comments(), token="")).headers["ETag"]
    lines = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert (await application.client.get(comments(), headers=lines)).status == 304


@pytest.mark.parametrize("path", PATHS)
async def test_shared_caches_keep_what_anyone_may_read_for_a_moment(application: Application, path: str) -> None:
    """And nothing that came for a token, and no refusal."""
    anyone = await application.ask("GET", path, token="")
    assert anyone.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert (await application.ask("GET", path)).headers["Cache-Control"] == "no-store"
    for wrong in ("?limit=0&x=1", "?thread="):
        answer = await application.ask("GET", path.partition("?")[0] + wrong, token="")
        assert (answer.status, answer.headers["Cache-Control"]) == (422, "no-store")


async def test_pages_of_another_website_get_an_answer_of_their_own(application: Application) -> None:
    """A shared cache keeps it apart."""
    await application.ask("PATCH", SITE, {"allowed_origins": ["https://news.example"]})
    for path in PATHS:
        for origin in ({}, {"Origin": "https://news.example"}, {"Origin": "https://evil.example"}):
            answer = await application.client.get(path, headers=origin)
            assert answer.headers["Vary"] == "Origin"
            assert ("Access-Control-Allow-Origin" in answer.headers) == ("news" in str(origin))


async def test_a_head_tells_how_long_the_page_is(application: Application) -> None:
    await publish(application)
    whole = await application.client.get(comments())
    head = await application.client.head(comments())
    assert head.headers["Content-Length"] == str(len(await whole.read()))
    assert head.headers["ETag"] == whole.headers["ETag"]
