"""Tells the manager of services, systemd, how this one does: datagrams to the socket that it names (sd_notify(3))."""

import asyncio
import os
import socket
import time
from contextlib import suppress

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
"""How long, in microseconds, the manager waits for a sign of life before it ends the service."""
WATCHED = "WATCHDOG_PID"
"""The process that is to give it; any where it is not set."""

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"
SEND_SECONDS = 1.0
"""How long a notice waits for a manager that reads none; then it is lost."""
START_SECONDS = 60
"""How much more time a start asks for, again and again for as long as its event loop goes round."""


def notify(*lines: str) -> None:
    """Sends lines such as `READY=1`; does nothing where no manager asked for it, or is gone."""
    address = os.environ.get(SOCKET, "")
    if not address:
        return
    if address.startswith("@"):  # in the abstract namespace
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.settimeout(SEND_SECONDS)
        notices.connect(address)
        notices.send("\n".join(lines).encode())


def status(words: str) -> str:
    """What `systemctl status` shows, in a line."""
    return f"STATUS={' '.join(words.split())}"


def reloading() -> tuple[str, str]:
    """That new processes take the place of the old, until READY is said again."""
    return "RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}"


async def ask_for_time() -> None:
    """Until it is cancelled, so that a start is not ended that reads a large store, or waits for Redis."""
    notify(status("Starting."))
    while True:
        notify(f"EXTEND_TIMEOUT_USEC={START_SECONDS * 1_000_000:.0f}")
        await asyncio.sleep(START_SECONDS / 3)


async def give_signs_of_life() -> None:
    """As long as the event loop goes round, twice as often as the manager asks; returns at once where it does not."""
    wanted, process = os.environ.get(WATCHDOG, ""), os.environ.get(WATCHED, str(os.getpid()))
    if not wanted.isdigit() or int(wanted) == 0 or process != str(os.getpid()):
        return
    while True:
        notify(ALIVE)
        await asyncio.sleep(int(wanted) / 2_000_000)
