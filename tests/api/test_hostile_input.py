"""More than a thousand requests that nobody thought of: no 500, and every refusal a whole problem document."""

import gzip
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import Api, Reply, Site, make_site, submission

JSON = "application/json"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b")

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Every code point, lone surrogates too: JSON can escape them."""
SCRIPT = '"></textarea><script>alert(1)</script>'
NASTY_TEXT = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "\udfff",
        "\u202e",
        "\u2028",
        "\ufeff",
        "\u3164",
        "a" + "\u0315\u0334" * 2000,
        "\U0001f3f4\U000e0067\U000e0062",
        "\x85",
        "\x1b[2J",
        "a" * 10_001,
        "\U0001f389" * 300,
        "e\u0301" * 200,
        "\ufdfa" * 600,
        "\u0390" * 3400,
        "null",
        "../../etc/passwd",
        "'; DROP TABLE comments; --",
        "{{7*7}}",
        "${jndi:ldap://h/a}",
        "http://[::1]:99999/",
        "http://%00/",
        "http://\u2100.example",
        "https://a.example:/",
        "javascript:alert(1)",
        SCRIPT,
        "'\"><img src=x onerror=alert(1)>",
        "a@b",
        "@",
        "\r\n",
        "\n" * 500,
        "cd:{default}:queue",
        "0123456789abcdef",
        "999999999999999999999",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT
    | NASTY_TEXT
)
FIELDS = (
    "name email body website parent_id article client title url ip user_agent referrer decision decisions comment_id "
    "revision reason note limit order thread lease_seconds mode closed publish_below reject_above reader_burst site "
    "role expires_at public_submission allowed_origins _schema __proto__"
)
NAMES = st.sampled_from(FIELDS.split(" "))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES | ANY_TEXT, VALUES, max_size=8)
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=100)
COUNT = settings(
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
)


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest) -> Site:
    """A public site with a comment of each state, for all examples together."""
    service = request.getfixturevalue("service")
    site = make_site(Api(service.url, service.admin_token), public_submission=True)
    site.set_policy(reader_rate_per_minute=None)
    site.publish()
    site.submit()
    site.decide(site.submit(), "spam")
    return site


def check(reply: Reply) -> None:
    """Not our mistake, and if it is a refusal, a whole one."""
    assert reply.status < 500, reply.body
    assert reply.status in {200, 201, 202, 204, 303, 304} or reply.status >= 400
    if reply.status >= 400 and reply.body:
        reply.problem()


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@settings(COUNT, max_examples=300)
@given(changes=st.dictionaries(NAMES, VALUES, max_size=4), is_public=st.booleans())
def test_submissions(target: Site, changes: dict[str, Any], is_public: bool) -> None:  # noqa: FBT001 hypothesis's
    sender = target.anyone if is_public else target.website
    reply = sender.ask("POST", target.comments(), raw=encoded(submission() | changes), headers={"Content-Type": JSON})
    check(reply)


@settings(COUNT, max_examples=250)
@given(data=st.data(), body=BODIES)
def test_bodies_on_every_call_that_takes_one(target: Site, data: st.DataObject, body: dict[str, Any]) -> None:
    comment_id = target.queue()["comments"][0]["comment_id"]
    caller, method, path = data.draw(
        st.sampled_from(
            [
                (target.website, "PUT", target.thread("fuzzed")),
                (target.moderator, "POST", target.path + "/claims"),
                (target.moderator, "POST", target.comment(comment_id) + "/decisions"),
                (target.moderator, "POST", target.comment(comment_id) + "/undo"),
                (target.moderator, "POST", target.path + "/decisions"),
                (target.operator, "PUT", target.path + "/policy"),
                (target.admin, "PATCH", target.path),
                (target.admin, "POST", "/v1/sites"),
                (target.admin, "POST", "/v1/tokens"),
            ]
        )
    )
    check(caller.ask(method, path, raw=encoded(body), headers={"Content-Type": JSON}))
    if path.endswith("/decisions"):
        check(target.moderator.get(target.comment(comment_id)))


@settings(COUNT, max_examples=250)
@given(
    raw=st.binary(max_size=400) | ANY_TEXT.map(lambda text: text.encode("utf-16", "surrogatepass")),
    content_type=st.sampled_from([JSON, *FORMS, "text/plain", JSON + "; charset=utf-8"]) | HEADER_VALUES,
    encoding=st.sampled_from([None, None, "gzip", "deflate", "identity", "br"]),
    is_packed=st.booleans(),
)
def test_bytes(target: Site, raw: bytes, content_type: str, encoding: str | None, is_packed: bool) -> None:  # noqa: FBT001
    headers = {"Content-Type": content_type}
    if encoding is not None:
        headers["Content-Encoding"] = encoding
        raw = gzip.compress(raw) if is_packed else raw
    check(target.website.ask("POST", target.comments(), raw=raw, headers=headers))


@settings(COUNT, max_examples=200)
@given(
    start=st.sampled_from(FORMS),
    changes=st.lists(st.tuples(NAMES | ANY_TEXT, LEAVES.map(str)), max_size=6),
    cut=st.integers(0, 60),
    accept=st.sampled_from(["*/*", "text/html", "text/html;q=0.1, */*"]),
    is_demo=st.booleans(),
)
def test_forms(
    target: Site,
    start: str,
    *,
    changes: list[tuple[str, str]],
    cut: int,
    accept: str,
    is_demo: bool,
) -> None:
    pairs = [(_bytes_of(name), _bytes_of(value)) for name, value in [*submission().items(), *changes]]
    if start == FORMS[0]:
        raw = urlencode(pairs).encode()
    else:
        head = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        raw = b"".join(head % (name, value) for name, value in pairs) + b"--b--\r\n"
    raw = raw[: len(raw) - cut] if cut < 20 else raw
    headers = {"Content-Type": start, "Accept": accept}
    reply = target.website.ask("POST", "/demo" if is_demo else target.comments(), raw=raw, headers=headers)
    if reply.headers.get("content-type", "").startswith("text/html"):
        assert reply.status < 500
        assert b"<script>alert(1)" not in reply.body
        assert b"<img src=x" not in reply.body
    else:
        check(reply)


SEGMENTS = (
    st.binary(max_size=40).map(lambda raw: quote(raw, safe=""))
    | st.text("/.%{}:;=+@!$&'()*,~-_abcABC0123456789", max_size=12)
    | st.sampled_from(["..", "%2E%2E", "%2F", "%2f", "%00", "%FF", "%ED%A0%80", "default", "{site}", "%", "%zz", "t1"])
)


@settings(COUNT, max_examples=250)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    segments=st.lists(SEGMENTS, max_size=6),
    start=st.sampled_from(["", "/v1/sites", "/v1/sites/default", "/v1/sites/default/threads", "/v1/tokens", "/static"]),
)
def test_paths(target: Site, method: str, segments: list[str], start: str) -> None:
    path = "/".join([start, *segments]) or "/"
    reply = target.admin.ask(method, path)
    assert reply.headers.get("x-request-id"), path
    check(reply)


@settings(COUNT, max_examples=200)
@given(
    path=st.sampled_from(["/queue", "/counts", "/threads/t1/comments", "/threads/t1", "/policy"]),
    pairs=st.lists(
        st.tuples(
            st.sampled_from(["cursor", "limit", "order", "thread", "x", "", "limit[]", "thread.0"]),
            ANY_TEXT
            | NASTY_TEXT
            | st.integers().map(str)
            | st.sampled_from(["riskiest", "MTox", "MTAwOmFiYw==", "OTk5OTk5OTk5OTk5OTk5Ojk5", "1e5", "nan", "-0"]),
        ),
        max_size=4,
    ),
)
def test_queries(target: Site, path: str, pairs: list[tuple[str, str]]) -> None:
    query = urlencode([(name, value[:150].encode("utf-8", "surrogatepass")) for name, value in pairs])
    check(target.admin.get(f"{target.path}{path}?{query}"))


HEADERS = st.sampled_from(
    [
        "Accept",
        "Accept-Encoding",
        "Access-Control-Request-Method",
        "Authorization",
        "Cookie",
        "Forwarded",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Origin",
        "Range",
        "Referer",
        "User-Agent",
        "X-Forwarded-For",
        "X-HTTP-Method-Override",
        "X-Request-ID",
    ]
)


@settings(COUNT, max_examples=200)
@given(headers=st.dictionaries(HEADERS, HEADER_VALUES, max_size=5), is_form=st.booleans())
def test_headers(target: Site, headers: Mapping[str, str], is_form: bool) -> None:  # noqa: FBT001
    check(target.anyone.ask("GET", target.comments(), headers=headers))
    raw = urlencode(submission()).encode() if is_form else encoded(submission())
    kind = {"Content-Type": FORMS[0] if is_form else JSON, "Accept": "*/*"}
    check(target.anyone.ask("POST", target.comments(), raw=raw, headers={**headers, **kind}))


def test_after_all_that_the_site_is_as_it_should_be(target: Site) -> None:
    queue = target.queue(limit=200)
    assert target.submit() in {comment["comment_id"] for comment in target.queue(order="newest")["comments"]}
    for comment in queue["comments"]:
        full = target.moderator.get(target.comment(comment["comment_id"]))
        assert full.status == 200
    page = target.read(limit=200)
    assert page["count"] == target.website.get(target.thread()).json["counts"]["published"]
