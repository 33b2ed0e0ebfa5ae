"""What the demo's page costs: bounded in comments, bytes and work, whatever was written, however often it is read."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from service.api import submissions
from service.app import DESK, make_service
from service.domain.policy import Mode
from service.domain.replay import NO_REPLAY
from service.domain.site import Audience
from service.domain.thread import PublishedComment, ThreadChange
from service.html.thread import MAX_SHOWN, MAX_SHOWN_BYTES, Thread, fitting, nest
from service.html.words import MAX_CHARS, MAX_LINES, fold, words_of
from service.metrics import RequestMeasures
from service.pages import demo
from service.pages.article import ARTICLE
from service.pages.demo_page import make_fragment
from service.pages.fragment_cache import MAX_BYTES, MAX_FRAGMENTS, Fragment, FragmentCache
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.settings import read_settings
from service.texts.catalogue import ENGLISH
from service.use_cases import threads
from service.use_cases.submit import submit
from service.web.answer import Answer
from service.web.call import Call, ProcessContext
from service.web.own_address import OWN_PATH
from service.web.stream import Stream
from tests.pages.reader import FORM, THREAD, Reader
from tests.servers import RedisServer

Json = dict[str, Any]
MAX_PAGE_BYTES = MAX_SHOWN_BYTES + 32 * 1024
"""All comments of a page, and the article with its form."""
PREPARED = {
    "one letter a paragraph": "a\n\n" * 3333,
    "quotes": "\"'&<>" * 2000,
    "wide letters": "🌉" * 10_000,
    "lines": "x\n" * 5000,
    "one word": "w" * 10_000,
}


AT_MS = 1_795_377_600_000


def comment(number: int, body: str, parent: int | None = None, name: str = "Ada") -> PublishedComment:
    parent_id = None if parent is None else f"c{parent:015d}"
    return PublishedComment(
        f"c{number:015d}", parent_id, name, website=None, body=body, submitted_ms=AT_MS, published_ms=AT_MS
    )


def made(comments: list[PublishedComment]) -> Fragment:
    """The first page of a thread of these comments."""
    shown = fitting(comments)
    later = "x" if len(shown) < len(comments) else None
    thread = Thread(len(comments), nest(shown), "", later)
    return make_fragment("1.1", thread, {each.comment_id: "" for each in shown}, ENGLISH)


# Long comments


@pytest.mark.parametrize("text", ["short", "a\n" * 39 + "a", "word " * 399 + "word", ""])
def test_what_is_short_is_not_folded(text: str) -> None:
    assert fold(text) == (text, "")


@pytest.mark.parametrize("kind", PREPARED)
def test_what_is_long_is_folded_and_nothing_of_it_is_lost(kind: str) -> None:
    text = PREPARED[kind].strip()
    shown, rest = fold(text)
    assert 0 < len(shown) <= MAX_CHARS
    assert shown.count("\n") < MAX_LINES
    assert rest
    assert (shown + rest).replace("\n", "") == text.replace("\n", "")


def test_a_sentence_is_parted_between_words() -> None:
    shown, rest = fold("bridge " * 1000)
    assert shown.endswith("bridge")
    assert rest.startswith("bridge")


def test_a_sentence_that_goes_on_says_so() -> None:
    assert words_of("bridge " * 1000).shown.endswith("bridge …</p>\n")
    assert "…" not in words_of("bridge\n" * 1000).shown
    assert "…" not in words_of("bridge").shown


def test_the_rest_is_escaped_too() -> None:
    words = words_of("<b>\n" * 60)
    assert "<b>" not in words.shown + words.rest
    assert words.rest.count("&lt;b&gt;") == 60 - MAX_LINES


# A page


@pytest.mark.parametrize("kind", PREPARED)
def test_a_page_has_a_budget_of_bytes(kind: str) -> None:
    name = "\"'&<>" * 20
    comments = [comment(number, PREPARED[kind], name=name) for number in range(60)]
    fragment = made(comments)
    assert 1 <= fragment.html.count(b"<article") <= MAX_SHOWN
    assert len(fragment.html) <= MAX_PAGE_BYTES
    assert not fragment.is_whole


def test_one_comment_is_shown_in_any_case() -> None:
    huge = comment(1, "\"'&<>" * 60_000)
    assert [each.comment_id for each in fitting([huge, huge])] == [huge.comment_id]


def test_the_work_for_a_page_does_not_grow_with_its_thread() -> None:
    def seconds(comments: list[PublishedComment]) -> float:
        best = float("inf")
        for _ in range(5):
            began = time.process_time()
            made(comments)
            best = min(best, time.process_time() - began)
        return best

    for kind, body in PREPARED.items():
        page = [comment(number, body, parent=number - 1 if number else None) for number in range(51)]
        long = [comment(number, body, parent=number - 1 if number else None) for number in range(400)]
        assert seconds(long) <= 2 * seconds(page) + 0.002, kind


def test_prepared_comments_are_shown_page_by_page(reader: Reader) -> None:
    reader.api("PUT", THREAD, {"mode": "postmoderate"})
    before = len(list(pages(reader)))
    for number in range(30):
        reader.api("POST", f"{THREAD}/comments", FORM | {"body": f"{number}\n\n" + PREPARED["quotes"][:9000]})
    found = list(pages(reader))
    assert len(found) > before
    assert max(map(len, found)) <= MAX_PAGE_BYTES
    shown = "".join(found)
    assert all(f'<p dir="auto">{number}</p>' in shown for number in range(30))


def pages(reader: Reader) -> Iterator[str]:
    """The HTML of each page of the thread, by its links."""
    address = "/demo"
    while address:
        reply = reader.get(address)
        yield reply.text
        later = [link for link in reply.page.all("a") if link.words == "Later comments"]
        address = later[0].attributes["href"] if later else ""


# Made once


def ready(answer: Answer | Stream) -> Answer:
    assert isinstance(answer, Answer)
    return answer


class Visitor:
    """Asks the demo's handlers, in a service of this process."""

    def __init__(self, service: web.Application) -> None:
        counts = Counters()
        self._service = service
        self.desk = service[DESK]
        self._context = ProcessContext(RequestMeasures(counts), counts, Acceptor(), demo=Audience.ANYONE)

    async def get(self, query: str = "", method: str = "GET") -> Answer:
        return ready(await demo.read_demo.handler(self._call(method, f"/demo{query}")))

    async def post(self) -> Answer:
        """An empty form, which is refused."""
        return ready(await demo.submit_demo.handler(self._call("POST", "/demo")))

    def _call(self, method: str, path: str) -> Call:
        request: Any = make_mocked_request(method, path, {"Host": "localhost"}, app=self._service)
        return Call(self.desk, request, "0", None, None, {}, {}, self._context)

    async def publish(self, body: str) -> None:
        site = self.desk.registry.site("demo")
        call = self._call("POST", "/demo")
        call.body = submissions.submit.load_body(FORM | {"body": body}, is_form=True)
        submission = submissions.submission_of(call)._replace(client_ip="", is_stranger=False)
        await submit(self.desk, site, ARTICLE.thread, submission, replay=NO_REPLAY)


@pytest.fixture
async def visitor(redis_server: RedisServer, tmp_path: Any) -> AsyncIterator[Visitor]:
    environment = {"REDIS_URL": redis_server.url, "DATA_DIR": str(tmp_path)}
    service = make_service(read_settings({f"COMMENTDESK_{name}": value for name, value in environment.items()}))
    runner = web.AppRunner(service)
    await runner.setup()
    visitor = Visitor(service)
    wanted = ThreadChange(mode=Mode.POSTMODERATE)
    await threads.set_settings(visitor.desk, "demo", ARTICLE.thread, wanted, actor="root")
    yield visitor
    await runner.cleanup()


@pytest.fixture
def makings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The version of each fragment that was made."""
    versions: list[str] = []

    def noting(version: str, *rest: Any) -> Fragment:
        versions.append(version)
        return make_fragment(version, *rest)

    monkeypatch.setattr(demo, "make_fragment", noting)
    return versions


def text(answer: Answer) -> str:
    assert isinstance(answer.content, bytes)
    return answer.content.decode().replace(OWN_PATH, "")


async def test_a_page_is_made_once_for_each_version(visitor: Visitor, makings: list[str]) -> None:
    await visitor.publish("The first.")
    for query in ("", "?reply_to=0000000000000000", "?commentdesk=held", "?after=nonsense", "?after=MToy", ""):
        assert "The first." in text(await visitor.get(query))
    assert len(makings) == 1
    await visitor.publish("The second.")
    assert "The second." in text(await visitor.get())
    assert "The second." in text(await visitor.get())
    assert len(set(makings)) == len(makings) == 2


async def test_only_cursors_that_were_given_make_pages(visitor: Visitor, makings: list[str]) -> None:
    for number in range(MAX_SHOWN + 2):
        await visitor.publish(f"Number {number}.")
    first = text(await visitor.get())
    after = first.partition('href="/demo?after=')[2].partition("#")[0]
    second = text(await visitor.get(f"?after={after}"))
    assert "Number 51." in second
    assert "First comments" in second
    digest, _, cursor = after.partition(".")
    for made_up in (cursor, f".{cursor}", f"{digest[::-1]}.{cursor}", f"{digest}.MTo{cursor[3:]}", f"{digest}.", "ü.x"):
        assert "First comments" not in text(await visitor.get(f"?after={made_up}"))
    assert len(makings) == 2


async def test_head_makes_nothing(visitor: Visitor, makings: list[str]) -> None:
    await visitor.publish("Not asked for.")
    answer = await visitor.get(method="HEAD")
    assert (answer.status, answer.content, makings) == (200, None, [])


async def test_a_refusal_makes_no_page_and_shows_none_that_is_old(visitor: Visitor, makings: list[str]) -> None:
    await visitor.publish("There already.")
    refused = text(await visitor.post())
    assert "There already." not in refused
    assert 'href="/demo#comments"' in refused
    assert makings == []
    await visitor.get()
    assert "There already." in text(await visitor.post())
    await visitor.publish("Newer.")
    assert "There already." not in text(await visitor.post())
    assert len(makings) == 1


def test_head_tells_no_length_that_it_does_not_know(reader: Reader) -> None:
    reply = reader.request("HEAD", "/demo")
    assert (reply.status, reply.text) == (200, "")
    assert "Content-Length" not in reply.headers
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"


# The cache


def fragment_of(size: int) -> Fragment:
    return Fragment("1.1", b"x" * size, {}, is_whole=True, is_closed=False)


@pytest.mark.parametrize(("size", "count"), [(10, MAX_FRAGMENTS), (MAX_BYTES // 4, 3)])
def test_the_cache_is_bounded_in_entries_and_bytes(size: int, count: int) -> None:
    cache = FragmentCache()
    for number in range(3 * MAX_FRAGMENTS):
        cache.put(("thread", str(number), "en"), fragment_of(size))
        assert cache.get(("thread", "0", "en")) is not None or number >= count
    kept = [number for number in range(3 * MAX_FRAGMENTS) if cache.get(("thread", str(number), "en")) is not None]
    assert len(kept) == count


def test_the_cache_keeps_what_is_asked_for_and_one_of_each_place() -> None:
    cache = FragmentCache()
    for number in range(2 * MAX_FRAGMENTS):
        cache.put(("thread", "", "en"), fragment_of(MAX_BYTES // 2))
        cache.put(("thread", str(number), "en"), fragment_of(10))
        assert cache.get(("thread", "", "en")) is not None
