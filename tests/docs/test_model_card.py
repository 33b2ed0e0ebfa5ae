"""The model card's figures are those that `evaluate` wrote."""

import json
import re
from typing import Any

import pytest

from tests.servers import REPOSITORY

FOLDER = REPOSITORY / "docs" / "model"
RESULTS: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "results.json").read_text())
ROW = re.compile(r"^\| ([^|]+?) \| (\**)([0-9.]+%?)\** \| ([0-9.%]*) \| ?([0-9.%]*) ?\|$", re.MULTILINE)
ROWS = {name: figures for name, *figures in ROW.findall((FOLDER / "README.md").read_text())}


def named(scorer: str) -> dict[str, dict[str, Any]]:
    """The figures by the names that the card has for them."""
    areas = {each["name"]: each for each in RESULTS[scorer] if each["kind"].startswith("area")}
    return areas | {f"{each['kind']}: {each['name']}": each for each in RESULTS[scorer]}


def as_written(value: float, like: str) -> str:
    return f"{100 * value:.2f}%" if like.endswith("%") else f"{value:.3f}"


OURS, PEERS = named("commentdesk"), named("alt-profanity-check")


def test_all_areas_are_on_the_card() -> None:
    assert [each["name"] for each in RESULTS["commentdesk"] if each["kind"].startswith("area") if each["aim"]] == [
        name for name in ROWS if name in OURS and OURS[name]["kind"].startswith("area")
    ]


@pytest.mark.parametrize("name", sorted(ROWS.keys() & OURS.keys()))
def test_a_figure_on_the_card_is_the_measured_one(name: str) -> None:
    bold, ours, _, peers = ROWS[name]
    assert ours == as_written(OURS[name]["value"], ours)
    assert bool(bold) == bool(OURS[name]["reached"])
    if peers:
        assert peers == as_written(PEERS[name]["value"], peers)
