"""What moderators wait for: claims, decisions, undo, lists and search on a site of many comments, one call at a time.

Run: python bench/moderation.py --comments 1000000

Each row is asked for by one moderator over one connection while nobody else is there, so that its times are those of
one call, with the answer on disk where it changes something; CPU is that of the service and of its server.
"""

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.connections import Connections, request
from bench.flat import fill, found, undisturbed
from bench.load import Rig, pinned
from bench.memory import WORDS
from bench.rows import DECISIONS, LARGEST, SITE, Desk, Plan

HELD_SHARE = 10
THREAD_SHARE = 100
LARGEST_SHARE = 20
"""One of so many comments is held; there are so many to a thread, and one of so many is in the largest thread."""
LISTED = 50
CLAIMED = 20
LEASE_SECONDS = 3600
MOST_REQUESTS = 450
"""One moderator may hold 500 comments."""

Ask = Callable[[Connections], None]


class Row(NamedTuple):
    """What was measured of one kind of call: milliseconds each, and microseconds of CPU."""

    name: str
    milliseconds: list[float]
    service_us: float
    server_us: float
    statuses: Counter[int]

    def at(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Moderator:
    """Makes the requests of each row; what is claimed is decided, and what is decided is undone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._chance = random.Random(3)
        self._claimed: list[str] = []
        self._decided: list[str] = []

    def rows(self) -> dict[str, Callable[[], bytes]]:
        """Each gives the next request of its kind. The decisions need the claims before them, the undos these."""
        return {
            f"claim {CLAIMED}": self._claim,
            "decide": self._decide,
            "undo": self._undo,
            "queue, oldest first": lambda: self._get(f"/queue?limit={LISTED}"),
            "queue, riskiest first": lambda: self._get(f"/queue?limit={LISTED}&order=riskiest"),
            "read a comment in full": self._read,
            "list all": lambda: self._list(""),
            "list what is held": lambda: self._list("state=held"),
            "list what is rejected": lambda: self._list("state=rejected"),
            "list published by the machine": lambda: self._list("state=published&verdict=publish"),
            "list the largest thread's held": lambda: self._list(f"thread={LARGEST}&state=held"),
            "list a thread": lambda: self._list(f"thread={quote(self._desk.published_thread())}"),
            "search a word": lambda: self._list(f"q={self._chance.choice(WORDS)}"),
            "search what nobody said": lambda: self._list("q=zebra+crossing"),
            "search in what is held": lambda: self._list(f"state=held&q={self._chance.choice(WORDS)}+footb*"),
        }

    def _claim(self) -> bytes:
        body = {"limit": CLAIMED, "lease_seconds": LEASE_SECONDS}
        return request("POST", f"{SITE}/claims", self._desk.moderator, body)

    def keep_claimed(self, ids: list[str]) -> None:
        self._claimed += ids

    @property
    def claimed(self) -> int:
        return len(self._claimed)

    def _decide(self) -> bytes:
        comment_id = self._claimed.pop()
        self._decided.append(comment_id)
        body = {"decision": self._chance.choice(DECISIONS)}
        return request("POST", f"{SITE}/comments/{comment_id}/decisions", self._desk.moderator, body)

    def _undo(self) -> bytes:
        return request("POST", f"{SITE}/comments/{self._decided.pop()}/undo", self._desk.moderator, {})

    def _read(self) -> bytes:
        return self._get(f"/comments/{self._chance.choice(self._claimed)}")

    def _list(self, query: str) -> bytes:
        return self._get(f"/comments?limit={LISTED}&{query}")

    def _get(self, path: str) -> bytes:
        return request("GET", f"{SITE}{path}", self._desk.moderator)


def claim_enough(moderator: Moderator, connections: Connections, wanted: int) -> None:
    """Until so many comments are there to be decided, or nothing is free."""
    make = moderator.rows()[f"claim {CLAIMED}"]
    while moderator.claimed < wanted:
        (answer,) = connections.ask_all([make()])
        ids = [each["comment_id"] for each in answer.json()["comments"]] if answer.is_good else []
        if not ids:
            raise click.ClickException(f"Nothing more can be claimed: {answer.status}. Give fewer --requests.")
        moderator.keep_claimed(ids)


def measure(desk: Desk, requests: int) -> Iterator[Row]:
    moderator = Moderator(desk)
    with Connections(desk.rig.url, 1) as connections:
        for name, make in moderator.rows().items():
            if name == "decide":
                claim_enough(moderator, connections, requests + CLAIMED)
            times: list[float] = []
            statuses: Counter[int] = Counter()
            service, server = desk.cpu_ns()
            asked = requests // CLAIMED if name.startswith("claim") else requests
            for _ in range(asked):
                sent = make()
                began = time.perf_counter()
                (answer,) = connections.ask_all([sent])
                times.append(1000 * (time.perf_counter() - began))
                statuses[answer.status] += 1
                if name.startswith("claim") and answer.is_good:
                    moderator.keep_claimed([each["comment_id"] for each in answer.json()["comments"]])
            service_after, server_after = desk.cpu_ns()
            yield Row(
                name, times, (service_after - service) / asked / 1000, (server_after - server) / asked / 1000, statuses
            )


def show(row: Row) -> None:
    refused = {status: times for status, times in row.statuses.items() if not 200 <= status < 300}
    click.echo(
        f"{row.name:34}{statistics.median(row.milliseconds):>9.2f}{row.at(0.95):>9.2f}{row.at(0.99):>9.2f}"
        f"{row.service_us:>12,.0f}{row.server_us:>11,.0f}   {refused or ''}"
    )


def hold_some(desk: Desk, wanted: int) -> None:
    """Sends more to the threads that hold, where the plan's share is less than what is to be decided."""
    threads = cycle(f"held-{number}" for number in range(desk.plan.held_threads))
    with Connections(desk.rig.url, 16) as connections:
        desk.counted(connections.ask_patiently(desk.submissions([next(threads) for _ in range(wanted)])))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--comments", default=100_000, show_default=True, type=click.IntRange(2_000), help="In the site.")
@click.option("--requests", default=400, show_default=True, type=click.IntRange(20, MOST_REQUESTS), help="Of each row.")
@click.option("--cores", default="0,1", show_default=True, help="The service's and its server's, and the load's.")
def main(comments: int, requests: int, cores: str) -> None:
    """Fill a site through the API, and measure what one moderator waits for."""
    core, load_core = (int(each) for each in cores.split(","))
    plan = Plan(comments, comments // HELD_SHARE, max(2, comments // THREAD_SHARE), comments // LARGEST_SHARE)
    folder = Path(tempfile.mkdtemp(prefix="cd-moderation-"))
    with pinned(load_core):
        desk = Desk("moderation", Rig(folder, core), plan, random.Random(5))
        try:
            found(desk)
            rate = fill(desk, comments)
            hold_some(desk, max(0, 3 * requests - plan.held))
            click.echo(f"{comments:,} comments, filled at {rate:,.0f} a second; {requests} calls a row\n")
            click.echo(f"{'':34}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'service µs':>12}{'server µs':>11}")
            with undisturbed(desk):
                for row in measure(desk, requests):
                    show(row)
        finally:
            desk.rig.stop()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
