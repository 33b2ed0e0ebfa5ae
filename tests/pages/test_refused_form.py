"""A publisher's form that is refused: a page for people, a problem document for programs."""

import json
from urllib.parse import urlencode

import pytest

from tests.pages.reader import FORM, Reader

OPEN = "/v1/sites/open-house/threads/a%2Fb%3Fc/comments"


@pytest.fixture
def form_reader(reader: Reader) -> Reader:
    """A reader of a site that takes forms from anyone."""
    sites = [each["site"] for each in reader.api("GET", "/v1/sites")["sites"]]
    if "open-house" not in sites:
        reader.api("POST", "/v1/sites", {"site": "open-house", "public_submission": True})
    return reader


def test_the_form_comes_back_with_the_text(form_reader: Reader) -> None:
    form_reader.api("PATCH", "/v1/sites/open-house", {"allowed_origins": ["https://news.example"]})
    sent = {"name": "", "email": "x", "body": '"><script>kept</script>', "website": "", "parent_id": ""}
    try:
        reply = form_reader.post(OPEN, sent, Referer="https://news.example/a?b=1&c=2")
    finally:
        form_reader.api("PATCH", "/v1/sites/open-house", {"allowed_origins": []})
    assert reply.status == 422
    page = reply.page
    assert page.one("form").attributes["action"] == OPEN
    assert page.one("form").attributes["method"] == "post"
    assert page.one(id="field-body").text.strip() == sent["body"]
    assert page.one(id="field-email").attributes["value"] == "x"
    assert [each.attributes["href"] for each in page.one(role="alert").all("a")] == ["#field-name", "#field-email"]
    assert page.one("a", href="https://news.example/a?b=1&c=2").words == "Back to the article"
    # Browsers hold form-action against the redirect to the article, which lies elsewhere.
    assert "form-action 'self' https: http:;" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store"


def test_sent_again_it_is_taken(form_reader: Reader) -> None:
    page = form_reader.post(OPEN, FORM | {"email": ""}).page
    fields = {each.attributes["name"]: each.attributes["value"] for each in page.one("form").all("input")}
    fields |= {"body": page.one("textarea").text.removeprefix("\n"), "email": "ada@reader.example"}
    assert form_reader.post(page.one("form").attributes["action"], fields).status == 303


def test_a_closed_thread_is_told_on_a_page(form_reader: Reader) -> None:
    thread = "/v1/sites/open-house/threads/closed"
    form_reader.api("PUT", thread, {"closed": True})
    reply = form_reader.post(f"{thread}/comments", FORM)
    assert reply.status == 409
    assert "closed" in reply.page.one(role="alert").words
    assert reply.page.one(id="field-body").text.strip() == FORM["body"]


def test_programs_get_problem_documents(form_reader: Reader) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}
    reply = form_reader.request("POST", OPEN, urlencode(FORM | {"email": ""}).encode(), headers)
    assert reply.status == 422
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert list(json.loads(reply.text)["errors"]) == ["email"]
    headers = {"Content-Type": "application/json", "Accept": "text/html"}
    reply = form_reader.request("POST", OPEN, b"{}", headers)
    assert reply.headers["Content-Type"] == "application/problem+json"


def test_a_form_corrected_here_is_taken_where_only_listed_websites_may_post(form_reader: Reader) -> None:
    form_reader.api("PATCH", "/v1/sites/open-house", {"allowed_origins": ["https://news.example"]})
    try:
        assert form_reader.post(OPEN, FORM, Origin="https://other.example").status == 403
        assert form_reader.post(OPEN, FORM, Origin=form_reader.url).status == 303
    finally:
        form_reader.api("PATCH", "/v1/sites/open-house", {"allowed_origins": []})


def test_the_way_back_is_to_known_pages_alone(form_reader: Reader) -> None:
    """Whoever sends a reader's browser here may be anyone; a link on our page is vouched for."""
    own = f"{form_reader.url}/demo?page=2"
    listings: list[list[str]] = [["https://news.example"], []]
    strange = ["https://evil.example/", "https://news.example.evil.example/", "javascript:alert(1)", "nowhere", ""]
    try:
        for listed in listings:
            form_reader.api("PATCH", "/v1/sites/open-house", {"allowed_origins": listed})
            for referrer in strange:
                page = form_reader.post(OPEN, FORM | {"email": ""}, Referer=referrer).page
                assert [each for each in page.all("a") if each.words == "Back to the article"] == [], referrer
            page = form_reader.post(OPEN, FORM | {"email": ""}, Referer=own).page
            assert page.one("a", href=own).words == "Back to the article"
    finally:
        form_reader.api("PATCH", "/v1/sites/open-house", {"allowed_origins": []})


def test_a_reader_whose_article_is_not_known_is_thanked(form_reader: Reader) -> None:
    reply = form_reader.post(OPEN, FORM, Referer=f"{form_reader.url}{OPEN}")
    assert reply.status == 303
    assert reply.headers["Location"] == "/received?commentdesk=held&site=open-house"
    assert "awaits moderation" in form_reader.get(reply.headers["Location"]).page.one(role="status").words
