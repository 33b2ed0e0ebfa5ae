"""Whose connections are counted together, and whose are not counted."""

import asyncio
from ipaddress import ip_network
from typing import Any

import pytest

from service.platform.shares import Connecting, Shares, exempt


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def is_closing(self) -> bool:
        return self.closed


async def connecting(transport: asyncio.Transport) -> Connecting:
    async def made() -> Any:
        return transport, asyncio.Protocol()

    task: Connecting = asyncio.create_task(made())
    await task
    return task


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("", True),
        ("10.0.0.5", True),
        ("10.0.1.5", False),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
    ],
)
def test_this_machine_and_trusted_proxies_may_hold_any_number(address: str, *, expected: bool) -> None:
    assert exempt([ip_network("10.0.0.0/24")])(address) is expected


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
async def test_an_address_or_a_line_is_one(first: str, second: str, *, is_one: bool) -> None:
    shares = Shares()
    shares.add(first, await connecting(Transport()))
    assert shares.has_all(second, 1) is is_one


async def test_what_was_closed_no_longer_counts() -> None:
    shares, transport = Shares(), Transport()
    shares.add("192.0.2.1", await connecting(transport))
    assert shares.has_all("192.0.2.1", 1)
    transport.closed = True
    assert not shares.has_all("192.0.2.1", 1)
    shares.forget_closed()
    assert shares.networks == 0


async def test_what_was_never_made_no_longer_counts() -> None:
    async def failing() -> Any:
        raise OSError

    shares = Shares()
    task: Connecting = asyncio.create_task(failing())
    shares.add("192.0.2.1", task)
    assert shares.has_all("192.0.2.1", 1), "it is under way"
    await asyncio.wait([task])
    assert not shares.has_all("192.0.2.1", 1)


async def test_those_who_may_hold_any_number_are_not_counted() -> None:
    shares = Shares()
    for _ in range(100):
        shares.add("127.0.0.1", await connecting(Transport()))
    assert not shares.has_all("127.0.0.1", 1)
    assert shares.networks == 0
