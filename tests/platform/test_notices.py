"""What systemd is told, on a socket of our own in its place."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.platform import notices
from tests.servers import ServiceProcess

SECONDS = 30.0


class Manager:
    """Stands for systemd: the datagrams that it gets, in order."""

    def __init__(self, address: str) -> None:
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
    ready = manager.heard()
    assert ready[0] == notices.READY
    assert service.url in ready[1]
    if workers == "2":
        os.kill(service.pid, signal.SIGHUP)
        reloading = manager.heard()
        assert reloading[0] == "RELOADING=1"
        assert reloading[1].startswith("MONOTONIC_USEC=")
        assert manager.heard() == [notices.READY]
    assert service.stop() == 0
    assert manager.heard() == [notices.STOPPING]


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
