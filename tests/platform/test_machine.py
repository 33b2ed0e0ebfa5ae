"""What the machine has for the embedded server, as `/metrics` tells it."""

import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from service.commands.store import own_store
from service.platform.machine import measure_machine
from service.platform.memory import memory_bytes, most_bytes
from service.settings import read_settings
from tests.servers import RedisServer, ServiceProcess

OF_THE_DISK = {"commentdesk_disk_size_bytes", "commentdesk_disk_free_bytes"}


def gauges(service: ServiceProcess) -> dict[str, float]:
    with urllib.request.urlopen(f"{service.url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    told = [line.split() for line in lines if not line.startswith("#") and "{" not in line]
    return {name: float(value) for name, value in told}


def test_a_folder_lies_on_a_disk_with_a_size(tmp_path: Path) -> None:
    found = measure_machine(tmp_path)
    assert found is not None
    assert 0 <= found.disk_free_bytes <= found.disk_bytes
    assert found.memory_bytes == memory_bytes()


def test_a_folder_that_is_gone_lies_on_none(tmp_path: Path) -> None:
    assert measure_machine(tmp_path / "gone") is None


def test_a_full_disk_has_no_room(small_disk: Path) -> None:
    (small_disk / "file").write_bytes(b"x" * 1024 * 1024)
    found = measure_machine(small_disk)
    assert found is not None
    assert (found.disk_bytes, found.disk_free_bytes) == (2 * 1024 * 1024, 1024 * 1024)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_embedded_server_s_machine_is_in_the_metrics(
    workers: str, make_service: Callable[..., ServiceProcess]
) -> None:
    service = make_service(settings={"COMMENTDESK_WORKERS": workers})
    service.start()
    told = gauges(service)
    assert told.keys() >= OF_THE_DISK
    assert told["commentdesk_redis_machine_memory_bytes"] == memory_bytes()
    assert told["commentdesk_redis_memory_resident_bytes"] > told["commentdesk_redis_memory_used_bytes"] / 2
    assert told["commentdesk_redis_memory_max_bytes"] > 0
    assert told["commentdesk_aof_size_bytes"] > 0


def test_of_a_redis_elsewhere_no_disk_is_told(
    make_service: Callable[..., ServiceProcess], redis_server: RedisServer
) -> None:
    service = make_service(redis_url=redis_server.url)
    service.start()
    told = gauges(service)
    assert not OF_THE_DISK & told.keys()
    assert told["commentdesk_redis_machine_memory_bytes"] > told["commentdesk_redis_memory_resident_bytes"]


async def test_a_command_s_embedded_server_does_not_take_all_memory_either(tmp_path: Path) -> None:
    async with own_store(read_settings({"COMMENTDESK_DATA_DIR": str(tmp_path)})) as link:
        ((_, limit),) = await link.call_each("CONFIG", "GET", "maxmemory")
    assert int(limit) == most_bytes(memory_bytes())
