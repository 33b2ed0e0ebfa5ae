"""The API's description: complete, for people and for machines."""

import json

import pytest
from openapi_spec_validator import validate

from service.errors import ConsoleError, RequestError, UnavailableError
from service.pages.reference import reference
from service.routes import API
from service.web.openapi import describe
from tests.pages.reader import Element, Reader


def every_code() -> set[str]:
    waiting, codes = [RequestError], set()
    while waiting:
        kind = waiting.pop()
        if kind is ConsoleError:
            continue
        waiting += kind.__subclasses__()
        codes |= {kind.code} if kind not in (RequestError, UnavailableError) else set()
    return codes | {"internal"}


def calls(page: Element) -> set[tuple[str, str]]:
    lines = [each.words.split(" ") for each in page.all("p", _class="line")]
    return {(method, path) for method, path in lines}


def test_every_route_is_there(reader: Reader) -> None:
    page = reader.get("/docs").page
    assert calls(page) == {(route.method, route.path) for route in API}


def test_every_problem_has_its_anchor_and_advice(reader: Reader) -> None:
    page = reader.get("/docs").page
    rows = {each.attributes["id"]: each for each in page.one(_class="problems").all("div")}
    assert set(rows) == {f"problem-{code}" for code in every_code()}
    problems = reference(describe(API, "1")).problems
    assert all(problem.remedy for problem in problems), [each.code for each in problems if not each.remedy]


def test_the_type_of_a_problem_leads_there(reader: Reader) -> None:
    problem = json.loads(reader.get("/v1/nowhere").text)
    address, _, anchor = problem["type"].partition("#")
    reader.get(address).page.one(id=anchor)


def test_no_link_leads_nowhere(reader: Reader) -> None:
    page = reader.get("/docs").page
    ids = {each.attributes["id"] for each in page.all() if "id" in each.attributes}
    wanted = {link.attributes["href"][1:] for link in page.all("a") if link.attributes["href"].startswith("#")}
    assert wanted <= ids


def test_a_call_is_described_in_full(reader: Reader) -> None:
    call = reader.get("/docs").page.one(id="call-submit")
    assert "Who: A token with the role website. Where the site allows public submission, also readers" in call.words
    assert "body required string 1 to 10,000 characters" in call.words
    assert "multipart/form-data" in call.words
    assert {"201", "202", "303", "409", "422", "429", "503"} <= {each.words for each in call.all("code")}
    assert any("curl -X POST" in each.text for each in call.all("pre"))
    assert "Who: The administrator." in reader.get("/docs").page.one(id="call-create_site").words
    metrics = reader.get("/docs").page.one(id="call-read_metrics").words
    assert "Who: A token with the role operator. Without one, programs on the service's own machine" in metrics
    assert "Who: Anyone." in reader.get("/docs").page.one(id="call-read_thread").words


@pytest.mark.parametrize("host", ["news.example", "news.example:8443", "[::1]:8080"])
def test_the_examples_have_the_address_that_the_page_is_read_at(reader: Reader, host: str) -> None:
    page = reader.request("GET", "/docs", headers={"Host": host}).page
    assert f"URL=http://{host}\n" in page.one("pre", aria_label="What is set before the first call").text


@pytest.mark.parametrize("host", ["$(reboot)", "news.example;reboot", "<b>", "a`b`", "x" * 300])
def test_no_example_has_what_is_no_host(reader: Reader, host: str) -> None:
    reply = reader.request("GET", "/docs", headers={"Host": host})
    assert host not in reply.text
    assert reply.status != 200 or "URL=http://127.0.0.1:8080\n" in reply.text


def test_the_contents_are_folded_where_they_would_fill_the_screen(reader: Reader) -> None:
    contents = reader.get("/docs").page.one("nav", _class="contents")
    assert "open" not in contents.one("details").attributes
    assert contents.one("summary").words == "Contents"


def test_each_call_says_for_what_it_is_refused(reader: Reader) -> None:
    page = reader.get("/docs").page
    told = {name: page.one(id=f"call-{name}").words for name in ("undo", "release", "submit", "revoke_token")}
    assert "nothing_to_undo The comment is as the machine left it" in told["undo"]
    assert "claimed_by_another Another moderator holds the comment." in told["release"]
    assert "thread_closed The thread takes no more comments." in told["submit"]
    assert "token_not_found There is no token of this id, or it was revoked before." in told["revoke_token"]


def test_the_document_for_machines_is_valid(reader: Reader) -> None:
    reply = reader.get("/openapi.json")
    assert reply.headers["Content-Type"] == "application/json"
    document = json.loads(reply.text)
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert {(method.upper(), path) for path, methods in document["paths"].items() for method in methods} == {
        (route.method, route.path) for route in API
    }
