"""Given secrets that are short: taken, since an installation has them, but told at each start; very short ones not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import ServiceProcess

SHORT, LONG = "b" * 31, "b" * 32
NAMES = ("COMMENTDESK_ADMIN_TOKEN", "COMMENTDESK_SECRET_KEY", "COMMENTDESK_METRICS_TOKEN")


def warned_of(service: ServiceProcess) -> list[str]:
    lines = [json.loads(line) for line in service.said().splitlines() if '"secret_too_short"' in line]
    assert all(line["level"] == "warning" for line in lines)
    return [line["setting"] for line in lines]


def test_short_secrets_are_taken_and_named(tmp_path: Path, make_service: Callable[..., ServiceProcess]) -> None:
    service = ServiceProcess(tmp_path / "short", admin_token=SHORT, settings=dict.fromkeys(NAMES, SHORT))
    try:
        service.start()
        assert sorted(warned_of(service)) == sorted(NAMES)
        assert SHORT not in service.said()
        assert service.stop() == 0
    finally:
        service.kill()
    long = make_service(settings=dict.fromkeys(NAMES, LONG))
    long.start()
    assert warned_of(long) == []


def test_each_is_named_once_whatever_the_workers(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service(settings={"COMMENTDESK_SECRET_KEY": SHORT, "COMMENTDESK_WORKERS": "2"})
    service.start()
    assert warned_of(service) == ["COMMENTDESK_SECRET_KEY"]


@pytest.mark.parametrize("name", NAMES)
def test_very_short_ones_are_refused(make_service: Callable[..., ServiceProcess], name: str) -> None:
    service = make_service(settings={name: "b" * 15})
    service.spawn()
    assert service.wait() != 0
    assert name in service.said()
