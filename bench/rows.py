"""What is asked at every size of the store, and what it cost: CPU time of the service and of its server a request."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.connections import Answer, Connections, request
from bench.load import Rig
from bench.memory import CHARS, COMMENTS_AN_AUTHOR, WORDS

SITE = "/v1/sites/default"
LARGEST = "the-largest"
PAGE = 100
PAGE_THREADS = 10
LISTED = 50
CLAIMED = 20
COUNTED = 20
DECISIONS = ("approve", "approve", "approve", "reject", "spam")


class Cost(NamedTuple):
    """Microseconds of CPU a request."""

    service: float
    server: float

    @property
    def both(self) -> float:
        return self.service + self.server


@dataclass(frozen=True, slots=True)
class Plan:
    """What the full store holds."""

    comments: int
    held: int
    threads: int
    largest: int

    @property
    def held_threads(self) -> int:
        """So many of the threads are moderated before publication: what is sent to them is held."""
        return max(1, self.threads * self.held // self.comments)


@dataclass(slots=True)
class Desk:
    """A service that is measured: what its callers hold and know, and how many comments it took."""

    name: str
    rig: Rig
    plan: Plan
    words: random.Random
    website: str = ""
    moderator: str = ""
    stored: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    claimed: list[str] = field(default_factory=list)
    queue_cursor: str = ""
    thread_cursor: str = ""

    def submissions(self, threads: Sequence[str]) -> list[bytes]:
        """A comment for each of the threads, of CHARS characters, no two alike."""
        return [self._submission(thread) for thread in threads]

    def _submission(self, thread: str) -> bytes:
        self.stored += 1
        author = self.words.randrange(max(1, self.plan.comments // COMMENTS_AN_AUTHOR))
        body = f"{self.stored} {' '.join(self.words.choices(WORDS, k=CHARS // 4))}"[:CHARS].rstrip().ljust(CHARS, ".")
        sent = {"name": f"Reader {author}", "email": f"reader{author}@mail.example", "body": body}
        return request("POST", f"{SITE}/threads/{thread}/comments", self.website, sent)

    def published_thread(self) -> str:
        return f"article-{self.words.randrange(max(1, self.plan.threads - self.plan.held_threads))}"

    def held_thread(self) -> str:
        return f"held-{self.words.randrange(self.plan.held_threads)}"

    def any_thread(self) -> str:
        """The largest thread's share of all comments goes there, the held ones' to threads that hold, as planned."""
        place = self.words.random() * self.plan.comments
        if place < self.plan.largest:
            return LARGEST
        return self.held_thread() if place < self.plan.largest + self.plan.held else self.published_thread()

    def setting(self, thread: str, **changes: str) -> bytes:
        return request("PUT", f"{SITE}/threads/{thread}", self.moderator, changes)

    def counted(self, answers: Sequence[Answer]) -> list[Answer]:
        """The good ones; the statuses of the others are kept."""
        self.refused.update(each.status for each in answers if not each.is_good)
        return [each for each in answers if each.is_good]

    def cpu_ns(self) -> tuple[int, int]:
        """CPU time so far, to the nanosecond: the service's and its server's, without the child that rewrites."""
        return cpu_ns(self.rig.pid), cpu_ns(self.rig.server_pid)


def cpu_ns(pid: int) -> int:
    """User and system time of a process with all its threads: clock_getcpuclockid(3), as Linux numbers its clocks."""
    return time.clock_gettime_ns((~pid << 3) | 2)


class Meter:
    """Asks a desk, and counts the CPU time of what is measured."""

    def __init__(self, desk: Desk, connections: Connections) -> None:
        self._desk = desk
        self._connections = connections
        self._ns = [0, 0]
        self._requests = 0
        self._good = 0

    def prepare(self, requests: Sequence[bytes]) -> None:
        self._desk.counted(self._connections.ask_patiently(requests))

    def measure(self, requests: Sequence[bytes]) -> list[Answer]:
        before = self._desk.cpu_ns()
        answers = self._connections.ask_all(requests)
        for index, (start, end) in enumerate(zip(before, self._desk.cpu_ns(), strict=True)):
            self._ns[index] += end - start
        good = self._desk.counted(answers)
        self._requests += len(requests)
        self._good += len(good)
        return good

    @property
    def is_true(self) -> bool:
        """Whether every request was answered with what it asked for."""
        return 0 < self._requests == self._good

    @property
    def cost(self) -> Cost:
        service, server = (each / 1000 / self._requests for each in self._ns)
        return Cost(service, server)


Row = Callable[[Desk, Meter, int], None]


def submit_published(desk: Desk, meter: Meter, count: int) -> None:
    meter.measure(desk.submissions([desk.published_thread() for _ in range(count)]))


def submit_held(desk: Desk, meter: Meter, count: int) -> None:
    meter.measure(desk.submissions([desk.held_thread() for _ in range(count)]))


def claim(desk: Desk, meter: Meter, count: int) -> None:
    wanted = request("POST", f"{SITE}/claims", desk.moderator, {"limit": CLAIMED})
    answers = meter.measure([wanted] * max(1, count // CLAIMED))
    desk.claimed = [comment["comment_id"] for each in answers for comment in each.json()["comments"]]


def decide(desk: Desk, meter: Meter, _: int) -> None:
    """What `claim` claimed."""
    meter.measure(
        [
            request(
                "POST",
                f"{SITE}/comments/{comment_id}/decisions",
                desk.moderator,
                {"decision": DECISIONS[number % len(DECISIONS)]},
            )
            for number, comment_id in enumerate(desk.claimed)
        ]
    )


def list_queue(desk: Desk, meter: Meter, count: int) -> None:
    meter.measure([request("GET", f"{SITE}/queue?limit={LISTED}", desk.moderator)] * _few(count))


def list_queue_inside(desk: Desk, meter: Meter, count: int) -> None:
    path = f"{SITE}/queue?limit={LISTED}&cursor={desk.queue_cursor}"
    meter.measure([request("GET", path, desk.moderator)] * _few(count))


def read_metrics(_: Desk, meter: Meter, count: int) -> None:
    meter.measure([request("GET", "/metrics")] * _few(count))


def count_threads(desk: Desk, meter: Meter, count: int) -> None:
    threads = "&".join(f"thread={desk.published_thread()}" for _ in range(COUNTED))
    meter.measure([request("GET", f"{SITE}/counts?{threads}")] * _few(count))


def read_page(desk: Desk, meter: Meter, count: int) -> None:
    """Of threads that changed since anybody read them."""
    pages = [request("GET", f"{SITE}/threads/page-{number}/comments?limit={PAGE}") for number in range(PAGE_THREADS)]
    for turn in range(_few(count) // PAGE_THREADS or 1):
        meter.prepare([desk.setting(f"page-{number}", title=f"Turn {turn}") for number in range(PAGE_THREADS)])
        meter.measure(pages)


def read_largest(desk: Desk, meter: Meter, count: int) -> None:
    _read_largest(desk, meter, count, "")


def read_largest_inside(desk: Desk, meter: Meter, count: int) -> None:
    _read_largest(desk, meter, count, f"&cursor={desk.thread_cursor}")


def _read_largest(desk: Desk, meter: Meter, count: int, cursor: str) -> None:
    page = request("GET", f"{SITE}/threads/{LARGEST}/comments?limit={PAGE}{cursor}")
    for turn in range(_few(count)):
        meter.prepare([desk.setting(LARGEST, title=f"Turn {turn}")])
        meter.measure([page])


def _few(count: int) -> int:
    """So many of the requests that cost much."""
    return max(1, count // 4)


# In this order: what is submitted as held is claimed, and what is claimed is decided, so the queue stays as it was.
ROWS: dict[str, Row] = {
    "submit, published": submit_published,
    "submit, held": submit_held,
    f"claim {CLAIMED}": claim,
    "decide": decide,
    "list the queue, first page": list_queue,
    "list the queue, half-way": list_queue_inside,
    "/metrics": read_metrics,
    f"count of {COUNTED} threads": count_threads,
    f"cold page of {PAGE} comments": read_page,
    "largest thread, first page, cold": read_largest,
    "largest thread, half-way, cold": read_largest_inside,
}
