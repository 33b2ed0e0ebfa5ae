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
