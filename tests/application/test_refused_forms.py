"""A person whose form is refused, for whatever reason, sees a page, and on it what he wrote, as far as it was read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, FormData

from service.web import body as bodies
from service.web.buckets import Rate
from tests.application.conftest import Application
from tests.pages.reader import Element, parse
from tests.servers import RedisServer, client_of

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
OURS, OTHERS = "https://news.example", "https://evil.example"
BODY = "<b>Kept</b> & “escaped”,\n\nall of it."
FORM = {"name": "Ada", "email": "ada@mail.example", "website": "https://ada.example/", "body": BODY}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Origin": OURS}
GO_BACK = "go back in your browser, where your text still is"


@pytest.fixture
async def public(application: Application) -> Application:
    """The application, whose default site takes comments from pages of its own website."""
    await application.ask("PATCH", SITE, {"public_submission": True, "allowed_origins": [OURS]})
    await application.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": None})
    return application


async def send(application: Application, path: str = COMMENTS, data: object = None, **headers: str) -> ClientResponse:
    form = FORM if data is None else data
    return await application.client.post(path, data=form, headers=BROWSER | headers, allow_redirects=False)


async def page_of(answer: ClientResponse, status: int) -> Element:
    assert (answer.status, answer.content_type) == (status, "text/html"), await answer.text()
    assert answer.headers["Cache-Control"] == "no-store"
    return parse(await answer.text())


def text_in(page: Element) -> str:
    return page.one("textarea", id="field-body").text.removeprefix("\n")


def assert_kept(page: Element, body: str = BODY) -> None:
    assert text_in(page) == body
    assert page.one(id="field-name").attributes["value"] == "Ada"
    assert page.one(role="alert").words.startswith("Your comment was not sent")


# What the website did wrong: the text can be copied, and not be sent from here


def multipart(**fields: str) -> FormData:
    form = FormData()
    for name, value in fields.items():
        form.add_field(name, value, content_type="text/plain")
    return form


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (COMMENTS, {"Origin": OTHERS}, 403),
        ("/v1/sites/none/threads/t/comments", {}, 401),
        (COMMENTS, {"Authorization": "Bearer wrong"}, 401),
        ("/v1/sites/default/thread/t/comments", {}, 404),
        ("/v1/nothing", {}, 404),
        ("/healthz", {}, 405),
        ("/v1/sites", {}, 401),
    ],
)
@pytest.mark.parametrize("form", [FORM, multipart(**FORM)], ids=["urlencoded", "multipart"])
async def test_what_a_reader_cannot_mend_is_told_and_his_text_is_there_to_copy(
    public: Application, path: str, headers: dict[str, str], status: int, form: object
) -> None:
    data = form if isinstance(form, dict) else multipart(**FORM)
    page = await page_of(await send(public, path, data, **headers), status)
    assert_kept(page)
    assert page.all("form") == [], "a page of ours would send what a page of that website may not"
    assert "readonly" in page.one(id="field-body").attributes
    assert "copy it, and tell the website" in page.one(role="alert").words


async def test_a_token_of_another_role_is_told_so(public: Application) -> None:
    token = await public.token("moderator")
    page = await page_of(await send(public, Authorization=f"Bearer {token}"), 403)
    assert_kept(page)


async def test_a_site_that_takes_no_forms_keeps_the_text(application: Application) -> None:
    assert_kept(await page_of(await send(application), 401))


async def test_another_host_keeps_the_text(open_application: Callable[..., Awaitable[Application]]) -> None:
    application = await open_application(HOSTS="desk.example")
    assert_kept(await page_of(await send(application, Host="x.example"), 421))


async def test_a_form_as_plain_text_keeps_it_as_it_came(public: Application) -> None:
    raw = f"name=Ada\r\nbody={BODY}\r\n"
    page = await page_of(await send(public, data=raw.encode(), **{"Content-Type": "text/plain"}), 415)
    assert text_in(page).split() == raw.split()
    assert page.all("form") == []


# What may be sent again


async def test_a_closed_thread_keeps_the_text(public: Application) -> None:
    await public.ask("PUT", f"{SITE}/threads/t", {"closed": True})
    assert_kept(await page_of(await send(public), 409))


async def test_a_reader_who_is_too_fast_keeps_his_text(public: Application) -> None:
    await public.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": 1, "reader_burst": 1})
    assert (await send(public)).status == 303
    for _ in range(2):  # by the site's limit, and then by the gate, which remembers it
        answer = await send(public, data=FORM | {"body": BODY + "!"})
        page = await page_of(answer, 429)
        assert int(answer.headers["Retry-After"]) >= 1
        assert_kept(page, BODY + "!")
        assert page.one("form").attributes["action"] == COMMENTS
        assert "Too many comments" in page.one(role="alert").words


async def test_a_flood_of_refused_forms_is_not_read(public: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.kept_form.RATE", Rate(0.001, 2))
    pages = [await page_of(await send(public, Origin=OTHERS), 403) for _ in range(3)]
    assert_kept(pages[1])
    assert GO_BACK in pages[2].one(role="alert").words.replace("Go", "go")
    assert pages[2].all("textarea") == []


async def test_only_so_many_refused_forms_are_read_at_once(
    public: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.web.kept_form.MOST_AT_ONCE", 1)
    is_begun, is_released = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"name=Ada&"
        is_begun.set()
        await is_released.wait()
        yield urlencode({"body": BODY}).encode()

    first = asyncio.create_task(send(public, data=slowly(), **{"Content-Type": bodies.URLENCODED, "Origin": OTHERS}))
    await is_begun.wait()
    second = await page_of(await send(public, Origin=OTHERS), 403)
    is_released.set()
    assert second.all("textarea") == []
    assert_kept(await page_of(await first, 403))


async def test_a_full_store_keeps_the_text(public: Application, one_server: RedisServer) -> None:
    with client_of(one_server.url) as redis:
        redis.config_set("maxmemory", 1)
        try:
            page = await page_of(await send(public), 503)
        finally:
            redis.config_set("maxmemory", 0)
    assert_kept(page)
    assert "send it again in a moment" in page.one(role="alert").words


async def test_a_store_that_is_away_keeps_the_text(public: Application, one_server: RedisServer) -> None:
    one_server.kill()
    answer = await send(public)
    assert "Retry-After" in answer.headers
    assert_kept(await page_of(answer, 503))


async def test_a_mistake_of_our_own_keeps_the_text(public: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("service.api.submissions.submission_of", fail)
    page = await page_of(await send(public), 500)
    assert_kept(page)
    assert "The service made a mistake" in page.one(role="alert").words


async def test_a_page_that_cannot_be_made_is_a_document(public: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("service.html.form.refused", fail)
    answer = await send(public, data=FORM | {"email": "no"})
    assert (answer.status, answer.content_type) == (422, "application/problem+json")
    assert list((await answer.json(content_type=None))["errors"]) == ["email"]


# What cannot be read, or not whole


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"name=Ada&body=caf%E9 noir", "caf\ufffd noir"),
        (b"name=Ada&body=caf\xe9 noir", "caf\ufffd noir"),
        (b"name=Ada&body=caf\xc3\xa9&charset=%FF", "café"),
    ],
)
async def test_letters_that_are_no_utf8_are_marked_and_the_rest_is_kept(
    public: Application, raw: bytes, shown: str
) -> None:
    page = await page_of(await send(public, data=raw, **{"Content-Type": bodies.URLENCODED}), 400)
    assert_kept(page, shown)
    assert ("they stand as � below" in page.one(role="alert").words) == ("\ufffd" in shown)
    assert page.one("form").attributes["action"] == COMMENTS


async def test_another_charset_that_the_form_names_keeps_the_text(public: Application) -> None:
    content_type = {"Content-Type": f"{bodies.URLENCODED}; charset=iso-8859-1"}
    assert_kept(await page_of(await send(public, data=urlencode(FORM).encode(), **content_type), 400))


async def test_a_file_in_a_form_costs_no_text(public: Application) -> None:
    form = multipart(**FORM)
    form.add_field("photo", b"", filename="", content_type="application/octet-stream")
    page = await page_of(await send(public, data=form), 422)
    assert_kept(page)
    assert "yours goes without them" in page.one(role="alert").words


@pytest.mark.parametrize(
    ("content_type", "raw"),
    [
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nCut o'),
        ("multipart/form-data", b"--b--"),
        (bodies.URLENCODED, b"body=" + b"&a=1" * 300),
        (bodies.URLENCODED, b"%" * 30_000),
    ],
)
async def test_what_is_no_form_is_told_and_nothing_is_made_up(
    public: Application, content_type: str, raw: bytes
) -> None:
    page = await page_of(await send(public, data=raw, **{"Content-Type": content_type}), 400)
    assert page.all("textarea") == []
    assert page.all("form") == []
    assert "where your text still is" in page.one(role="alert").words


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_form_that_is_too_large_says_so_and_shows_no_half_of_it(public: Application, *, is_told: bool) -> None:
    raw = urlencode(FORM | {"body": "字" * 40_000}).encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), 8192):
            yield raw[start : start + 8192]

    data = raw if is_told else in_pieces()
    page = await page_of(await send(public, data=data, **{"Content-Type": bodies.URLENCODED}), 413)
    assert page.all("textarea") == []
    assert "too large" in page.one(role="alert").words
    assert len(page.text) < 2000


async def test_a_form_that_does_not_arrive_in_time_says_so(
    public: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    released = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"name=Ada&body=Half of"
        await released.wait()
        yield b" it"

    sending = asyncio.create_task(send(public, data=slowly(), **{"Content-Type": bodies.URLENCODED}))
    answer = await sending
    page = await page_of(answer, 408)
    released.set()
    assert page.all("textarea") == []
    assert "did not arrive in time" in page.one(role="alert").words


# Who a person is


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html", True),
        ("TEXT/HTML;q=0.9, application/json;q=0.8", True),
        ("text/html, application/json", True),
        ("application/json, text/html;q=0.9", False),
        ("application/problem+json, text/html;q=0.5", False),
        ("text/html;q=0", False),
        ("text/html;q=many", False),
        ("application/json", False),
        ("*/*", False),
        ("," * 5000 + "text/html", False),
    ],
)
async def test_a_person_s_browser_is_known_by_what_it_accepts(
    public: Application, accept: str, *, is_page: bool
) -> None:
    for path, data in ((COMMENTS, FORM | {"email": "no"}), ("/v1/nothing", FORM)):
        answer = await send(public, path, data, Accept=accept)
        assert (answer.content_type == "text/html") == is_page


async def test_a_person_sees_a_page_where_a_program_gets_a_document(public: Application) -> None:
    for path, status in (("/nowhere", 404), ("/v1/tokens", 401), (f"{COMMENTS}?limit=many", 422)):
        answer = await public.client.get(path, headers={"Accept": BROWSER["Accept"]})
        page = await page_of(answer, status)
        document = await (await public.client.get(path)).json(content_type="application/problem+json")
        assert page.one("h1").words == document["title"]
        assert page.one("a").attributes["href"] == document["type"]
        head = await public.client.head(path, headers={"Accept": BROWSER["Accept"]})
        assert (head.status, await head.read()) == (status, b"")


async def test_what_no_browser_sends_by_itself_gets_a_document(public: Application) -> None:
    for method, body in (("POST", {"name": 1}), ("DELETE", None)):
        answer = await public.client.request(method, COMMENTS, json=body, headers=BROWSER)
        assert answer.content_type == "application/problem+json"


# Bytes that are no text

LATIN_1 = b"caf\xe9"
HEADERS = (
    b"Referer: https://news.example/" + LATIN_1,
    b"Referer: https://" + LATIN_1 + b".example/",
    b"Referer: https://news.example/?" + LATIN_1,
    b"Referer: " + LATIN_1,
    *(
        name + b": " + LATIN_1
        for name in (
            b"Origin",
            b"User-Agent",
            b"Accept-Language",
            b"Authorization",
            b"Idempotency-Key",
            b"If-None-Match",
            b"X-Forwarded-For",
            b"X-Forwarded-Host",
            b"X-Forwarded-Proto",
            b"X-Request-ID",
            b"Sec-Fetch-Site",
            b"Expect",
            b"Cookie",
            b"traceparent",
            b"Content-Encoding",
            b"Content-Type",
            b"Access-Control-Request-Method",
        )
    ),
    b"Authorization: Bearer " + LATIN_1,
    b"Content-Type: multipart/form-data; boundary=" + LATIN_1,
    b"Accept: text/html, " + LATIN_1,
    b"Accept: text/html;q=" + LATIN_1,
)
TARGETS = (
    b"POST " + COMMENTS.encode(),
    b"POST " + COMMENTS.encode() + b"?" + LATIN_1,
    b"POST /v1/sites/default/threads/" + LATIN_1 + b"/comments",
    b"POST /v1/" + LATIN_1,
    b"POST /demo",
    b"GET " + COMMENTS.encode(),
    b"GET /v1/tokens",
    b"GET /demo?after=" + LATIN_1,
    b"GET /received?home=" + LATIN_1,
    b"GET /" + LATIN_1,
    b"OPTIONS " + COMMENTS.encode(),
)


async def raw_status(application: Application, target: bytes, header: bytes, form: bytes) -> int:
    port = application.client.port
    assert port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [target + b" HTTP/1.1", b"Connection: close", b"Content-Length: %d" % len(form), header]
    names = {line.partition(b":")[0].lower() for line in head}
    given = {b"host": b"127.0.0.1", b"accept": b"text/html", b"content-type": bodies.URLENCODED.encode()}
    head += [name + b": " + value for name, value in given.items() if name not in names]
    writer.write(b"\r\n".join([*head, b"", form]))
    status = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(status.split(b" ", 2)[1])


@pytest.mark.parametrize("target", TARGETS, ids=[repr(target) for target in TARGETS])
async def test_a_byte_that_is_no_text_in_any_header_or_address_gets_an_answer(
    public: Application, target: bytes
) -> None:
    right, wrong = urlencode(FORM).encode(), b"name=A"
    for form in (b"",) if target.startswith(b"GET") else (right, wrong):
        for header in (*HEADERS, b"Host: " + LATIN_1, b"X: " + LATIN_1):
            status = await raw_status(public, target, header, form)
            assert 200 <= status < 500, (header, form)


async def test_a_referer_in_latin_1_is_led_back_to_as_it_was_sent(public: Application) -> None:
    """A browser's bytes are those of the address, whatever they mean."""
    port = public.client.port
    assert port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    form = urlencode(FORM).encode()
    writer.write(
        b"POST " + COMMENTS.encode() + b" HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n"
        b"Content-Type: " + bodies.URLENCODED.encode() + b"\r\nContent-Length: %d\r\n" % len(form)
    )
    writer.write(b"Referer: https://news.example/" + LATIN_1 + b"\r\n\r\n" + form)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert b"Location: https://news.example/caf%E9?commentdesk=held" in answer
