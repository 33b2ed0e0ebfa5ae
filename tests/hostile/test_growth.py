"""What a stranger can send costs time that grows as its length does, and little of it at the longest that is taken.

CPU time of the real functions, best of five: of a quarter of the longest input and of the longest.
"""

import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.submissions import MAX_BODY_CHARS
from service.api.receipts import MAX_QUESTION_BYTES
from service.api.threads import COUNTS_BODY_BYTES
from service.web.body import MAX_BODY_BYTES, MAX_BULK_BYTES, MAX_FORM_BYTES
from tests.hostile import entrance
from tests.hostile.entrance import MAX_HEADER_BYTES, Entrance

MOST_RATIO = 6
"""Four for linear work; more is a square, which is 16, or noise."""
NOISE_SECONDS = 0.001
MOST_SECONDS = 0.010
TRIES = 5
JSON_BYTES = MAX_BODY_BYTES - 200
"""Room for the rest of a submission."""


class Kind(NamedTuple):
    """Where an input goes in, and how long it may be, in bytes."""

    enter: Entrance
    most_bytes: int
    units: tuple[str, ...]
    before: str = ""
    after: str = ""

    def text(self, unit: str, size: int) -> str:
        """The unit again and again, up to a size in bytes, with what stands before and after it; of items with a
        comma behind them none is cut."""
        room = max(0, size - len(f"{self.before}{self.after}".encode()))
        raw = unit.encode()
        repeated = (raw * (room // len(raw) + 1))[:room]
        if unit.endswith(","):
            repeated = raw * (room // len(raw)) or repeated[: repeated.rfind(b",") + 1]
        return self.before + repeated.decode("utf-8", "ignore") + self.after


TEXTS = (
    "\u0315\u0334",
    "\u0334\u0315",
    "\u0315" * 30 + "a",
    "e\u0301",
    "\u0f73",
    "\u0344\u0315",
    "\U0001d165\U0001d16e",
    "\u1100\u1161\u11a8",
    "\ufdfa",
    "\U0001f389",
    "\u2764\ufe0f",
    "\U0001f468\u200d\U0001f469\u200d",
    "\U0001f3f4\U000e0067\U000e0062",
    "\u0645\u200c",
    "\u0647\u200d",
    "\u3164",
    "\u034f\u0301",
    "\u202e",
    "\u2028",
    "\uf8ff",
    "\U0010ffff",
    "\u00a0",
    " a",
    "\r\n",
    "\n",
    "\t",
    "\x00",
    "\x00a",
    "\r",
    "\ra",
    "\x85\x0b",
    "\u2029a",
    "\uffff",
    "\U0001ffffa",
    "\u200ba",
    "a\ufe0f\u200d\U0001f389",
    "a",
    "\u00e9",
    "\u4e2d",
)
ADDRESSES = (
    "a.",
    "\u0315\u0334",
    "%41",
    "/..",
    "?a=b&",
    "[",
    "]",
    ":",
    "9",
    "@",
    "#",
    "\u2100",
    "a\u0301",
    "\\",
    "\u3002",
)
FORMS = (
    "&",
    "=",
    "+",
    "%",
    "%4",
    "%41",
    "%zz",
    "%41\u00e9",
    "%F0%9F%8E%89",
    "a=1&",
    "a[b]=1&",
    "a[b.c]=1&",
    "[",
    ".",
    "]=&",
)
PARTS = (
    "--b\r\n\r\n",
    "--b\r\n",
    "\r\n--b",
    "\n--b",
    "--b",
    "\r\n--bx",
    "-",
    "\r",
    "\n",
    "\r\n",
    " ",
    "--b \t",
    "a: b\r\n",
    '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nx\r\n',
    "--b\r\nContent-Disposition: form-data" + "; a=b" * 190 + "\r\n\r\nx\r\n",
    '--b\r\nContent-Disposition: form-data; name="' + '\\"' * 480 + '"\r\n\r\nx\r\n',
    '--b\r\nContent-Disposition: form-data; name="a"\r\n' + "X: y\r\n" * 7 + "\r\nx\r\n",
    '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n',
    "--b\r\nContent-Disposition: form-data; name*0=a\r\n\r\nx\r\n",
    "--b\r\nContent-Disposition: form-data; name*=utf-8''" + "%41" * 300 + "\r\n\r\nx\r\n",
    "\u0315\u0334",
)
PARAMETERS = (
    ";a=b",
    ";a ",
    ";a =b ",
    "; ",
    ";",
    ';a="',
    ';a="b"',
    ";a*0=b",
    " ",
    "\t;",
    "=",
    ";a",
    '\\"',
    "(",
    "\u00e9",
    "/",
    ";charset=utf-8",
)
HOPS = ("1.2.3.4,", "[::1]:80,", ",", "for=", '"', "1.", ":")
JSONS = ("[", '{"a":', "1,", '"', "\\u0315", "\\ud83d", "\\\\", "9", "-", "1e9", "\\", "null,", " ", "\u0315")
NUMBERS = tuple(f'"name {number}":{number},' for number in range(5000))

KINDS = {
    "a body": Kind(entrance.json_field("body"), JSON_BYTES, TEXTS),
    "a body that begins with a letter": Kind(entrance.json_field("body"), JSON_BYTES, TEXTS, "a", "a"),
    "a name": Kind(entrance.json_field("name"), JSON_BYTES, TEXTS),
    "a name of nearly the right length": Kind(entrance.json_field("name"), 400, TEXTS, "a", "a"),
    "an email": Kind(entrance.json_field("email"), JSON_BYTES, (*TEXTS, "a@", "@")),
    "an email of nearly the right length": Kind(entrance.json_field("email"), 1000, (*TEXTS, "a@", "@"), "a", "@a"),
    "a website": Kind(entrance.json_field("website"), JSON_BYTES, ADDRESSES, "http://a"),
    "a website of nearly the right length": Kind(entrance.json_field("website"), 8192, (*ADDRESSES, *TEXTS), "http://"),
    "a website without a scheme": Kind(
        entrance.json_field("website"), JSON_BYTES, (*ADDRESSES, *TEXTS, "a.b", ". ", "://", "http:")
    ),
    "a website without a scheme of nearly the right length": Kind(
        entrance.json_field("website"), 2048, (*ADDRESSES, *TEXTS, "a.b", ". ", "://", "http:"), "a.b"
    ),
    "a client": Kind(entrance.json_field("client"), JSON_BYTES, TEXTS),
    "a user agent": Kind(entrance.json_field_within("client", "user_agent"), JSON_BYTES, TEXTS),
    "a user agent of nearly the right length": Kind(entrance.json_field_within("client", "user_agent"), 4000, TEXTS),
    "an address of a client": Kind(
        entrance.json_field_within("client", "ip"),
        JSON_BYTES,
        (*TEXTS, "1.2.3.4,", "[::1]:80,", ",", "for=", '"', "1.", ":"),
    ),
    "an article's address": Kind(
        entrance.json_field_within("article", "url"), JSON_BYTES, (*ADDRESSES, *TEXTS), "http://a.b/"
    ),
    "an article's address of nearly the right length": Kind(
        entrance.json_field_within("article", "url"), 2048, (*ADDRESSES, *TEXTS, "<", " "), "http://a.b/"
    ),
    "a client of unknown names": Kind(entrance.json, MAX_BODY_BYTES, ("".join(NUMBERS),), '{"client":{', '"a":1}}'),
    "a port": Kind(entrance.json_field("website"), 2048, ("9", "0"), "http://a:"),
    "a parent": Kind(entrance.json_field("parent_id"), JSON_BYTES, ("a", "0", "\u0315")),
    "a receipt": Kind(entrance.receipt, MAX_QUESTION_BYTES, (*TEXTS, "A", "=", "-", "_", "!")),
    "a wish for a receipt": Kind(entrance.form_field("receipt"), MAX_FORM_BYTES, ("on", " ", "\u0130", "1")),
    "a form": Kind(entrance.urlencoded, MAX_FORM_BYTES, FORMS),
    "a form's body": Kind(entrance.urlencoded, MAX_FORM_BYTES, (*FORMS, *TEXTS), "name=Ann&email=a@b&body="),
    "a form of parts": Kind(entrance.multipart, MAX_FORM_BYTES, PARTS),
    "a form of parts that ends": Kind(entrance.multipart, MAX_FORM_BYTES, PARTS, "", "\r\n--b--\r\n"),
    "a part": Kind(entrance.part, MAX_FORM_BYTES - 200, (*PARTS, *TEXTS)),
    "a media type": Kind(entrance.content_type("application/x-www-form-urlencoded"), MAX_HEADER_BYTES, PARAMETERS),
    "a media type of parts": Kind(
        entrance.content_type("multipart/form-data; boundary="), MAX_HEADER_BYTES, PARAMETERS
    ),
    "a media type that ends badly": Kind(
        entrance.content_type("application/json"), 200 - len("application/json"), PARAMETERS, "", "\x00"
    ),
    "no media type": Kind(entrance.content_type(""), MAX_HEADER_BYTES, PARAMETERS),
    "JSON": Kind(entrance.json, MAX_BODY_BYTES, JSONS),
    "JSON of unknown names": Kind(entrance.json, MAX_BODY_BYTES, ("".join(NUMBERS),), "{", '"a":1}'),
    "JSON of an article of unknown names": Kind(
        entrance.json, MAX_BODY_BYTES, ("".join(NUMBERS),), '{"article":{', '"a":1}}'
    ),
    "JSON of one name": Kind(entrance.json, MAX_BODY_BYTES, ('"name":1,',), "{", '"a":1}'),
    "origins": Kind(
        entrance.list_of(entrance.NEW_SITE, "allowed_origins"), MAX_BODY_BYTES, ('"a",', '"http://a",', "1,")
    ),
    "an origin's own": Kind(
        entrance.list_of(entrance.NEW_SITE, "allowed_origins"), 4000, ADDRESSES[:3], '"http://', '"'
    ),
    "decisions": Kind(
        entrance.decisions, MAX_BULK_BYTES, ("1,", "{},", '{"decision":"approve","comment_id":"0123456789abcdef"},')
    ),
    "a reason": Kind(entrance.schema(entrance.DECISION, "reason"), JSON_BYTES, TEXTS),
    "a note": Kind(entrance.schema(entrance.DECISION, "note"), JSON_BYTES, TEXTS),
    "a token's name": Kind(entrance.schema(entrance.NEW_TOKEN, "name"), JSON_BYTES, TEXTS),
    "a token's end": Kind(
        entrance.schema(entrance.NEW_TOKEN, "expires_at"), JSON_BYTES, ("0", "2026-01-01T", ":", "Z")
    ),
    "a site's name": Kind(entrance.schema(entrance.NEW_SITE, "site"), JSON_BYTES, ("a", "-", "\u0315")),
    "a thread's title": Kind(entrance.schema(entrance.THREAD, "title"), JSON_BYTES, TEXTS),
    "a thread's id": Kind(entrance.thread, MAX_HEADER_BYTES, TEXTS),
    "a thread's id of nearly the right length": Kind(entrance.thread, 1000, TEXTS, "a", "a"),
    "threads to be counted": Kind(
        entrance.counts, MAX_HEADER_BYTES, ("thread=a&", "thread=%CC%95%CC%B4&", "thread", "&")
    ),
    "a thread to be counted": Kind(entrance.counts, MAX_HEADER_BYTES, ("%CC%95%CC%B4", "%41", "%", "+"), "thread=a"),
    "threads to be counted by POST": Kind(
        entrance.many_counts,
        COUNTS_BODY_BYTES,
        ('"a",', '"\\u0315\\u0334",', '"' + "\U0001f389" * 250 + '",', "12345678,"),
    ),
    "a thread to be counted by POST": Kind(entrance.many_counts, 1000, TEXTS[:20], '"', '"'),
    "parameters": Kind(entrance.known_query, MAX_HEADER_BYTES, ("a=b&", "limit=1&", "&", "%CC%95&", "a", "a&a=")),
    "a tag": Kind(entrance.entity_tag, MAX_HEADER_BYTES, ('"', '"",', "W/", "a", '"a-gzip",', "*,", "-gzip")),
    "a page's query": Kind(entrance.page, MAX_HEADER_BYTES, ("limit=1&", "a=b&", ";", "=", "%00")),
    "a limit": Kind(entrance.page, MAX_HEADER_BYTES, ("9", "0", "%D9%A0"), "limit="),
    "a cursor": Kind(entrance.page, MAX_HEADER_BYTES, ("MTox", "=", "%41", "_-"), "cursor="),
    "a cursor of nearly the right length": Kind(entrance.page, 512, ("MTox", "=", "A"), "cursor="),
    "a list's cursor": Kind(entrance.list_cursor, MAX_HEADER_BYTES, ("c2l0ZTph", "=", "A", "_-", "\u0315")),
    "a public cursor": Kind(entrance.public_cursor, 512, ("b2xkZXN0OjE6YTo=", "Ojo6", "=", "A")),
    "a queue's thread": Kind(entrance.queue, MAX_HEADER_BYTES, ("%CC%95%CC%B4", "a"), "order=oldest&thread="),
    "a list's rule": Kind(entrance.comments, MAX_HEADER_BYTES, ("%CC%95%CC%B4", "a"), "rule="),
    "what is searched": Kind(entrance.search, MAX_HEADER_BYTES, ("%CC%95%CC%B4", "a", "a+", "*", "%EF%B7%BA")),
    "a text that is searched": Kind(entrance.searched, MAX_BODY_CHARS, TEXTS),
    "Idempotency-Key": Kind(entrance.idempotency_key, MAX_HEADER_BYTES, ("a", "\u0315", " ", "\u00e9")),
    "Authorization": Kind(entrance.authorization, MAX_HEADER_BYTES, ("a", " ", "Bearer ", "\u0315\u0334"), "Bearer "),
    "X-Forwarded-For": Kind(
        entrance.forwarded("X_Forwarded_For"),
        MAX_HEADER_BYTES,
        ("127.0.0.1,", "::1,", ",", "1.", " ", "::ffff:1.2.3.4,", "[::1%a]:1,", '"', '\\"', "[", ":1", "_a"),
    ),
    "Forwarded": Kind(
        entrance.forwarded("Forwarded"), MAX_HEADER_BYTES, ("for=1.2.3.4,", "for=", ";", "for=_a;", '"', '\\"', ",")
    ),
    "X-Forwarded-Host": Kind(
        entrance.own_address("X_Forwarded_Host"), MAX_HEADER_BYTES, ("a,", "a.", ":", ",", "[", "]", "\u0315\u0334")
    ),
    "X-Forwarded-Prefix": Kind(
        entrance.own_address("X_Forwarded_Prefix"), MAX_HEADER_BYTES, ("/a", "/", "/..", "%2F", ",", "\u0315")
    ),
    "Referer": Kind(entrance.address, MAX_HEADER_BYTES, (*ADDRESSES, *TEXTS), "http://"),
    "a return address": Kind(
        entrance.return_address, MAX_FORM_BYTES, (*ADDRESSES, *TEXTS, "a=b&"), "https://news.example/?"
    ),
    "a return address of nearly the right length": Kind(
        entrance.return_address, 3000, (*ADDRESSES, *TEXTS, "a=b&", "&", "comment_id=1&"), "https://news.example/?"
    ),
    "the host of a return address": Kind(
        entrance.return_address, 3000, (*ADDRESSES, *TEXTS, "\u00fc.", "\u00fc", "\u0660", "\u30fb"), "https://\u00fc"
    ),
    "Accept": Kind(
        entrance.accepted, MAX_HEADER_BYTES, ("de,", "de;q=0.1,", ";", ",", "-", "a-", "q=", ";q=1", " ", "\u0315")
    ),
    "a language": Kind(entrance.schema(entrance.NEW_SITE, "language"), JSON_BYTES, ("a", "-", "de-", "\u0315")),
    "Origin": Kind(entrance.origin, MAX_HEADER_BYTES, ("a", "://", "\u0130", "\u0315\u0334"), "https://"),
}
CASES = [(kind, unit) for kind in KINDS for unit in KINDS[kind].units]


def cpu_seconds(work: Callable[[str], object], text: str) -> float:
    """The least of five tries; one is enough where nothing is to be said against it. Without the collector, whose work
    grows with all that other tests left."""
    best = float("inf")
    gc.disable()
    for _ in range(TRIES):
        started = time.thread_time()
        work(text)
        best = min(best, time.thread_time() - started)
        if best < NOISE_SECONDS:
            break
    gc.enable()
    return best


def shown(unit: str) -> str:
    return ascii(unit[:40])


@pytest.mark.parametrize(("kind", "unit"), CASES, ids=[f"{kind} of {shown(unit)}" for kind, unit in CASES])
def test_it_costs_little_and_grows_as_its_length(kind: str, unit: str) -> None:
    enter, most_bytes = KINDS[kind].enter, KINDS[kind].most_bytes
    longest = cpu_seconds(enter, KINDS[kind].text(unit, most_bytes))
    assert longest <= MOST_SECONDS
    if longest > NOISE_SECONDS:
        assert longest / cpu_seconds(enter, KINDS[kind].text(unit, most_bytes // 4)) <= MOST_RATIO


NASTY = st.sampled_from(sorted({*TEXTS, *ADDRESSES, *FORMS, *PARAMETERS, *JSONS, "0", ",", "\u0301", "\u200d", "--b"}))


@settings(max_examples=300, derandomize=True, database=None)
@given(st.sampled_from(sorted(KINDS)), st.lists(NASTY, min_size=1, max_size=6).map("".join))
def test_nothing_that_was_not_thought_of_costs_more(kind: str, unit: str) -> None:
    if kind in ("decisions", "origins", "an origin's own"):
        return  # these take JSON alone
    assert cpu_seconds(KINDS[kind].enter, KINDS[kind].text(unit, KINDS[kind].most_bytes)) <= MOST_SECONDS
