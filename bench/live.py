"""What it costs that moderators follow events: the processor's time of the service and of its server, with and without
listeners, while comments come in and while nothing happens.

Run: python bench/live.py             # listeners by tokens, as programs have them
     python bench/live.py --console   # pages of the console, each with its session
"""

import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.browser import Browser
from bench.connections import Connections, request
from bench.load import Rig, cpu_seconds

SITE = "/v1/sites/default"
TEXT = "Every spring the river takes a little more of the meadow behind the old mill, and nobody counts it."
CONSOLE = "/console/default"
OF_TOKEN, OF_ADDRESS = 5, 25
"""Fewer than the service's own limits."""
QUIET_SECONDS = 5.0
"""The console's page asks for its figures so long after it heard of something, or up to twice as long."""
HEAD_END = b"\r\n\r\n"
SETTLE_SECONDS = 1.0
NO_RATES = {"mode": "premoderate", "reader_rate_per_minute": None, "site_rate_per_minute": None}

HEAD = (
    f"{'':9}{'idle, ms a second of':>24}{'a comment, µs of':>27}{'told':>10}{'writes':>10}{'memory':>10}"
    f"{'figures':>10}{'service':>10}\n"
    f"{'listeners':>9}{'service':>12}{'server':>12}{'service':>14}{'server':>13}{'of each':>10}{'a second':>10}"
    f"{'KiB each':>10}{'a second':>10}{'% a core':>10}"
)


@dataclass(frozen=True, slots=True)
class Way:
    """What one listener sends: to follow, and, as a page does, for its figures when it heard of something."""

    follow: bytes
    figures: bytes | None = None


@dataclass(slots=True)
class Followers:
    """Open streams, and how many bytes and events came on them together."""

    url: str
    tasks: list[asyncio.Task[None]]
    asking: set[asyncio.Task[None]]
    opened: int = 0
    events: int = 0
    received_bytes: int = 0
    writes: int = 0
    asked: int = 0

    async def open(self, ways: list[Way]) -> None:
        for number, way in enumerate(ways):
            source = f"127.0.2.{1 + number // OF_ADDRESS}"
            self.tasks.append(asyncio.create_task(self._follow(way, source)))
        while self.opened < len(ways):
            await asyncio.sleep(0.01)
            for task in self.tasks:
                if task.done():
                    task.result()
                    raise click.ClickException("a stream ended")

    async def close(self) -> None:
        tasks = [*self.tasks, *self.asking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(2 * SETTLE_SECONDS)  # the service looks once a second who is gone

    async def _follow(self, way: Way, source: str) -> None:
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, local_addr=(source, 0))
        writer.write(way.follow)
        head = await reader.readuntil(HEAD_END)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise click.ClickException(head.decode())
        self.opened += 1
        asking: asyncio.Task[None] | None = None
        with contextlib.closing(writer):
            while chunk := await reader.read(65536):
                self.writes += 1
                self.received_bytes += len(chunk)
                events = chunk.count(b"event: ")
                self.events += events
                if way.figures and events and (asking is None or asking.done()):
                    asking = asyncio.create_task(self._ask_for_figures(way.figures, source))
                    self.asking.add(asking)
                    asking.add_done_callback(self.asking.discard)

    async def _ask_for_figures(self, asked: bytes, source: str) -> None:
        await asyncio.sleep(QUIET_SECONDS * (1 + random.random()))
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, local_addr=(source, 0))
        with contextlib.closing(writer):
            writer.write(asked)
            head = await reader.readuntil(HEAD_END)
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise click.ClickException(head.decode())
            self.asked += 1


@dataclass(slots=True)
class Cost:
    """Processor time in seconds, of the service and of its server."""

    service: float
    server: float


def submit_steadily(rig: Rig, token: str, turn: str, count: int, per_second: float) -> None:
    """Sends comments one by one, so many a second."""
    begun = time.monotonic()
    with Connections(rig.url, 1) as connections:
        for number in range(count):
            time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            comment = {"name": "Ada", "email": f"ada{number}@mail.example", "body": f"{TEXT} ({turn} {number})"}
            (answer,) = connections.ask_all([request("POST", f"{SITE}/threads/t/comments", token, comment)])
            if not answer.is_good:
                raise click.ClickException(answer.body.decode())


def used(rig: Rig) -> Cost:
    return Cost(cpu_seconds(rig.pid), cpu_seconds(rig.server_pid))


def resident_kib(pid: int) -> int:
    """Memory of a process, from /proc."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


async def measure(rig: Rig, ways: list[Way], website: str, seconds: int, per_second: float) -> None:
    """A line of what so many listeners cost: idle, and while comments come."""
    before_kib, count = resident_kib(rig.pid), len(ways)
    followers = Followers(rig.url, [], set())
    await followers.open(ways)
    await asyncio.sleep(SETTLE_SECONDS)
    each_kib = (resident_kib(rig.pid) - before_kib) / count if count else 0
    begun = used(rig)
    await asyncio.sleep(seconds)
    idle = used(rig)
    events, writes, asked = followers.events, followers.writes, followers.asked
    sent = int(seconds * per_second)
    await asyncio.to_thread(submit_steadily, rig, website, f"{count}", sent, per_second)
    await asyncio.sleep(SETTLE_SECONDS)
    done = used(rig)
    told, written, looked = followers.events - events, followers.writes - writes, followers.asked - asked
    await followers.close()
    busy_us = [1e6 * each / sent for each in (done.service - idle.service, done.server - idle.server)]
    idle_ms = [1e3 * each / seconds for each in (idle.service - begun.service, idle.server - begun.server)]
    click.echo(
        f"{count:>9}{idle_ms[0]:>12.1f}{idle_ms[1]:>12.1f}{busy_us[0]:>14.0f}{busy_us[1]:>13.0f}"
        f"{told / max(1, count * sent):>10.2f}{written / max(1, count) / seconds:>10.1f}{each_kib:>10.1f}"
        f"{looked / seconds:>10.1f}{1e2 * (done.service - idle.service) / seconds:>10.1f}"
    )


def ways_of_programs(rig: Rig, most: int) -> list[Way]:
    """By tokens, which several share."""
    tokens = [rig.token("moderator") for _ in range(-(-most // OF_TOKEN))]
    return [Way(request("GET", f"{SITE}/events", tokens[number // OF_TOKEN])) for number in range(most)]


def ways_of_pages(rig: Rig, most: int) -> list[Way]:
    """By sessions, one of each of so many moderators."""
    ways = []
    for _ in range(most):
        browser = Browser(rig.url)
        browser.sign_in(rig.token("moderator"))
        follow, figures = (
            f"GET {CONSOLE}/{page} HTTP/1.1\r\nHost: localhost\r\nCookie: {browser.cookie}\r\n\r\n".encode()
            for page in ("live", "figures")
        )
        ways.append(Way(follow, figures))
    return ways


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--listeners", default=(0, 1, 50, 200), show_default=True, multiple=True, type=click.IntRange(0, 500))
@click.option("--seconds", default=5, show_default=True, type=click.IntRange(1, 600), help="Of each load.")
@click.option("--per-second", default=40.0, show_default=True, help="Comments that come in.")
@click.option("--console", is_flag=True, help="Pages of the console, which also ask for their figures.")
@click.option("--core", default=0, show_default=True, help="The service's and its server's.")
def main(*, listeners: tuple[int, ...], seconds: int, per_second: float, console: bool, core: int) -> None:
    """Measure what so many listeners cost, one number after the other."""
    folder = Path(tempfile.mkdtemp(prefix="cd-live-"))
    rig = Rig(folder, core)
    try:
        rig.api("PATCH", f"{SITE}/policy", NO_RATES)
        ways = (ways_of_pages if console else ways_of_programs)(rig, max(listeners))
        website = rig.token("website")
        submit_steadily(rig, website, "warm", 200, 200)
        click.echo(HEAD)
        for count in listeners:
            asyncio.run(measure(rig, ways[:count], website, seconds, per_second))
    finally:
        rig.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
