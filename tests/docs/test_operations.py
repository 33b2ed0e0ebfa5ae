"""What docs/operations.md tells an operator to look for is what the service says."""

import re

import pytest

from service import errors
from tests.deploy.metric_table import assert_exists, known_metrics
from tests.servers import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
TROUBLES = PAGE.split("## What goes wrong")[1].split("\n### ")[1:]
SOURCE = "\n".join(file.read_text("utf-8") for file in sorted((REPOSITORY / "service").rglob("*.py")))
CODES = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
EVENTS = set(re.findall(r'(?:log\.\w+|write)\(\s*"(\w+)"', SOURCE)) | set(
    re.findall(r'event(?:, reason)? = "(worker_\w+)"', SOURCE)
)
QUOTED = re.findall(r"`((?:[A-Z][a-z]+|the|no|too|uses) [^`{}]+)`", PAGE)
"""Sentences of the service."""


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda text: text.partition("\n")[0])
def test_each_trouble_has_symptom_cause_and_action(trouble: str) -> None:
    assert [word for word in ("Symptom", "ause", "ction") if not re.search(rf"\*\*[^*]*{word}", trouble)] == []


def test_there_are_ten_or_more() -> None:
    assert len(TROUBLES) >= 10


def test_the_metrics_named_exist() -> None:
    histograms = {name.removesuffix("_sum") for name in known_metrics() if name.endswith("_sum")}
    for name in re.findall(r"`(commentdesk_\w+)`", PAGE):
        if name not in histograms:
            assert_exists(name)


def test_the_sentences_quoted_are_those_of_the_service() -> None:
    joined = re.sub(r'"\s*f?"', "", SOURCE)
    assert len(QUOTED) >= 10
    assert [said for said in QUOTED if said not in joined] == []


def test_the_log_lines_named_exist() -> None:
    named = set(re.findall(r"`((?:redis|embedded|store|worker|workers|registry|request|not|demo)_\w+)`", PAGE))
    assert {"redis_away", "request_refused"} <= named
    assert named - EVENTS - CODES - {"request_id"} == set()


def test_the_codes_named_with_a_status_exist() -> None:
    named = set(re.findall(r"\b[45]\d\d `(\w+)`", PAGE)) | set(re.findall(r"`(\w+)`: \[", PAGE))
    assert len(named) >= 8
    assert named <= CODES
