"""What browsers ask of the application: scripts of other websites (CORS), forms, and methods that ask what is there."""

import pytest

from tests.application.conftest import Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
OURS, OTHERS = "https://news.example", "https://evil.example"
ALLOW = "Access-Control-Allow-Origin"
FORM = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}


@pytest.fixture
async def public(application: Application) -> Application:
    """The application, whose default site takes comments from pages of its own website."""
    await application.ask("PATCH", SITE, {"public_submission": True, "allowed_origins": [OURS]})
    return application


async def test_the_sites_own_pages_may_ask_before_they_post(public: Application) -> None:
    headers = {"Origin": OURS, "Access-Control-Request-Method": "POST"}
    answer = await public.client.options(COMMENTS, headers=headers)
    assert (answer.status, await answer.read(), answer.headers[ALLOW]) == (204, b"", OURS)
    assert answer.headers["Access-Control-Allow-Methods"] == "POST, GET"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type, Idempotency-Key, If-None-Match"


@pytest.mark.parametrize(("origin", "path"), [(OTHERS, COMMENTS), ("null", COMMENTS), (OURS, f"{SITE}/queue")])
async def test_no_other_page_is_let_through_and_none_to_what_needs_a_token(
    public: Application, origin: str, path: str
) -> None:
    answer = await public.client.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert answer.status == 204
    assert ALLOW not in answer.headers


async def test_the_sites_own_pages_may_post_and_read_the_answer(public: Application) -> None:
    posted = await public.client.post(COMMENTS, json=FORM, headers={"Origin": OURS})
    assert (posted.status, posted.headers[ALLOW]) == (202, OURS)
    refused = await public.client.post(COMMENTS, json={}, headers={"Origin": OURS})
    assert (refused.status, refused.headers[ALLOW]) == (422, OURS)


@pytest.mark.parametrize(("origin", "allowed"), [(OURS, OURS), (OTHERS, None)])
async def test_a_thread_may_be_read_by_scripts_of_the_site_alone(
    public: Application, origin: str, allowed: str | None
) -> None:
    answer = await public.client.get(COMMENTS, headers={"Origin": origin})
    assert (answer.status, answer.headers.get(ALLOW), answer.headers["Vary"]) == (200, allowed, "Origin")


class TestASiteThatListsNoOrigins:
    """Anyone may post to it, and so a page of anyone's reads what it is answered, without cookies."""

    @pytest.fixture
    async def open_to_all(self, application: Application) -> Application:
        await application.ask("PATCH", SITE, {"public_submission": True})
        return application

    @pytest.mark.parametrize("origin", [OURS, OTHERS, "null", "http://[::1]:8000"])
    async def test_any_page_posts_and_reads(self, open_to_all: Application, origin: str) -> None:
        client, headers = open_to_all.client, {"Origin": origin}
        posted = await client.post(COMMENTS, json=FORM, headers=headers)
        refused = await client.post(COMMENTS, json={}, headers=headers)
        broken = await client.post(COMMENTS, data=b"{", headers=headers | {"Content-Type": "application/json"})
        large = await client.post(COMMENTS, json={"body": "x" * 200_000}, headers=headers)
        page = await client.get(COMMENTS, headers=headers)
        counts = await client.get(f"{SITE}/counts?thread=t", headers=headers)
        known = await client.get(COMMENTS, headers=headers | {"If-None-Match": page.headers["ETag"]})
        wrong_method = await client.delete(COMMENTS, headers=headers)
        answers = (posted, refused, broken, large, page, counts, known, wrong_method)
        assert [answer.status for answer in answers] == [202, 422, 400, 413, 200, 200, 304, 405]
        assert {answer.headers.get(ALLOW) for answer in answers} == {"*"}
        assert all("Location" in answer.headers["Access-Control-Expose-Headers"] for answer in answers)
        assert not any("Access-Control-Allow-Credentials" in answer.headers for answer in answers)

    @pytest.mark.parametrize(("path", "methods"), [(COMMENTS, "POST, GET"), (f"{SITE}/counts", "GET")])
    async def test_any_page_may_ask_before(self, open_to_all: Application, path: str, methods: str) -> None:
        headers = {"Origin": OTHERS, "Access-Control-Request-Method": methods.partition(",")[0]}
        answer = await open_to_all.client.options(path, headers=headers)
        assert (answer.status, answer.headers[ALLOW]) == (204, "*")
        assert methods.partition(",")[0] in answer.headers["Access-Control-Allow-Methods"]
        assert "Authorization" not in answer.headers["Access-Control-Allow-Headers"]

    @pytest.mark.parametrize("path", [f"{SITE}/queue", f"{SITE}/threads/t", "/v1/sites", "/docs", "/metrics"])
    async def test_nothing_that_needs_a_token_is_open(self, open_to_all: Application, path: str) -> None:
        for method in ("GET", "OPTIONS"):
            assert ALLOW not in (await open_to_all.client.request(method, path, headers={"Origin": OTHERS})).headers

    async def test_a_site_that_takes_nothing_from_strangers_is_not_open(self, application: Application) -> None:
        assert ALLOW not in (await application.client.get(COMMENTS, headers={"Origin": OTHERS})).headers


class TestAnOriginIsOne:
    """However it is written: as a site lists it, in a browser's Origin and Referer, in an article's address."""

    LISTED = "https://B\u00fccher.Example:443/"
    SENT = "https://xn--bcher-kva.example"

    @pytest.fixture
    async def foreign(self, application: Application) -> Application:
        change = {"public_submission": True, "allowed_origins": [self.LISTED, "http://[2001:DB8:0::1]:8080"]}
        changed = await application.ask("PATCH", SITE, change)
        assert (await changed.json())["allowed_origins"] == [self.SENT, "http://[2001:db8::1]:8080"]
        return application

    @pytest.mark.parametrize("origin", [SENT, SENT.upper(), "http://[2001:db8::1]:8080"])
    async def test_its_pages_may_post_and_read(self, foreign: Application, origin: str) -> None:
        posted = await foreign.client.post(COMMENTS, json=FORM, headers={"Origin": origin})
        assert (posted.status, posted.headers[ALLOW]) == (202, origin)
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert (await foreign.client.options(COMMENTS, headers=asked)).headers[ALLOW] == origin

    async def test_another_is_another(self, foreign: Application) -> None:
        for other in ("https://bucher.example", "http://xn--bcher-kva.example", f"{self.SENT}:8443", f"{self.SENT}."):
            assert (await foreign.client.post(COMMENTS, json=FORM, headers={"Origin": other})).status == 403

    @pytest.mark.parametrize("host", ["b\u00fccher.example", "xn--bcher-kva.example:443", "B\u00dcCHER.example"])
    async def test_an_article_may_be_of_it(self, foreign: Application, host: str) -> None:
        url = f"https://{host}/fluss"
        assert (await foreign.ask("PUT", f"{SITE}/threads/t", {"url": url})).status == 200
        wrong = await foreign.ask("PUT", f"{SITE}/threads/t", {"url": "https://bucher.example/fluss"})
        assert wrong.status == 422

    async def test_a_form_leads_back_to_it(self, foreign: Application) -> None:
        headers = {"Origin": self.SENT, "Referer": f"{self.SENT}/fluss", "Accept": "text/html"}
        sent = await foreign.client.post(COMMENTS, data=FORM, headers=headers, allow_redirects=False)
        assert sent.headers["Location"].startswith(f"{self.SENT}/fluss?commentdesk=held")

    @pytest.mark.parametrize("origin", ["https://*.news.example", "null", "news.example", "https://news.example/a"])
    async def test_what_no_browser_sends_is_refused(self, foreign: Application, origin: str) -> None:
        answer = await foreign.ask("PATCH", SITE, {"allowed_origins": [origin]})
        assert answer.status == 422
        [[message]] = (await answer.json())["errors"].values()
        assert message.startswith("Not an origin such as https://news.example: ")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [(COMMENTS, "GET, HEAD, POST"), (f"{SITE}/threads/t", "GET, HEAD, PUT"), ("/healthz", "GET, HEAD")],
)
async def test_options_tells_what_an_address_takes(application: Application, path: str, allowed: str) -> None:
    answer = await application.client.options(path)
    assert (answer.status, answer.headers["Allow"]) == (204, allowed)


async def test_options_of_an_unknown_address_is_not_found(application: Application) -> None:
    assert (await application.client.options("/v1/nothing")).status == 404


async def test_a_form_leads_back_to_the_article_of_its_thread(public: Application) -> None:
    await public.ask("PUT", f"{SITE}/threads/t", {"url": f"{OURS}/river"})
    sent = await public.client.post(COMMENTS, data=FORM, headers={"Origin": OURS}, allow_redirects=False)
    assert sent.status == 303
    assert sent.headers["Location"].startswith(f"{OURS}/river?commentdesk=held")


async def test_a_refused_form_is_a_page_for_a_person_and_a_document_for_a_program(public: Application) -> None:
    wrong = FORM | {"email": "no", "body": "<b>kept & escaped</b>"}
    page = await public.client.post(COMMENTS, data=wrong, headers={"Accept": "text/html"})
    assert (page.status, page.content_type) == (422, "text/html")
    assert "&lt;b&gt;kept &amp; escaped&lt;/b&gt;" in await page.text()
    document = await public.client.post(COMMENTS, data=wrong)
    assert (document.status, document.content_type) == (422, "application/problem+json")
    assert list((await document.json())["errors"]) == ["email"]


async def test_the_demos_form_leads_back_to_the_demo(application: Application) -> None:
    sent = await application.client.post("/demo", data=FORM, allow_redirects=False)
    assert sent.status == 303
    assert sent.headers["Location"].startswith("/demo?commentdesk=")
    foreign = await application.client.post("/demo", data=FORM, headers={"Origin": OTHERS})
    assert (foreign.status, foreign.content_type) == (403, "text/html")
