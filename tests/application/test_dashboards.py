"""What dashboards and alerts ask for is there from the first scrape on: nothing has to go wrong before."""

import json
import re
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from service.app import CONTEXT
from service.platform import processes
from tests.application.conftest import Application
from tests.deploy.metric_table import DEPLOY

Series = list[tuple[str, dict[str, str]]]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "commentdesk.json").read_text())
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
ASKED = re.compile(r"\b((?:commentdesk|process)_\w+)(?:{([^}]*)})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
NOTHING_YET = {
    "Time of 99 of 100": "a histogram of every route, before anybody called it, would be most of the text",
    "CommentdeskSlow": "as the panel",
    "Room on the disk": "there is no embedded server",
    "CommentdeskDiskFills": "there is no embedded server",
    "CommentdeskDiskLow": "there is no embedded server",
}


async def scraped(application: Application) -> Series:
    """The series of the first scrape, of a process that made itself known as `serve` does."""
    served = application.client.server
    assert isinstance(served, TestServer)
    processes.register(served.app[CONTEXT].counts, "service")
    text = await (await application.ask("GET", "/metrics")).text()
    return [(each.name, each.labels) for family in text_string_to_metric_families(text) for each in family.samples]


def matches(labels: dict[str, str], matchers: str) -> bool:
    """Whether a series is one that the matchers of PromQL mean; a variable of the dashboard means everything."""
    for name, operator, value in MATCHER.findall(matchers):
        own, pattern = labels.get(name, ""), ".*" if value.startswith("$") else value
        is_alike = own == value if operator in ("=", "!=") else re.fullmatch(pattern, own) is not None
        if name not in ("job", "instance") and is_alike == operator.startswith("!"):
            return False
    return True


def missing(expression: str, there: Series) -> list[str]:
    """The selectors of an expression that find no series."""
    return [
        f"{name}{{{matchers}}}"
        for name, matchers in ASKED.findall(expression)
        if not any(found == name and matches(labels, matchers) for found, labels in there)
    ]


async def test_every_panel_has_data_from_the_start(application: Application) -> None:
    there = await scraped(application)
    panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row" and panel["title"] not in NOTHING_YET]
    lacking = {panel["title"]: [missing(target["expr"], there) for target in panel["targets"]] for panel in panels}
    assert {title: found for title, found in lacking.items() if any(found)} == {}


async def test_every_alert_watches_series_that_are_there_from_the_start(application: Application) -> None:
    there = await scraped(application)
    lacking = {rule["alert"]: missing(rule["expr"], there) for rule in RULES if rule["alert"] not in NOTHING_YET}
    assert {name: found for name, found in lacking.items() if found} == {}


def test_what_may_lack_data_is_there_at_all() -> None:
    names = {panel["title"] for panel in DASHBOARD["panels"]} | {rule["alert"] for rule in RULES}
    assert set(NOTHING_YET) <= names


async def test_every_route_begins_with_no_mistake(application: Application) -> None:
    there = await scraped(application)
    routes = {(labels["method"], labels["route"]) for name, labels in there if name == "commentdesk_requests_total"}
    for status in ("500", "503"):
        expected = {("commentdesk_requests_total", method, route, status) for method, route in routes}
        found = {(name, each.get("method"), each.get("route"), each.get("status")) for name, each in there}
        assert expected <= found
    assert ("POST", "/v1/sites/{site}/threads/{thread}/comments") in routes


@pytest.mark.parametrize("most_bytes", [64_000])
async def test_the_text_stays_short(application: Application, most_bytes: int) -> None:
    assert len(await (await application.ask("GET", "/metrics")).read()) < most_bytes
