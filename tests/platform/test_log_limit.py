"""The log in a flood: so many lines a second of a kind, and how many there were more."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service.log import log_to_stderr
from service.platform import log_limit
from service.platform.log_limit import LEFT_OUT, LINES_A_SECOND, LINES_OF_AN_EVENT_A_SECOND, LogLimit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("service.log.LOG_LIMIT", LogLimit(clock))
    return clock


def a_log() -> Any:
    log_to_stderr("info")
    return structlog.get_logger()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_flood_of_one_kind_leaves_so_many_lines_and_a_count(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    log = a_log()
    for _ in range(5000):
        log.info("request_refused", code="not_found", route="unknown")
    assert len(lines(capsys)) == LINES_A_SECOND
    clock.now = 1
    log.info("service_ready")
    count, ready = lines(capsys)
    assert (count["event"], count["of"], count["code"], count["route"]) == (
        LEFT_OUT,
        "request_refused",
        "not_found",
        "unknown",
    )
    assert count["count"] == 5000 - LINES_A_SECOND
    assert ready["event"] == "service_ready"
    log.info("request_refused", code="not_found", route="unknown")
    assert [line["event"] for line in lines(capsys)] == ["request_refused"]


def test_other_kinds_are_told_beside_it(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    log = a_log()
    for _ in range(100):
        log.info("request_refused", code="not_found", route="unknown")
    log.info("request_refused", code="rate_limited", route="/demo")
    log.error("request_failed", code="internal", route="/demo")
    assert [line.get("code") for line in lines(capsys)][LINES_A_SECOND:] == ["rate_limited", "internal"]


def test_mistakes_of_our_own_are_bounded_too(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    log = a_log()
    for _ in range(100):
        try:
            int("nine")
        except ValueError:
            log.exception("request_failed", code="internal", route="/demo")
    found = lines(capsys)
    assert len(found) == LINES_A_SECOND
    assert all("ValueError" in line["exception"] for line in found)


def test_many_kinds_of_one_event_are_bounded_together(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    log = a_log()
    for number in range(1000):
        log.info("request_refused", code="not_found", route=f"/{number % 50}")
    log.info("service_ready")
    found = Counter(line["event"] for line in lines(capsys))
    assert found == {"request_refused": LINES_OF_AN_EVENT_A_SECOND, "service_ready": 1}


async def test_the_count_does_not_wait_for_another_line(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(log_limit, "_SECOND", 0.01)
    log = a_log()
    for _ in range(LINES_A_SECOND + 3):
        log.info("request_refused", code="not_found", route="unknown")
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not found or found[-1]["event"] != LEFT_OUT:
            await asyncio.sleep(0.005)
            found += lines(capsys)
    assert found[-1]["count"] == 3


def test_what_would_be_left_out_can_be_asked_before_and_is_counted(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = LogLimit(clock)
    monkeypatch.setattr("service.log.LOG_LIMIT", limit)
    log = a_log()
    for _ in range(LINES_A_SECOND):
        assert not limit.leaves_out("request_refused", "not_found", "unknown")
        log.info("request_refused", code="not_found", route="unknown")
    assert limit.leaves_out("request_refused", "not_found", "unknown")
    assert not limit.leaves_out("request_refused", "forbidden", "unknown")
    clock.now = 1
    assert not limit.leaves_out("request_refused", "not_found", "unknown")
    log.info("service_ready")
    assert [line.get("count") for line in lines(capsys)[LINES_A_SECOND:]] == [1, None]
