"""What systemd is told, on a socket of our own in its place."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from service.platform import notices
from service.version import own_version
from tests.servers import ServiceProcess

SECONDS = 30.0


class Manager:
    """Stands for systemd: the datagrams that it gets, in order."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(SECONDS)
        self._socket.bind(address)

    def heard(self) -> list[str]:
        return self._socket.recv(4096).decode().splitlines()

    def heard_until(self, line: str) -> list[list[str]]:
        all_heard = [self.heard()]
        while line not in all_heard[-1]:
            all_heard.append(self.heard())
        return all_heard

    def all_heard(self) -> list[list[str]]:
        """What is there and was not read yet."""
        self._socket.settimeout(0)
        found = []
        with suppress(BlockingIOError):
            while True:
                found.append(self.heard())
        return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(str(tmp_path / "notify"))
    yield manager
    manager.close()


def started(
    make_service: Callable[..., ServiceProcess], folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: str
) -> ServiceProcess:
    monkeypatch.setenv(notices.SOCKET, str(folder / "notify"))
    service = make_service(settings=settings)
    service.start()
    return service


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_is_told_when_the_service_serves_and_when_it_ends(
    make_service: Callable[..., ServiceProcess],
    manager: Manager,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
) -> None:
    service = started(make_service, tmp_path, monkeypatch, COMMENTDESK_WORKERS=workers)
    *before, ready = manager.heard_until(notices.READY)
    assert before == [["STATUS=Starting."], [f"EXTEND_TIMEOUT_USEC={notices.START_SECONDS}000000"]]
    assert service.url in ready[1]
    assert own_version() in ready[1]
    if workers == "2":
        os.kill(service.pid, signal.SIGHUP)
        reloading = manager.heard()
        assert reloading[0] == "RELOADING=1"
        assert reloading[1].startswith("MONOTONIC_USEC=")
        assert manager.heard() == [notices.READY, f"STATUS=New workers serve at {service.url}"]
    assert service.stop() == 0
    assert manager.heard() == [notices.STOPPING]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_service_that_cannot_start_says_why_in_a_line(
    make_service: Callable[..., ServiceProcess],
    manager: Manager,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
) -> None:
    monkeypatch.setenv(notices.SOCKET, str(tmp_path / "notify"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        service = make_service(settings={"COMMENTDESK_PORT": port, "COMMENTDESK_WORKERS": workers})
        service.spawn()
        assert service.wait() == 1
    said = [line for lines in manager.all_heard() for line in lines]
    assert notices.READY not in said
    assert said[-1].startswith("STATUS=")
    assert port in said[-1]


def test_a_reload_that_fails_says_so_and_that_the_service_serves(
    make_service: Callable[..., ServiceProcess], manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = started(make_service, tmp_path, monkeypatch, COMMENTDESK_WORKERS="2")
    manager.heard_until(notices.READY)
    (service.data_dir / "secret-key").write_text("another secret than the store's\n")
    os.kill(service.pid, signal.SIGHUP)
    assert manager.heard()[0] == "RELOADING=1"
    ready, status = manager.heard()
    assert ready == notices.READY
    assert "not replaced" in status
    assert "\n" not in status


def test_only_the_first_process_speaks(
    make_service: Callable[..., ServiceProcess], manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd believes the main process alone, and a worker that spoke would say that all of it is ready."""
    service = started(make_service, tmp_path, monkeypatch, COMMENTDESK_WORKERS="2")
    manager.heard_until(notices.READY)
    assert service.stop() == 0
    assert manager.all_heard() == [[notices.STOPPING]]


async def test_a_start_asks_for_time_again_and_again(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(notices.SOCKET, manager.address)
    monkeypatch.setattr(notices, "START_SECONDS", 0.03)
    asking = asyncio.create_task(notices.ask_for_time())
    heard = [await asyncio.to_thread(manager.heard) for _ in range(3)]
    asking.cancel()
    assert heard[1] == heard[2] == ["EXTEND_TIMEOUT_USEC=30000"]


def test_a_manager_that_reads_nothing_holds_nothing_up(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(notices.SOCKET, manager.address)
    monkeypatch.setattr(notices, "SEND_SECONDS", 0.01)
    for _ in range(1000):  # more than its queue takes
        notices.notify(notices.ALIVE)
    assert manager.heard() == [notices.ALIVE]


def test_signs_of_life_come_while_the_loop_goes_round(
    make_service: Callable[..., ServiceProcess], manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(notices.WATCHDOG, "400000")
    service = started(make_service, tmp_path, monkeypatch)
    manager.heard_until(notices.ALIVE)
    assert manager.heard() == [notices.ALIVE]
    assert service.stop() == 0


def test_an_abstract_socket_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"commentdesk-test-{os.getpid()}"
    manager = Manager(f"\0{name}")
    monkeypatch.setenv(notices.SOCKET, f"@{name}")
    notices.notify(notices.READY, notices.status("well"))
    assert manager.heard() == [notices.READY, "STATUS=well"]
    manager.close()


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "relative"])
def test_without_a_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(notices.SOCKET, address)
    notices.notify(notices.READY)


async def test_signs_of_life_for_another_process_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(notices.WATCHDOG, "400000")
    monkeypatch.setenv(notices.WATCHED, "1")
    await notices.give_signs_of_life()
