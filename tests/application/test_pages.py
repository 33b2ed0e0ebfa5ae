"""The pages of the route table, with the demo and without it."""

from collections.abc import Awaitable, Callable

import pytest

from service.routes import API, PAGES_WITH_DEMO, PAGES_WITHOUT_DEMO
from service.web.route import Access, Route
from tests.application.conftest import Application


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


READ = [route for route in PAGES_WITH_DEMO if route.method == "GET" and route.access is Access.ANYONE]
CONSOLE_FILE = {"version": "0", "name": "console.css"}


@pytest.mark.parametrize("route", READ, ids=name_of)
async def test_every_page_is_read_by_anyone_and_by_head(application: Application, route: Route) -> None:
    got = await application.ask("GET", route.path.format(**CONSOLE_FILE), token="")
    assert got.status == (303 if route.path == "/" else 200)
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    head = await application.ask("HEAD", route.path.format(**CONSOLE_FILE), token="")
    assert (head.status, await head.read()) == (got.status, b"")


async def test_home_leads_to_the_demo_or_without_one_to_the_docs(
    open_application: Callable[..., Awaitable[Application]],
) -> None:
    with_demo = await (await open_application()).ask("GET", "/", token="")
    without = await open_application(DEMO="false")
    assert with_demo.headers["Location"] == "/demo"
    assert (await without.ask("GET", "/", token="")).headers["Location"] == "/docs"
    for method in ("GET", "POST"):
        assert (await without.ask(method, "/demo", token="")).status == 404
    for route in [each for each in PAGES_WITHOUT_DEMO if each.access is Access.ANYONE]:
        assert (await without.ask("GET", route.path.format(**CONSOLE_FILE), token="")).status in {200, 303}


async def test_the_description_has_every_call_of_the_table_and_no_other(application: Application) -> None:
    paths = (await (await application.ask("GET", "/openapi.json", token="")).json())["paths"]
    described = {(method.upper(), path) for path, calls in paths.items() for method in calls if method != "parameters"}
    assert described == {(route.method, route.path) for route in API}


async def test_the_docs_name_every_call_of_the_table(application: Application) -> None:
    page = await (await application.ask("GET", "/docs", token="")).text()
    said = page.replace("<wbr>", "")
    assert [route.path for route in API if route.path not in said] == []
