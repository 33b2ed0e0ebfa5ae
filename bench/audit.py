"""What an audit log costs: sealing, bytes an entry, and verification, on a server of its own.

Run: python bench/audit.py [--entries 1000000]
"""

import asyncio
import logging
import random
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from service.link.link import Link

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SITE = "default"
SECRET = "the secret of these measurements, long enough"
STEP = 10_000
EVENTS_AT_ONCE = 500
LOOKS, LOOKS_AT_ONCE = 5_000, 100
NOW = 1_770_000_000_000
MODERATORS = tuple(f"m{random.Random(number).randrange(16**12):012x}" for number in range(12))
VERDICTS = (
    ("published", "submitted published", '{"verdict":"publish","codes":["risk_below"]}'),
    ("held", "submitted entered", '{"verdict":"hold","codes":["risk_between"]}'),
    ("held", "submitted entered", '{"verdict":"hold","codes":["rule","risk_between"],"rules":["links"]}'),
    ("rejected", "submitted rejected", '{"verdict":"reject","codes":["risk_above"]}'),
)


def events(first: int, count: int, seed: int) -> list[tuple[str, ...]]:
    """Fields of events as a day makes them: comments come, and half of those that are held are claimed and decided."""
    from service.desk import new_id
    from service.store.keys import EVENT_FIELDS

    chance, found, now = random.Random(seed), [], NOW + first * 700
    names = tuple(EVENT_FIELDS.values())
    waiting: list[tuple[str, str]] = []

    def add(kinds: str, actor: str, subject: str, *rest: str) -> None:
        values = (kinds, actor, str(now), subject, *rest)
        found.append(tuple(part for pair in zip(names, values, strict=True) for part in pair))

    while len(found) < count:
        now += chance.randrange(1400)
        state, kinds, detail = chance.choice(VERDICTS)
        comment_id, thread = new_id(now), f"article-{chance.randrange(200)}"
        add(kinds, "twebsite00000", comment_id, thread, "1", "", state, detail)
        if state == "held":
            waiting.append((comment_id, thread))
        if len(waiting) > 20:
            by = chance.choice(MODERATORS)
            for comment_id, thread in waiting[:10]:
                add("claimed", by, comment_id, "", "", "", by, "")
                now += chance.randrange(4000)
                decided = chance.choice((("published", "published"), ("rejected", "spam")))
                add(f"decided {decided[0]} left", by, comment_id, thread, "2", "held", decided[1], "")
            del waiting[:10]
    return found[:count]


@asynccontextmanager
async def own_server() -> "AsyncIterator[Link]":
    """A link to a server of its own, which does not wait for the disk."""
    from service.link.address import make_link
    from service.platform.embedded import EmbeddedServer
    from service.platform.memory import MemoryLimit
    from service.store import scripts

    with tempfile.TemporaryDirectory() as folder:
        server = await EmbeddedServer.open(Path(folder), MemoryLimit(4 << 30, 4 << 30))
        link = make_link(server.url, scripts.ALL)
        link.open()
        await link.wait_up(10)
        await link.call("CONFIG", "SET", "appendfsync", "no")
        yield link
        await link.close()
        await server.close()


async def measure(entries: int) -> None:
    """Fills a log, and prints what that took and what it takes to look at it."""
    async with own_server() as link:
        await show_sealing(link, entries)
        await show_size(link)
        await show_verification(link)
        await show_looks(link)
        await show_reading(link)


async def show_sealing(link: "Link", entries: int) -> None:
    from service.consumers.sealer import Sealer
    from service.vault import Vault

    sealer = Sealer(link, Vault(SECRET), lambda: (SITE,), lambda: NOW)
    await sealer.introduce()
    sealing = own = of_server = 0.0
    for first in range(0, entries, STEP):
        await add_events(link, events(first, min(STEP, entries - first), first))
        before = await server_seconds(link)
        began, own_began = time.perf_counter(), time.process_time()
        while await sealer.seal_some(SITE):
            pass
        sealing += time.perf_counter() - began
        own += time.process_time() - own_began
        of_server += await server_seconds(link) - before
    click.echo(
        f"sealed in {sealing:.1f} s: {1e6 * own / entries:.1f} us an entry here, "
        f"{1e6 * of_server / entries:.1f} us of the server"
    )


async def add_events(link: "Link", added: list[tuple[str, ...]]) -> None:
    from service.store import keys

    for start in range(0, len(added), EVENTS_AT_ONCE):
        step = added[start : start + EVENTS_AT_ONCE]
        await asyncio.gather(*(link.call("XADD", keys.events(SITE), "*", *each) for each in step))


async def show_size(link: "Link") -> None:
    from service.store import audit, keys

    log = keys.audit_keys(SITE)
    state = await audit.read_log(link, SITE)
    assert state is not None
    names = [log.head, log.tail, log.checkpoints, *map(log.segment, range(state.segments))]
    sizes = await asyncio.gather(*(link.call("MEMORY", "USAGE", name) for name in names))
    kept = sum(size or 0 for size in sizes)
    click.echo(f"{state.entries} entries, {state.segments} segments")
    click.echo(f"{kept / state.entries:.1f} bytes an entry, by MEMORY USAGE of its keys")


async def show_verification(link: "Link") -> None:
    from service.store import audit
    from service.upkeep import audit_logs

    began = time.perf_counter()
    found = await audit_logs.verify(link, SITE, await audit.read_signers(link))
    assert found is not None
    assert not found.faults
    click.echo(f"verified in {time.perf_counter() - began:.2f} s")


async def show_looks(link: "Link") -> None:
    from service.store import audit

    before = await server_seconds(link)
    for _ in range(LOOKS // LOOKS_AT_ONCE):
        await asyncio.gather(*(audit.read_unsealed(link, SITE) for _ in range(LOOKS_AT_ONCE)))
    taken = await server_seconds(link) - before
    click.echo(f"a look where nothing was done: {1e6 * taken / LOOKS:.0f} us of the server")


async def show_reading(link: "Link") -> None:
    from service.audit.segment import LINES
    from service.store.audit_pages import read_back
    from service.use_cases.audit_log import PARTS_A_PAGE

    looked, began = 0, time.process_time()
    async for part in read_back(link, SITE, None, None):
        looked += len(part.entries)
        if looked > PARTS_A_PAGE * LINES:
            break
    click.echo(f"read back, {looked} entries: {1e3 * (time.process_time() - began):.0f} ms of this process")


async def server_seconds(link: "Link") -> float:
    """Processor time that the server has taken."""
    (about,) = await link.call_each("INFO", "cpu")
    told = dict(line.split(":", 1) for line in about.decode().split() if ":" in line)
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--entries", default=1_000_000, show_default=True, type=click.IntRange(1_000, 10_000_000))
def main(entries: int) -> None:
    """Seals that many entries of a made-up day, and verifies them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(measure(entries))


if __name__ == "__main__":
    main()
