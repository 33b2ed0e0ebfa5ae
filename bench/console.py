"""What the page costs at which moderators sit: its bytes, and the service's CPU for a page, a claim and a decision.

Run: python bench/console.py --held 100000

One browser at work, without scripts and as its scripts ask, while nobody else is there.
"""

import gzip
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.browser import Browser, Page
from bench.flat import found, undisturbed
from bench.load import ADMIN_TOKEN, Rig, pinned
from bench.moderation import hold_some
from bench.pages import QUEUE, furnish, look, pages_of_administrator, pages_of_moderator
from bench.rows import Desk, Plan
from service.html.compilation import AFTER_SECONDS

SCRIPT = {"CD-Fragment": "1"}
THREAD_SHARE = 100
IDLE_NS = 50_000_000
"""Of a second's processor time: no more than a process that does nothing takes."""
WANTED_MS = 10
"""What no page and no act should take more of the service's CPU than."""


class Moderator:
    """Works at the queue: each step needs what the one before it showed."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page = browser.get(QUEUE)

    def steps(self) -> dict[str, Callable[[], Page]]:
        return {
            "the start page": lambda: self._browser.get(QUEUE),
            "start with 10": lambda: self._send("claims"),
            "the page with ten": self._look,
            "decide": lambda: self._send("decisions", {"decision": "reject"}),
            "the page with nine": self._look_again,
            "undo": lambda: self._send("undo"),
            "the page after it": self._look_again,
            "decide, as a script": lambda: self._send("decisions", {"decision": "reject"}, SCRIPT),
            "take more, as a script": lambda: self._send("claims", headers=SCRIPT),
            "the list": lambda: self._browser.get(f"{QUEUE}?view=list"),
            "give all back": lambda: self._send("claims/end"),
        }

    def _look(self) -> Page:
        self._page = self._browser.get(QUEUE)
        return self._page

    def _look_again(self) -> Page:
        self._page = self._browser.get(self._last)
        return self._page

    def _send(self, form: str, typed: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Page:
        action = f"{QUEUE}/{form}"
        answer = self._browser.post(action, self._page.fields_of(action) | (typed or {}), headers)
        self._last = answer.location
        return answer


class Cost(NamedTuple):
    """Of one step: milliseconds, microseconds of CPU of the service and of its server, and the bytes that came."""

    milliseconds: float
    service_us: float
    server_us: float
    size_bytes: int


def measured(desk: Desk, step: Callable[[], Page]) -> Cost:
    service, server = desk.cpu_ns()
    began = time.perf_counter()
    page = step()
    took = 1000 * (time.perf_counter() - began)
    service_after, server_after = desk.cpu_ns()
    return Cost(took, (service_after - service) / 1000, (server_after - server) / 1000, page.size_bytes)


def at_work(desk: Desk, browser: Browser, rounds: int) -> Mapping[str, list[Cost]]:
    """The queue's pages and acts, round by round."""
    costs: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for name, step in Moderator(browser).steps().items():
            costs.setdefault(name, []).append(measured(desk, step))
    return costs


def looking(desk: Desk, browser: Browser, administrator: Browser, rounds: int) -> Iterator[tuple[str, list[Cost]]]:
    """All other pages, each as often; what a page costs first, when the process meets its texts, is not counted."""
    pages = [(browser, *each) for each in pages_of_moderator(browser)]
    pages += [(administrator, *each) for each in pages_of_administrator()]
    for who, name, path in pages:
        look(who, path)
        yield name, [measured(desk, lambda who=who, path=path: look(who, path)) for _ in range(rounds)]  # type: ignore[misc]


def settle(desk: Desk) -> None:
    """Waits until the process has compiled its templates, which it does a while after its start."""
    time.sleep(AFTER_SECONDS)
    used = 2 * IDLE_NS
    while used > IDLE_NS:
        before, _ = desk.cpu_ns()
        time.sleep(1)
        used = desk.cpu_ns()[0] - before


def show(name: str, costs: list[Cost]) -> None:
    middle = Cost(*(statistics.median(each) for each in zip(*costs, strict=True)))
    slow = sorted(each.milliseconds for each in costs)[int(0.95 * len(costs))]
    mark = " !" if middle.service_us > 1000 * WANTED_MS else ""
    click.echo(
        f"{name:30}{middle.milliseconds:>9.2f}{slow:>9.2f}{middle.service_us:>12,.0f}{middle.server_us:>11,.0f}"
        f"{middle.size_bytes:>10,.0f}{mark}"
    )


def show_first_visit(browser: Browser) -> None:
    """All that a browser loads that was never there, as it goes over the wire and as gzip would make it."""
    steps = Moderator(browser).steps()
    steps["start with 10"]()
    page = steps["the page with ten"]()
    parts = [page, *(asset for _, asset in browser.assets(page))]
    packed = sum(len(gzip.compress(part.text.encode())) for part in parts)
    click.echo(f"\nA first visit: {len(parts)} files, {sum(part.size_bytes for part in parts):,} bytes")
    click.echo(f"({packed:,} by gzip), of which the page has {page.size_bytes:,}")
    steps["give all back"]()


def load_told() -> str:
    """How many programs wait for the cores, on average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--held", default=100_000, show_default=True, type=click.IntRange(100), help="Comments that wait.")
@click.option("--rounds", default=40, show_default=True, type=click.IntRange(2, 200), help="Of all steps.")
@click.option("--cores", default="0,1", show_default=True, help="The service's and its server's, and the load's.")
def main(held: int, rounds: int, cores: str) -> None:
    """Fill a site's queue through the API, and measure what its page costs."""
    core, load_core = (int(each) for each in cores.split(","))
    threads = max(2, held // THREAD_SHARE)
    folder = Path(tempfile.mkdtemp(prefix="cd-console-"))
    with pinned(load_core):
        desk = Desk("console", Rig(folder, core), Plan(held, held, threads, 0), random.Random(5))
        try:
            found(desk)
            hold_some(desk, held)
            furnish(desk)
            browser, administrator = Browser(desk.rig.url), Browser(desk.rig.url)
            browser.sign_in(desk.moderator)
            administrator.sign_in(ADMIN_TOKEN)
            click.echo(f"{held:,} held; {rounds} rounds; load {load_told()}\n")
            click.echo(f"{'':30}{'p50 ms':>9}{'p95':>9}{'service µs':>12}{'server µs':>11}{'bytes':>10}")
            settle(desk)
            with undisturbed(desk):
                for name, costs in at_work(desk, browser, rounds).items():
                    show(name, costs)
                show_first_visit(browser)
                for name, costs in looking(desk, browser, administrator, rounds):
                    show(name, costs)
            click.echo(f"\nload {load_told()}; ! is over {WANTED_MS} ms of the service's CPU")
        finally:
            desk.rig.stop()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
