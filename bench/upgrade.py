"""What callers notice of the upgrade of a store of format 1: refusals and latency at a steady rate, while it is held
back, while it goes on and after it, and how long it takes.

Run: python bench/upgrade.py --comments 1000000
"""

import asyncio
import base64
import itertools
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import hiredis
import orjson
import redis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.append_only import rewrite_log
from bench.connections import HEAD_END, LENGTH, request
from bench.load import Rig, cpu_seconds, pinned
from bench.memory import CHARS, COMMENTS_A_THREAD, COMMENTS_AN_AUTHOR, WORDS
from service.store import keys

SITE = "/v1/sites/default"
BEGAN_MS = 1_780_000_000_000
HELD_EVERY = 50
"""One comment of so many awaits a decision; half of the others were published by a moderator."""
REMEMBERED_EVERY = 50
"""One of so many came in within a day: it is remembered as an exact repeat, and by its Idempotency-Key."""
LONG_MS = 24 * 3600 * 1000
CONNECTIONS = 64
CHUNK_COMMENTS = 500
START_SECONDS = 600.0
SCORES = dict.fromkeys(
    ("toxicity", "severe_toxicity", "insult", "profanity", "identity_attack", "threat", "sexually_explicit", "spam"),
    0.00282,
)
Command = tuple[Any, ...]
HEADINGS = ("asked", "refused", "p50 ms", "p95", "p99", "most", "service", "server")


def comment_id(number: int) -> str:
    return f"06h0b{number:011d}"


def is_held(number: int) -> bool:
    return number % HELD_EVERY == 0


@dataclass(slots=True)
class Filler:
    """Comments of CHARS characters as format 1 of the store has them."""

    total: int
    seal: Callable[[str, str], bytes]
    email_hash: Callable[[str], str]
    words: random.Random = field(default_factory=lambda: random.Random(7))
    authors: Counter[tuple[str, str]] = field(default_factory=Counter)
    threads: Counter[tuple[str, str]] = field(default_factory=Counter)

    def commands(self) -> Iterator[Command]:
        for number in range(self.total):
            yield from self._comment(number)
        yield from self._counters()

    def _comment(self, number: int) -> Iterator[Command]:
        thread_id = f"article-{number % max(1, self.total // COMMENTS_A_THREAD)}"
        thread, mine, at_ms = keys.thread_keys("default", thread_id), comment_id(number), BEGAN_MS + number
        email = f"reader{number % max(1, self.total // COMMENTS_AN_AUTHOR)}@mail.example"
        author = keys.author("default", self.email_hash(email))
        state = "held" if is_held(number) else "published"
        is_decided = state == "published" and number % 2 == 0
        self.threads[thread.thread, state] += 1
        self.authors[author, state] += 1
        name = keys.comment("default", mine)
        yield "HSET", thread.comments, mine, self._public(number, mine)
        yield "HSET", name, *self._record(thread_id, author.rpartition(":")[2], state, at_ms, self.seal(email, mine))
        if state == "held":
            queue = keys.queue_keys("default")
            for key, score in zip((*queue[:3], thread.queue), (at_ms, "0.006870", "0.493130", at_ms), strict=True):
                yield "ZADD", key, score, mine
        else:
            yield "HSET", name, "published_ms", at_ms
            yield "ZADD", thread.published, at_ms, mine
        if is_decided:
            yield "HSET", name, "decision", "approve", "previous", "held\t\t\t1\n", "revision", 2, "history", _HISTORY
        if number % REMEMBERED_EVERY == 0:
            repeat = keys.repeat("default", f"{number:032d}")
            yield "HSET", repeat, "comment_id", mine, "state", state
            yield "PEXPIRE", repeat, 80_000_000

    def _public(self, number: int, mine: str) -> bytes:
        words = " ".join(self.words.choices(WORDS, k=CHARS // 5))
        body = f"{number} {words}"[:CHARS].ljust(CHARS, ".")
        shown = {"comment_id": mine, "parent_id": None, "name": f"Reader {number % 1000}", "website": None}
        return orjson.dumps(shown | {"body": body})

    def _record(self, thread: str, author: str, state: str, at_ms: int, sealed: bytes) -> Command:
        private = {"email": base64.b64encode(sealed[1:]).decode(), "reader": "", "user_agent": "", "referrer": ""}
        private_json = orjson.dumps(
            private | {"scores": SCORES, "risk": 0.00687, "spans": [], "assessed": True, "model": "1"}
        )
        fields = {
            "thread": thread,
            "author": author,
            "parent_id": "",
            "state": state,
            "revision": 1,
            "submitted_ms": at_ms,
            "risk": "0.006870",
            "verdict": "hold",
            "reasons": b'[{"code":"premoderated"}]',
            "private": private_json,
        }
        return tuple(itertools.chain.from_iterable(fields.items()))

    def _counters(self) -> Iterator[Command]:
        states: Counter[str] = Counter()
        for (key, state), times in self.threads.items():
            yield "HSET", key, state, times, "created_ms", BEGAN_MS, "version", 1
            states[state] += times
        for (key, state), times in self.authors.items():
            yield "HSET", key, state, times, "first_ms", BEGAN_MS, "last_ms", BEGAN_MS
            yield "HINCRBY", key, "submitted", times
        decided = sum(not is_held(number) and number % 2 == 0 for number in range(self.total))
        counted = {f"state:{state}": times for state, times in states.items()}
        counted |= {"submitted:hold": self.total, "decided:approve": decided}
        yield "HSET", keys.totals("default"), *itertools.chain.from_iterable(counted.items())


_HISTORY = (
    orjson.dumps(
        {
            "act": "approve",
            "at_ms": BEGAN_MS,
            "token_id": "0123456789abcdef",
            "moderator": "Mo",
            "reason": None,
            "note": None,
            "from": "held",
            "to": "published",
        }
    )
    + b"\n"
)


async def fill(folder: Path, comments: int) -> dict[str, Any]:
    """A data folder with so many comments of format 1, and a lease on its upgrade that keeps it from beginning; what
    the server says of its memory."""
    from service.platform.embedded import EmbeddedServer
    from service.platform.folder import make_folder
    from service.platform.kept_secret import SECRET_KEY_FILE, kept_secret
    from service.vault import Vault

    make_folder(folder)
    vault = Vault(kept_secret(folder, SECRET_KEY_FILE))
    server = await EmbeddedServer.open(folder)
    with redis.Redis.from_url(server.url) as client:
        client.config_set("appendfsync", "no")
        client.hset(keys.INSTALLATION, mapping={"format": 1, "secret_check": vault.check})
        client.set(keys.UPGRADING, "this test", px=LONG_MS)
        await asyncio.to_thread(
            _send,
            Path(client.connection_pool.connection_kwargs["path"]),
            Filler(comments, vault.seal, vault.email_hash),
        )
        await asyncio.to_thread(rewrite_log, client, folder)
        memory: dict[str, Any] = client.info("memory")
    await server.close()
    return memory


def _send(path: Path, filler: Filler) -> None:
    """All commands, without an answer to each."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(_packed(("CLIENT", "REPLY", "OFF")))
        commands = filler.commands()
        while some := list(itertools.islice(commands, 4 * CHUNK_COMMENTS)):
            connection.sendall(b"".join(map(_packed, some)))
        connection.sendall(_packed(("CLIENT", "REPLY", "ON")))
        connection.recv(64)


def _packed(command: Command) -> bytes:
    packed: bytes = hiredis.pack_command(command)
    return packed


@dataclass(slots=True)
class Measured:
    """What callers noticed in a phase: milliseconds from when each request was due to its whole answer."""

    name: str
    took_ms: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    service_share: float = 0.0
    server_share: float = 0.0

    def add(self, other: "Measured") -> None:
        self.took_ms += other.took_ms
        self.refused.update(other.refused)

    def quantile_ms(self, share: float) -> float:
        ordered = sorted(self.took_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Callers:
    """Readers, a website and a moderator, who ask at a steady rate, however long the answers take."""

    def __init__(self, rig: Rig, comments: int, rate: float) -> None:
        self._rig = rig
        self._comments = comments
        self._rate = rate
        self._words = random.Random(11)
        self._website, self._moderator = rig.token("website"), rig.token("moderator")
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def open(self) -> None:
        address = urlsplit(self._rig.url)
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection(address.hostname, address.port))

    async def measure(self, name: str, is_over: Callable[[float], bool]) -> Measured:
        """Asks until it is over, which is asked with the seconds since the phase began."""
        measured = Measured(name)
        cpu = cpu_seconds(self._rig.pid), cpu_seconds(self._rig.server_pid)
        began = time.monotonic()
        asking: set[asyncio.Task[None]] = set()
        for number in itertools.count():
            due = began + number / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if is_over(due - began):
                break
            task = asyncio.create_task(self._ask(self._request(), due, measured))
            asking.add(task)
            task.add_done_callback(asking.discard)
        await asyncio.gather(*asking)
        seconds = time.monotonic() - began
        measured.service_share = (cpu_seconds(self._rig.pid) - cpu[0]) / seconds
        measured.server_share = (cpu_seconds(self._rig.server_pid) - cpu[1]) / seconds
        return measured

    async def _ask(self, sent: bytes, due: float, measured: Measured) -> None:
        reader, writer = await self._free.get()
        writer.write(sent)
        head = await reader.readuntil(HEAD_END)
        length = LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        self._free.put_nowait((reader, writer))
        measured.took_ms.append(1000 * (time.monotonic() - due))
        status = int(head[9:12])
        if not 200 <= status < 300:
            measured.refused[status] += 1

    def _request(self) -> bytes:
        number, place = self._words.randrange(self._comments), self._words.random()
        thread = f"{SITE}/threads/article-{number % max(1, self._comments // COMMENTS_A_THREAD)}/comments"
        if place < 0.5:
            return request("GET", f"{thread}?limit=20")
        if place < 0.75:
            body = " ".join(self._words.choices(WORDS, k=CHARS // 5))[:CHARS]
            sent = {"name": "Reader", "email": f"reader{number}@mail.example", "body": f"{number} {body}"}
            return request("POST", thread, self._website, sent)
        if place < 0.85:
            return request("GET", f"{SITE}/comments/{comment_id(number)}", self._moderator)
        if place < 0.95:
            decision = {"decision": self._words.choice(("approve", "reject", "spam"))}
            return request("POST", f"{SITE}/comments/{comment_id(number)}/decisions", self._moderator, decision)
        return request("GET", f"{SITE}/queue?limit=20&order=riskiest", self._moderator)


def show(measured: Measured) -> None:
    quantiles = "".join(f"{measured.quantile_ms(share):>9.1f}" for share in (0.5, 0.95, 0.99, 1.0))
    refused = sum(measured.refused.values())
    shares = f"{measured.service_share:>9.0%}{measured.server_share:>9.0%}" if measured.service_share else ""
    click.echo(f"{measured.name:<26}{len(measured.took_ms):>9}{refused:>9}{quantiles}{shares}")
    if refused:
        click.echo(f"  refused: {dict(measured.refused)}")


async def measure(rig: Rig, *, comments: int, rate: float, seconds: int, turns: int) -> None:
    """Shows every phase as it ends. The upgrade is held back and let go on in turn first: what else a machine does
    changes from minute to minute, and only what is paired can be told from it."""
    callers = Callers(rig, comments, rate)
    await callers.open()
    await callers.measure("warming up", lambda passed: passed > seconds / 4)
    click.echo(f"{'phase':<26}" + "".join(f"{each:>9}" for each in HEADINGS))
    held, upgrading = Measured("upgrade held back"), Measured("upgrading")
    for number in range(1, turns + 1):
        rig.server.set(keys.UPGRADING, "this test", px=LONG_MS)
        held.add(await _shown(callers, f"held back, turn {number}", seconds))
        rig.server.delete(keys.UPGRADING)
        upgrading.add(await _shown(callers, f"upgrading, turn {number}", seconds))
    show(held)
    show(upgrading)
    began = time.monotonic()
    while rig.server.hexists(keys.INSTALLATION, "upgrading_from"):
        told = rig.server.hgetall(keys.UPGRADE)
        click.echo(f"  {told}", err=True)
        upgrading.add(await _shown(callers, "upgrading", seconds))
    click.echo(f"After these turns the upgrade took {time.monotonic() - began:.0f} s.")
    show(upgrading)
    for number in range(1, turns + 1):
        await _shown(callers, f"upgraded, turn {number}", seconds)


async def _shown(callers: Callers, name: str, seconds: int) -> Measured:
    measured = await callers.measure(name, lambda passed: passed > seconds)
    show(measured)
    return measured


@click.command()
@click.option("--comments", default=1_000_000, show_default=True, type=click.IntRange(1000))
@click.option("--rate", default=60.0, show_default=True, help="Requests a second.")
@click.option("--seconds", default=30, show_default=True, help="Of each turn.")
@click.option("--turns", default=4, show_default=True, help="Of each kind.")
def main(comments: int, rate: float, seconds: int, turns: int) -> None:
    """Fill a store of format 1, start the service on it, and measure what its callers notice."""
    folder = Path(tempfile.mkdtemp(prefix="cd-upgrade-"))
    try:
        began = time.monotonic()
        memory = asyncio.run(fill(folder / "data", comments))
        click.echo(
            f"{comments:,} comments of format 1 in {time.monotonic() - began:.0f} s, "
            f"{memory['used_memory'] / 1e6:,.0f} MB"
        )
        rig = Rig(folder, 0, start_seconds=START_SECONDS)
        try:
            with pinned(1):
                asyncio.run(measure(rig, comments=comments, rate=rate, seconds=seconds, turns=turns))
            click.echo(f"{int(rig.server.info('memory')['used_memory']) / 1e6:,.0f} MB at the end")
        finally:
            rig.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
