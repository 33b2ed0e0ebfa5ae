"""Services of two workers, and their processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import RedisServer, ServiceProcess

WORKERS = {"COMMENTDESK_WORKERS": "2"}


@pytest.fixture
def service(make_service: Callable[..., ServiceProcess], redis_server: RedisServer) -> ServiceProcess:
    """Two workers on a Redis of their own."""
    service = make_service(redis_url=redis_server.url, settings=WORKERS)
    service.start()
    return service


def children(service: ServiceProcess) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()]


def workers(service: ServiceProcess) -> set[int]:
    """The pids of the workers that live, those that come or go included."""
    return {pid for pid in children(service) if b"service.commands.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()}
