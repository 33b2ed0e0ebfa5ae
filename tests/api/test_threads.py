"""What readers read: threads, page by page, and how many comments each has; and how a website sets a thread."""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from schemas.threads import CountsSchema, ThreadPageSchema, ThreadSchema
from tests.api.client import Json, Site, submission
from tests.servers import ServiceProcess


def pages(site: Site, limit: int, thread: str = "t1") -> list[Json]:
    """Every page of a thread, in order."""
    found: list[Json] = []
    cursor: str | None = ""
    while cursor is not None:
        query = urlencode({"limit": limit} | ({"cursor": cursor} if cursor else {}))
        found.append(site.anyone.get(f"{site.comments(thread)}?{query}").fits(ThreadPageSchema))
        cursor = found[-1]["next_cursor"]
        assert len(found) < 100
    return found


def ids(*of_pages: Json) -> list[str]:
    return [comment["comment_id"] for page in of_pages for comment in page["comments"]]


class TestReading:
    def test_only_what_is_published_is_shown_in_the_order_of_its_writing(self, site: Site) -> None:
        first, second, third, rejected, spam, held = (site.submit() for _ in range(6))
        for comment_id in (third, first, second):
            site.decide(comment_id, "approve")
        site.decide(rejected, "reject")
        site.decide(spam, "spam")
        page = site.anyone.get(site.comments()).fits(ThreadPageSchema)
        assert ids(page) == [first, second, third]
        assert ids(site.read(order="newest")) == [third, second, first]
        assert ids(site.read(order="published")) == [third, first, second]
        assert (page["thread"], page["count"], page["next_cursor"]) == ("t1", 3, None)
        assert held not in str(page)

    def test_a_comment_shows_what_anyone_may_see(self, site: Site) -> None:
        comment_id = site.publish(name="Ann", body="Well said.", website="https://ann.example")
        (comment,) = site.read()["comments"]
        times = [comment.pop(name) for name in ("submitted_at", "published_at")]
        assert comment == {
            "comment_id": comment_id,
            "parent_id": None,
            "name": "Ann",
            "website": "https://ann.example",
            "body": "Well said.",
        }
        full = site.read_full(comment_id)
        assert times == [full["submitted_at"], full["published_at"]]

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 200])
    def test_pages_hold_every_comment_once_in_order(self, site: Site, limit: int) -> None:
        made = [site.publish() for _ in range(7)]
        found = pages(site, limit)
        assert ids(*found) == made
        assert all(page["count"] == 7 for page in found)
        assert len(found) == -(-7 // limit)

    def test_what_is_published_while_a_reader_pages_is_neither_lost_nor_repeated(self, site: Site) -> None:
        made = [site.publish() for _ in range(4)]
        first = site.read(limit=2)
        site.undo(made[0])
        site.undo(made[1])
        late = site.publish()
        second = site.read(limit=2, cursor=first["next_cursor"])
        third = site.read(limit=2, cursor=second["next_cursor"])
        assert (ids(first), ids(second), ids(third)) == (made[:2], made[2:], [late])

    def test_comments_published_in_the_same_millisecond_are_paged_too(self, site: Site) -> None:
        site.set_policy(mode="postmoderate")
        threads = [Thread(target=lambda: [site.submit() for _ in range(5)]) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        whole = ids(site.read())
        assert len(set(whole)) == 30
        assert ids(*pages(site, 1)) == ids(*pages(site, 7)) == whole

    @pytest.mark.parametrize(
        "cursor", ["x", "=", "!!!!", "MTIz", "Og==", "bmFuOmFiYw==", "LTE6YWJj", "MV8wOmFiYw==", "\u00e9"]
    )
    def test_a_cursor_that_was_never_given_is_refused(self, site: Site, cursor: str) -> None:
        site.publish()
        path = f"{site.comments()}?cursor={quote(cursor)}"
        site.anyone.get(path).refuses(422, "invalid_fields", "cursor")

    def test_nor_is_one_of_another_thread_or_changed_in_a_letter(self, site: Site) -> None:
        for thread in ("t1", "t2"):
            for _ in range(2):
                site.publish(thread)
        cursor = site.read(limit=1)["next_cursor"]
        assert site.anyone.get(f"{site.comments()}?limit=1&cursor={quote(cursor)}").status == 200
        path = f"{site.comments('t2')}?cursor={quote(cursor)}"
        site.anyone.get(path).refuses(422, "invalid_fields", "cursor")
        position = base64.b64decode(cursor, altchars=b"-_").decode()
        order, score, comment_id, mark = position.split(":")
        others = [
            f"{order}:{int(score) + 1}:{comment_id}:{mark}",
            f"newest:{score}:{comment_id}:{mark}",
            f"{order}:{score}:{comment_id}",
            *(f"{position} ", f"{position}:"),
        ]
        encoded = [base64.urlsafe_b64encode(other.encode()).decode() for other in others]
        for other in (*encoded, cursor + "=", cursor[:-1]):
            path = f"{site.comments()}?cursor={quote(other)}"
            site.anyone.get(path).refuses(422, "invalid_fields", "cursor")

    def test_invented_cursors_take_no_memory(self, site: Site, service: ServiceProcess) -> None:
        """Twelve thousand of them, sent in a row."""
        site.publish()

        def memory_bytes() -> int:
            return int(Path(f"/proc/{service.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

        def ask(numbers: range) -> set[int]:
            cursors = (base64.urlsafe_b64encode(f"{9_000_000_000 + each}:{'a' * 370}".encode()) for each in numbers)
            start = f"GET {site.comments()}?cursor=".encode()
            sent = [start + quote(each).encode() + b" HTTP/1.1\r\nHost: h\r\n\r\n" for each in cursors]
            sent.append(b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            return {reply.status for reply in site.anyone.send_bytes(b"".join(sent))}

        for start in range(0, 1_000, 100):
            ask(range(start, start + 100))
        before = memory_bytes()
        for start in range(0, 12_000, 100):
            assert ask(range(start, start + 100)) == {200, 422}
        assert memory_bytes() - before < 4 * 1024 * 1024

    @pytest.mark.parametrize("limit", ["0", "-1", "201", "ten", "1.5", "", "9" * 5000, "NaN"])
    def test_a_limit_out_of_range_is_refused(self, site: Site, limit: str) -> None:
        site.publish()
        site.anyone.get(f"{site.comments()}?limit={limit}").refuses(422, "invalid_fields", "limit")

    def test_an_unknown_thread_is_empty_and_an_unknown_site_not_found(self, site: Site) -> None:
        site.publish()
        assert site.read("t2")["comments"] == []
        site.anyone.get("/v1/sites/no-such-site/threads/t1/comments").refuses(404, "site_not_found")

    def test_a_thread_of_held_comments_is_empty(self, site: Site) -> None:
        site.submit()
        page = site.read()
        assert (page["comments"], page["count"]) == ([], 0)


class TestVersions:
    def test_a_reader_who_has_it_gets_304_until_it_changes(self, site: Site) -> None:
        made = site.publish()
        tag = site.anyone.get(site.comments()).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}'):
            same = site.anyone.get(site.comments(), If_None_Match=known)
            assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
        site.undo(made)
        changed = site.anyone.get(site.comments(), If_None_Match=tag)
        assert (changed.status, changed.json["comments"]) == (200, [])
        assert changed.headers["etag"] != tag

    @pytest.mark.parametrize("act", ["approve", "reject", "undo", "title", "url", "article"])
    def test_whatever_changes_the_page_changes_its_version(self, site: Site, act: str) -> None:
        held, published = site.submit(), site.publish()
        before = site.anyone.get(site.comments())
        if act == "undo":
            site.undo(published)
        elif act == "title":
            site.website.put(site.thread(), {"title": "Another title"})
        elif act == "url":
            site.website.put(site.thread(), {"url": "https://news.example/moved"})
        elif act == "article":
            site.submit(article={"title": "The harbour", "url": "https://news.example/harbour"})
        else:
            site.decide(held if act == "approve" else published, act)
        after = site.anyone.get(site.comments(), If_None_Match=before.headers["etag"])
        assert after.status == 200
        assert after.json != before.json

    def test_a_held_comment_leaves_the_version_as_it_is(self, site: Site) -> None:
        site.publish()
        tag = site.anyone.get(site.comments()).headers["etag"]
        site.decide(site.submit(), "reject")
        assert site.anyone.get(site.comments(), If_None_Match=tag).status == 304

    def test_another_page_is_another_version(self, site: Site) -> None:
        for _ in range(3):
            site.publish()
        first = site.anyone.get(site.comments() + "?limit=1")
        path = f"{site.comments()}?limit=1&cursor={quote(first.json['next_cursor'])}"
        assert site.anyone.get(path, If_None_Match=first.headers["etag"]).status == 200

    @pytest.mark.parametrize("known", ["x", '""', '"."', '"1.2.3.4"', ",,,", '"\xff"', "W/", '"' + "9" * 4000 + '"'])
    def test_a_version_that_was_never_given_gets_the_page(self, site: Site, known: str) -> None:
        site.publish()
        assert site.anyone.get(site.comments(), If_None_Match=known).status == 200

    def test_a_version_in_bytes_that_are_no_text_gets_the_page(self, site: Site) -> None:
        site.publish()
        page_tag = site.anyone.get(site.comments()).headers["etag"].strip('"').rpartition(".")[2]
        head = f"GET {site.comments()} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nIf-None-Match: ".encode()
        (reply,) = site.anyone.send_bytes(head + b'"\xff\xfe.' + page_tag.encode() + b'"\r\n\r\n')
        assert reply.status == 200


class TestCounts:
    def test_published_comments_are_counted_by_thread(self, site: Site) -> None:
        site.publish("a")
        site.publish("a")
        site.publish("b/c \U0001f389")
        site.submit("a")
        query = urlencode([("thread", "a"), ("thread", "b/c \U0001f389"), ("thread", "unknown"), ("thread", "a")])
        reply = site.anyone.get(f"{site.path}/counts?{query}")
        assert reply.fits(CountsSchema) == {"counts": {"a": 2, "b/c \U0001f389": 1, "unknown": 0}}

    def test_up_to_200_threads_at_once(self, site: Site) -> None:
        threads = [("thread", str(number)) for number in range(201)]
        counts = site.anyone.get(f"{site.path}/counts?{urlencode(threads[:200])}").fits(CountsSchema)["counts"]
        assert counts == {str(number): 0 for number in range(200)}
        site.anyone.get(f"{site.path}/counts?{urlencode(threads)}").refuses(422, "invalid_fields", "thread")

    def test_a_thread_must_be_named(self, site: Site) -> None:
        site.anyone.get(site.path + "/counts").refuses(422, "invalid_fields", "thread")
        document = site.anyone.get(site.path + "/counts?thread=&thread=a&thread=%00").problem()
        assert (document["status"], list(document["errors"])) == (422, ["thread.0", "thread.2"])

    def test_an_unknown_site_is_not_found(self, site: Site) -> None:
        site.anyone.get("/v1/sites/no-such-site/counts?thread=a").refuses(404, "site_not_found")


class TestSettings:
    def test_a_thread_is_made_by_setting_it(self, site: Site) -> None:
        site.website.get(site.thread()).refuses(404, "thread_not_found")
        wanted = {"title": "The harbour", "url": "https://news.example/h", "closed": True, "mode": "auto"}
        made = site.operator.put(site.thread(), wanted).fits(ThreadSchema)
        counts = {"held": 0, "published": 0, "rejected": 0, "spam": 0}
        assert made == wanted | {"thread": "t1", "closes_at": None, "counts": counts}
        assert site.moderator.get(site.thread()).fits(ThreadSchema) == made

    def test_what_is_left_out_keeps_its_value(self, site: Site) -> None:
        site.operator.put(site.thread(), {"title": "One", "url": "https://news.example/1", "mode": "auto"})
        site.moderator.put(site.thread(), {"closed": True})
        changed = site.moderator.put(site.thread(), {"mode": None, "url": ""}).fits(ThreadSchema)
        kept = {name: changed[name] for name in ("title", "url", "closed", "mode")}
        assert kept == {"title": "One", "url": "", "closed": True, "mode": None}
        assert site.website.put(site.thread(), {}).json == changed

    @pytest.mark.parametrize("mode", ["postmoderate", "premoderate", None])
    def test_a_website_sets_no_mode(self, site: Site, mode: str | None) -> None:
        """Its token lies where its pages are made: whoever finds it there must not publish."""
        site.moderator.put(site.thread(), {"mode": "auto", "title": "One"})
        refused = site.website.put(site.thread(), {"mode": mode, "title": "Two"})
        refused.refuses(403, "forbidden", "mode")
        kept = site.website.get(site.thread()).json
        assert (kept["mode"], kept["title"]) == ("auto", "One")
        for role in (site.moderator, site.operator, site.admin):
            assert role.put(site.thread(), {"mode": mode}).fits(ThreadSchema)["mode"] == mode

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/",
            "http://news.example/1",
            "https://news.example.evil.example/1",
            "https://news.example:8443/1",
            "https://evil.example/https://news.example",
            "https://evil.example#https://news.example",
        ],
    )
    def test_an_article_is_on_one_of_the_sites_origins(self, new_site: Callable[..., Site], url: str) -> None:
        site = new_site(allowed_origins=["https://news.example", "https://m.news.example"])
        for role in (site.website, site.moderator, site.operator, site.admin):
            role.put(site.thread(), {"url": url}).refuses(422, "invalid_fields", "url")
        site.website.post(site.comments(), submission(article={"title": "The harbour", "url": url}))
        assert site.website.get(site.thread()).json["url"] == ""

    @pytest.mark.parametrize("url", ["https://news.example/1", "HTTPS://News.Example:443/?a=1#b", ""])
    def test_an_address_of_the_sites_own_is_taken(self, new_site: Callable[..., Site], url: str) -> None:
        site = new_site(allowed_origins=["https://news.example"])
        assert site.website.put(site.thread(), {"url": url}).fits(ThreadSchema)["url"] == url
        site.website.post(site.comments("t2"), submission(article={"title": "The harbour", "url": url}))
        assert site.website.get(site.thread("t2")).json["url"] == url

    def test_counts_are_by_state(self, site: Site) -> None:
        site.publish()
        site.decide(site.submit(), "reject")
        for _ in range(2):
            site.decide(site.submit(), "spam")
        for _ in range(3):
            site.submit()
        counts = {"held": 3, "published": 1, "rejected": 1, "spam": 2}
        assert site.website.get(site.thread()).json["counts"] == counts

    def test_a_comment_may_name_the_article_and_rename_it(self, site: Site) -> None:
        site.submit(article={"title": "First", "url": "https://news.example/1"})
        site.submit(article={"title": "Second", "url": "https://news.example/2"})
        settings = site.website.get(site.thread()).json
        assert (settings["title"], settings["url"]) == ("Second", "https://news.example/2")

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"title": "t" * 301}, ["title"]),
            ({"title": None}, ["title"]),
            ({"title": "\u200b\n\x00"}, ["title"]),
            ({"url": "javascript:alert(1)"}, ["url"]),
            ({"url": None}, ["url"]),
            ({"closed": "true"}, ["closed"]),
            ({"closed": 1}, ["closed"]),
            ({"closed": None}, ["closed"]),
            ({"mode": "sometimes"}, ["mode"]),
            ({"mode": ["auto"]}, ["mode"]),
            ({"version": 7, "created_ms": 0}, ["created_ms", "version"]),
            ({"closed": 0, "mode": 0, "url": 0, "title": 0}, ["closed", "mode", "title", "url"]),
            ([], ["_body"]),
        ],
    )
    def test_a_wrong_field_is_named_and_nothing_changes(self, site: Site, wrong: Any, named: list[str]) -> None:
        before = site.website.put(site.thread(), {"title": "As it was"}).json
        site.website.put(site.thread(), wrong).refuses(422, "invalid_fields", *named)
        assert site.website.get(site.thread()).json == before

    def test_a_closed_thread_takes_no_more(self, site: Site) -> None:
        held = site.submit()
        site.website.put(site.thread(), {"closed": True})
        site.website.post(site.comments(), submission()).refuses(409, "thread_closed")
        site.decide(held, "approve")
        assert ids(site.read()) == [held]
        site.website.put(site.thread(), {"closed": False})
        site.submit()


THREADS = {
    "a": "a",
    "a%2Fb": "a/b",
    "a%2fb": "a/b",
    "a%252Fb": "a%2Fb",
    "%2E%2E": "..",
    "..%2F..%2Fmetrics": "../../metrics",
    "a+b": "a+b",
    "a%20b": "a b",
    "a%3Fb%23c": "a?b#c",
    "%7Ba%7D": "{a}",
    "%7Bsite%7D": "{site}",
    "{a}": "{a}",
    "a:b;c=d,e@f!$&'()*": "a:b;c=d,e@f!$&'()*",
    "caf%C3%A9": "caf\u00e9",
    "cafe%CC%81": "caf\u00e9",
    "%F0%9F%8E%89": "\U0001f389",
    "%20a%20": "a",
    "x" * 256: "x" * 256,
    "%F0%9F%8E%89" * 256: "\U0001f389" * 256,
    "-": "-",
    "%E2%80%AEabc": "\u202eabc",
    "cd%3A%7Bdefault%7D%3Aqueue": "cd:{default}:queue",
}


@pytest.mark.parametrize("encoded", THREADS)
def test_a_thread_id_may_be_any_text(site: Site, encoded: str) -> None:
    thread = THREADS[encoded]
    path = f"{site.path}/threads/{encoded}"
    assert site.website.put(path, {"title": "T"}).fits(ThreadSchema)["thread"] == thread
    comment_id = site.publish(thread)
    assert ids(site.anyone.get(path + "/comments").fits(ThreadPageSchema)) == [comment_id]
    assert site.read_full(comment_id)["thread"] == thread
    assert site.anyone.get(f"{site.path}/counts?{urlencode({'thread': thread})}").json == {"counts": {thread: 1}}
    held = site.submit(thread)
    assert [comment["comment_id"] for comment in site.queue(thread=thread)["comments"]] == [held]


@pytest.mark.parametrize(
    "encoded", ["%00", "a%00b", "a%0Ab", "a%0D%0Ab", "%09x%09y", "%7F", "%C2%85", "%20", "x" * 257, "%C3%A9" * 257]
)
@pytest.mark.parametrize("rest", ["", "/comments"])
def test_a_thread_id_that_is_no_line_of_text_is_refused(site: Site, encoded: str, rest: str) -> None:
    site.website.get(f"{site.path}/threads/{encoded}{rest}").refuses(422, "invalid_fields", "thread")


@pytest.mark.parametrize("encoded", ["%FF", "%C3", "%ED%A0%80", "%F8%88%80%80%80", "%", "%zz", "%1", "%C0%AF"])
def test_a_thread_id_that_is_not_utf8_is_no_thread_of_another_name(site: Site, encoded: str) -> None:
    reply = site.website.get(f"{site.path}/threads/{encoded}")
    assert reply.status in {404, 422}
    reply.problem()
