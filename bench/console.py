"""What the page costs at which moderators sit: its bytes, and the service's CPU for a page, a claim and a decision.

Run: python bench/console.py --held 100000

One browser at work, without scripts and as its scripts ask, while nobody else is there.
"""

import http.client
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.flat import found, undisturbed
from bench.load import Rig, pinned
from bench.moderation import hold_some
from bench.rows import Desk, Plan

QUEUE = "/console/default"
SCRIPT = {"CD-Fragment": "1"}
THREAD_SHARE = 100
OVERLOADED = 503
OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


class Page(NamedTuple):
    """What came back: its status, where it leads, and its text."""

    status: int
    location: str
    text: str

    def fields_of(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form with that action."""
        (form, *_) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', self.text, re.DOTALL)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


class Browser:
    """One that keeps its connection and its cookie, and sends the forms that it was shown."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port)
        self._cookie = ""

    def sign_in(self, token: str) -> None:
        self.post("/console/_/sign-in", {"token": token, "next": ""})

    def get(self, path: str) -> Page:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        return self._ask("POST", path, urlencode(fields), OWN | (headers or {}))

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        """Once more where the service still has to do with what came before."""
        page = self._ask_once(method, path, body, headers)
        while page.status == OVERLOADED:
            time.sleep(1)
            page = self._ask_once(method, path, body, headers)
        if page.status not in {200, 303}:
            raise click.ClickException(f"{method} {path}: {page.status} {page.text[:500]}")
        return page

    def _ask_once(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        self._connection.request(method, path, body, headers | ({"Cookie": self._cookie} if self._cookie else {}))
        answer = self._connection.getresponse()
        self._cookie = answer.getheader("Set-Cookie", self._cookie).partition(";")[0]
        return Page(answer.status, answer.getheader("Location", ""), answer.read().decode())


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


def measure(desk: Desk, browser: Browser, rounds: int) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for name, step in Moderator(browser).steps().items():
            service, server = desk.cpu_ns()
            began = time.perf_counter()
            page = step()
            took = 1000 * (time.perf_counter() - began)
            service_after, server_after = desk.cpu_ns()
            cost = Cost(took, (service_after - service) / 1000, (server_after - server) / 1000, len(page.text.encode()))
            costs.setdefault(name, []).append(cost)
    return costs


def show(name: str, costs: list[Cost]) -> None:
    middle = Cost(*(statistics.median(each) for each in zip(*costs, strict=True)))
    slow = sorted(each.milliseconds for each in costs)[int(0.95 * len(costs))]
    click.echo(
        f"{name:26}{middle.milliseconds:>9.2f}{slow:>9.2f}{middle.service_us:>12,.0f}{middle.server_us:>11,.0f}"
        f"{middle.size_bytes:>10,.0f}"
    )


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
            browser = Browser(desk.rig.url)
            browser.sign_in(desk.moderator)
            click.echo(f"{held:,} held; {rounds} rounds\n")
            click.echo(f"{'':26}{'p50 ms':>9}{'p95':>9}{'service µs':>12}{'server µs':>11}{'bytes':>10}")
            with undisturbed(desk):
                for name, costs in measure(desk, browser, rounds).items():
                    show(name, costs)
        finally:
            desk.rig.stop()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
