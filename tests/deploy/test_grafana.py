"""The dashboard: whole, and every panel asks for metrics that exist."""

import json
from itertools import combinations
from typing import Any

import pytest

from tests.deploy.metric_table import DEPLOY, asked, assert_exists

DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "commentdesk.json").read_text())
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_asks_for_what_exists(panel: dict[str, Any]) -> None:
    assert panel["datasource"]["uid"] == "${datasource}"
    assert panel["targets"]
    for target in panel["targets"]:
        assert_exists(target["expr"])
        assert list(asked(target["expr"]))


def test_the_variables_are_those_that_the_panels_use() -> None:
    names = {each["name"] for each in DASHBOARD["templating"]["list"]}
    assert names == {"datasource", "site"}
    assert "$site" in json.dumps(PANELS)
    for each in DASHBOARD["templating"]["list"]:
        assert_exists(each.get("definition", ""))


def test_no_panel_covers_another() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for one, other in combinations((panel["gridPos"] for panel in DASHBOARD["panels"]), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
