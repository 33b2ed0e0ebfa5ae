"""The metrics that there are, as docs/metrics.md tells them, and what a PromQL expression asks of them."""

import re
from collections.abc import Iterator

from tests.servers import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
OF_PROMETHEUS = {"job", "instance"}
_SERIES = re.compile(r"\b((?:commentdesk|process)_\w+)(?:{([^}]*)})?")
_ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (.*?) \| .+ \|$", re.MULTILINE)


def known_metrics() -> dict[str, set[str]]:
    """Series -> its labels."""
    series: dict[str, set[str]] = {}
    for name, kind, labels in _ROW.findall((REPOSITORY / "docs" / "metrics.md").read_text("utf-8")):
        own = {label for label in labels.split(", ") if label} | OF_PROMETHEUS
        if kind == "histogram":
            series |= {f"{name}_bucket": own | {"le"}, f"{name}_sum": own, f"{name}_count": own}
        else:
            series[name] = own
    return series


def asked(expression: str) -> Iterator[tuple[str, set[str]]]:
    """The series of ours that an expression names, with the labels that it asks of each."""
    for name, matchers in _SERIES.findall(expression):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))


def grouped_by(expression: str) -> set[str]:
    """All labels that an expression groups by."""
    return {label for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in re.split(r",\s*", labels)}


def assert_exists(expression: str) -> None:
    """Fails unless every series and label of the expression exists."""
    known = known_metrics()
    found = list(asked(expression))
    for name, labels in found:
        assert name in known, (name, expression)
        assert labels <= known[name], (name, labels, expression)
    labels = {label for name, _ in found for label in known[name]}
    assert grouped_by(expression) <= labels, expression
