"""What a website passes on about its reader and its article: it never costs the reader his comment, and is counted."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
THREAD = f"{SITE}/threads/t"
COMMENTS = f"{THREAD}/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {ADMIN}"}


async def mended(application: Application) -> dict[str, int]:
    """How often each field was, of those that were."""
    lines = (await (await application.ask("GET", "/metrics")).text()).splitlines()
    found = [line.split() for line in lines if line.startswith("commentdesk_side_data_mended_total{")]
    assert len(found) == 7, "each is there before it is counted"
    return {name.split('"')[1]: int(float(count)) for name, count in found if float(count)}


async def full(application: Application, comment_id: str) -> Any:
    return await (await application.ask("GET", f"{SITE}/comments/{comment_id}")).json()


@pytest.mark.parametrize(
    ("side_data", "fields"),
    [
        ({"client": {"user_agent": "u" * 1001}}, {"client.user_agent"}),
        ({"client": {"referrer": "https://news.example/?" + "u" * 2048}}, {"client.referrer"}),
        ({"client": {"ip": "203.0.113.5:4711"}}, {"client.ip"}),
        ({"client": {"ip": "[2001:db8::1]"}}, {"client.ip"}),
        ({"client": {"ip": "203.0.113.5, 10.0.0.1"}}, {"client.ip"}),
        ({"client": {"ip": None, "user_agent": None, "referrer": None}}, set()),
        (
            {"client": {"ip": 5, "user_agent": [], "referrer": {}}},
            {"client.ip", "client.user_agent", "client.referrer"},
        ),
        ({"client": {"ip": "192.0.2.1", "country": "de"}}, {"client"}),
        ({"client": "192.0.2.1"}, {"client"}),
        ({"client": []}, {"client"}),
        ({"article": "The harbour"}, {"article"}),
        ({"article": {"title": "t" * 301, "url": "the-harbour"}}, {"article.title", "article.url"}),
        ({"article": {"title": "a\x00b\u202e", "url": None, "author": "Ann"}}, {"article.title", "article"}),
        (
            {"article": {"title": "cut within \ud83d"}, "client": {"user_agent": "u" * 1001 + "\ud83d"}},
            {"client.user_agent"},
        ),
        ({"article": None, "client": None}, set()),
        ({"article": {}, "client": {}}, set()),
    ],
)
async def test_a_comment_is_taken_whatever_comes_with_it(
    application: Application, side_data: Any, fields: set[str]
) -> None:
    answer = await application.ask("POST", COMMENTS, COMMENT | side_data)
    assert answer.status == 202, await answer.text()
    assert await mended(application) == dict.fromkeys(fields, 1)


async def test_a_form_is_taken_whatever_comes_with_it(application: Application) -> None:
    odd = {"client": "x", "client[ip]": "?", "article[url]": "?", "article[title][x]": "?", "article.title": "t" * 400}
    sent = urlencode(COMMENT | odd)
    answer = await application.client.post(COMMENTS, data=sent, headers=FORM, allow_redirects=False)
    assert answer.status == 303
    assert await mended(application) == dict.fromkeys(("client", "article", "article.url", "article.title"), 1)


async def test_what_can_be_kept_is_kept(application: Application) -> None:
    client = {"user_agent": "Browser/1\x00" + "u" * 2000, "referrer": "https://news.example/\u200ba"}
    article = {"title": "The\nharbour", "url": "https://news.example/the harbour"}
    sent = COMMENT | {"client": client, "article": article}
    comment = await full(application, (await (await application.ask("POST", COMMENTS, sent)).json())["comment_id"])
    assert comment["client"] == {"user_agent": ("Browser/1" + "u" * 2000)[:1000], "referrer": "https://news.example/a"}
    thread = await (await application.ask("GET", THREAD)).json()
    assert (thread["title"], thread["url"]) == ("The harbour", "https://news.example/the%20harbour")


async def test_two_readers_behind_ports_are_two(application: Application) -> None:
    """And one of them is one, however his address is written."""
    bodies = [f"{number}. The river takes a little more." for number in range(4)]
    await application.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": 1, "reader_burst": 1})
    addresses = ("203.0.113.1:5678", "203.0.113.2:5678", "203.0.113.1", "[2001:db8::1]:443")
    sent = [COMMENT | {"body": body, "client": {"ip": ip}} for body, ip in zip(bodies, addresses, strict=True)]
    assert [(await application.ask("POST", COMMENTS, each)).status for each in sent] == [202, 202, 429, 202]


async def test_an_article_of_an_origin_that_is_not_listed_is_left_out_and_counted(application: Application) -> None:
    await application.ask("PATCH", SITE, {"allowed_origins": ["https://news.example"]})
    article = {"title": "The harbour", "url": "https://evil.example/"}
    assert (await application.ask("POST", COMMENTS, COMMENT | {"article": article})).status == 202
    thread = await (await application.ask("GET", THREAD)).json()
    assert (thread["title"], thread["url"]) == ("The harbour", "")
    assert await mended(application) == {"article.url": 1}


async def test_a_stranger_s_own_words_are_passed_over_and_not_counted(application: Application) -> None:
    await application.ask("PATCH", SITE, {"public_submission": True})
    odd = {"article": "x", "client": {"ip": "?", "user_agent": "u" * 2000}}
    answer = await application.ask("POST", COMMENTS, COMMENT | odd, token="")
    assert answer.status == 202
    assert await mended(application) == {}


async def test_the_newest_article_counts_and_its_page_is_another(application: Application) -> None:
    async def told(title: str, url: str) -> tuple[str, Any]:
        sent = COMMENT | {"body": f"About {title} at {url}.", "article": {"title": title, "url": url}}
        assert (await application.ask("POST", COMMENTS, sent)).status == 202
        page = await application.ask("GET", COMMENTS, token="")
        return page.headers["ETag"], (await page.json())["article"]

    first_tag, first = await told("The harbour", "https://news.example/harbour")
    assert await told("The harbour", "https://news.example/harbour") == (first_tag, first)
    second_tag, second = await told("The harbour, moved", "https://news.example/2026/harbour")
    assert second == {"title": "The harbour, moved", "url": "https://news.example/2026/harbour"}
    assert second_tag != first_tag
    await application.ask("PUT", THREAD, {"title": "As set", "url": "https://news.example/set"})
    _, third = await told("The harbour", "https://news.example/harbour")
    assert third == first, "also after it was set"
