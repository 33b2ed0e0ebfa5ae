"""What an address may ask: what a call does not know is refused by name, and pages pass over it."""

import pytest

from service.routes import API
from service.web.route import Route
from tests.application.conftest import Application
from tests.application.test_reads import refused
from tests.application.test_routes import names, path_of

BODIES: dict[str, dict[str, str]] = {"POST": {}, "PUT": {}, "PATCH": {}}


@pytest.mark.parametrize("route", API, ids=names(list(API)))
async def test_no_call_takes_what_it_does_not_know(application: Application, route: Route) -> None:
    query = "thread=a&" if route.path.endswith("/counts") and route.method == "GET" else ""
    path = f"{path_of(route)}?{query}utm_source=x&limt=3&limt=4"
    answer = await application.ask(route.method, path, BODIES.get(route.method))
    told = await refused(answer, "utm_source", "limt")
    assert list(told.values()) == [["Unknown parameter."]] * 2


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/sites/default/threads/t/comments?limit=1&limit=2", "limit"),
        ("/v1/sites/default/threads/t/comments?order=oldest&limit=1&order=oldest", "order"),
        ("/v1/sites/default/queue?cursor=&cursor=", "cursor"),
        ("/v1/sites?limit=1&limit=1", "limit"),
        ("/v1/tokens?site=default&site=demo", "site"),
    ],
)
async def test_what_is_taken_once_is_not_given_twice(application: Application, path: str, name: str) -> None:
    assert await refused(await application.ask("GET", path), name) == {name: ["Given more than once."]}


@pytest.mark.parametrize(
    "query", ["=", "=x", "&", "a", "%00=1", "%FF=1", "%ED%A0%80=1", "a%20b", "LIMIT=1", "limit[]=1"]
)
async def test_odd_names_are_refused_too(application: Application, query: str) -> None:
    answer = await application.ask("GET", f"/v1/sites/default/threads/t/comments?{query}")
    if query == "&":
        assert answer.status == 200
    else:
        assert (answer.status, (await answer.json())["code"]) == (422, "invalid_fields")


async def test_many_unknown_ones_are_named_in_part(application: Application) -> None:
    query = "&".join(f"n{number}=1" for number in range(900))
    answer = await application.ask("GET", f"/v1/sites/default/threads/t/comments?{query}")
    assert len((await answer.json())["errors"]) == 20


async def test_what_a_script_added_to_the_address_of_a_form_costs_no_reader_his_comment(
    application: Application,
) -> None:
    """As those do that follow readers from one host to another."""
    path = "/v1/sites/default/threads/t/comments?_gl=1*x&utm_source=y"
    comment = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
    token = {"Authorization": f"Bearer {await application.token('website')}"}
    sent = await application.client.post(path, data=comment, headers=token, allow_redirects=False)
    assert sent.status == 303
    await refused(await application.client.post(path, json=comment, headers=token), "_gl", "utm_source")


@pytest.mark.parametrize("path", ["/docs", "/received", "/demo", "/openapi.json", "/static/pages.css", "/"])
async def test_pages_are_opened_by_links_that_others_added_to(application: Application, path: str) -> None:
    answer = await application.ask("GET", f"{path}?utm_source=x&fbclid=y&fbclid=z", token="")
    assert answer.status in {200, 303}
