"""The sockets that the service listens on, by the host that is set."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from service.errors import StartError
from service.platform import sockets
from service.platform.sockets import close, listen

LOOPBACKS = ("127.0.0.1", "::1")


@contextmanager
def listening(host: str, slots: int = 1) -> Iterator[int]:
    """The port."""
    listeners = listen(host, 0, slots)
    try:
        yield listeners[0][0].getsockname()[1]
    finally:
        close(listeners)


def takes(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=5):
            return True
    except ConnectionRefusedError:
        return False


@pytest.fixture(autouse=True)
def _machine_with_both_families() -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("::", (True, True)),
        ("0.0.0.0", (True, False)),  # noqa: S104
        ("localhost", (True, True)),
        ("LocalHost", (True, True)),
        ("127.0.0.1", (True, False)),
        ("::1", (False, True)),
    ],
)
def test_it_listens_on_every_family_that_is_meant(host: str, taken: tuple[bool, bool], slots: int) -> None:
    with listening(host, slots) as port:
        assert tuple(takes(address, port) for address in LOOPBACKS) == taken


@pytest.mark.parametrize("host", ["::", "localhost"])
def test_a_family_that_the_machine_lacks_is_left_out(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bind = sockets._bound

    def bind_ipv4(family: int, address: tuple[object, ...], **others: bool) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "no such family")
        return bind(family, address, **others)

    monkeypatch.setattr(sockets, "_bound", bind_ipv4)
    with listening(host) as port:
        assert takes("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("203.0.113.5", "this machine has no such address"),
        ("2001:db8::5", "this machine has no such address"),
        ("desk.invalid", "no address is known for this name"),
    ],
)
def test_a_host_that_is_not_ours_is_told_in_words(host: str, said: str) -> None:
    with pytest.raises(StartError, match=f"Cannot listen on {host} port 8080: {said}"):
        listen(host, 8080, 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::"])
def test_a_port_that_is_taken_is_told_in_words(host: str) -> None:
    with listening("127.0.0.1") as port, pytest.raises(StartError, match="another program listens there"):
        listen(host, port, 1)
