"""The alert rules: they ask for metrics that exist, say what to do, and fire when they should."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.deploy.metric_table import DEPLOY, asked, assert_exists
from tests.servers import REPOSITORY, skip_or_fail

FOLDER = DEPLOY / "prometheus"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_asks_for_what_exists(rule: dict[str, Any]) -> None:
    assert_exists(rule["expr"])
    assert list(asked(rule["expr"])) or rule["expr"].startswith("up{")


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert anchor in anchors((REPOSITORY / file).read_text("utf-8"))


def anchors(markdown: str) -> set[str]:
    """Where links to the headings of a page lead, by the rule of GitHub and GitLab."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_rule_is_tested_to_fire() -> None:
    tested = (FOLDER / "alerts.test.yml").read_text()
    assert len(NAMES) == len(set(NAMES))
    assert [name for name in NAMES if f'alertname="{name}"' not in tested] == []


def test_every_rule_on_a_counter_is_tested_with_a_series_that_is_born() -> None:
    """A counter that is first seen with what it counts shows no increase: a test that begins at 0 hides it."""
    counting = {rule["alert"] for rule in RULES if re.search(r"\b(increase|rate|changes)\(", rule["expr"])}
    needs_yesterday = {"CommentdeskSilent"}
    born: set[str] = set()
    for test in yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]:
        late = {given["series"].partition("{")[0] for given in test["input_series"] if given["values"].startswith("_")}
        told = str(test["promql_expr_test"])
        born |= {
            rule["alert"]
            for rule in RULES
            if f'"{rule["alert"]}"' in told and late & {name for name, _ in asked(rule["expr"])}
        }
    assert counting - needs_yesterday - born == set()


def test_the_tests_feed_series_that_exist() -> None:
    for test in yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]:
        for given in test["input_series"]:
            assert_exists(given["series"])


@pytest.mark.parametrize("command", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")])
def test_promtool_agrees(command: tuple[str, ...]) -> None:
    if shutil.which("promtool") is None:
        skip_or_fail("promtool is not on PATH (Debian: apt install prometheus)")
    done = subprocess.run(["promtool", *command], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
