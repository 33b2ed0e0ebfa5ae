"""What the console's page of a site's numbers costs: how long it takes, and how long the event loop waits for it.

Run: python bench/plots.py
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import redis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.series import NOW_MS, OF_SERIES, SITE, fill
from service.console.numbers_figures import figures_of
from service.console.numbers_plots import Plot, plots_of
from service.console.numbers_risk import risk_plot
from service.console.numbers_store import memory_figure, store_plot
from service.console.numbers_told import tell
from service.console.plot import write_plots
from service.domain.numbers import Numbers, Queue, plot_step_ms
from service.domain.series import Span
from service.domain.store_growth import STEP_MS, Size, StoreSizes
from service.link.address import make_link
from service.link.link import Link
from service.platform.embedded import EmbeddedServer
from service.store import scripts
from service.store.comments import AGE_BOUNDS_SECONDS
from service.store.series import read_series
from service.texts.catalogue import CATALOGUE

READS = 20
TEXTS = CATALOGUE.of("de")
COUNTERS = (
    *("submitted:publish", "submitted:hold", "submitted:reject"),
    *(
        "decided:approve",
        "decided:reject",
        "decided:spam",
        "age_count",
        "stands:hold:5:reject",
        "stands:hold:1:approve",
    ),
)
STORE = StoreSizes(2 * 10**8, 10**9, [Size(NOW_MS - back * STEP_MS, 10**8) for back in range(359, -1, -1)])
"""Measured every six hours for a quarter of a year."""
SPANS = (Span.DAY, Span.WEEK, Span.QUARTER)


def name_counters(client: "redis.Redis", moderators: int) -> None:
    """Gives the counters of the rows the names that the page looks for."""
    ages = [f"age_in:{bound}" for bound in AGE_BOUNDS_SECONDS]
    counters = [*COUNTERS, *ages, *(f"spare:{number}" for number in range(24 - len(COUNTERS) - len(ages)))]
    members = [f"by:m{number:015d}" for number in range(moderators)]
    client.hset(OF_SERIES.base, "names", " ".join([*counters, *members]))


async def read(link: Link, span: Span) -> Numbers:
    last_hour = await read_series(link, SITE, Span.HOUR, NOW_MS)
    points = await read_series(link, SITE, span, NOW_MS, plot_step_ms(span))
    return Numbers(NOW_MS, Queue(130, NOW_MS - 5_400_000), last_hour, points)


async def draw(found: Numbers) -> int:
    """Draws what is made of the numbers, and gives its length; the frame around it is that of every page."""
    tell(found, TEXTS)
    figures_of(found, TEXTS)
    memory_figure(STORE, found.now_ms, TEXTS)
    return sum(map(len, await write_plots(_plots(found), TEXTS)))


def _plots(found: Numbers) -> Iterator[Plot]:
    """All but the one of speed, which is the same whatever a site's numbers are."""
    yield from plots_of(found, TEXTS, str)
    yield risk_plot(found, TEXTS)
    yield store_plot(STORE, found.now_ms, TEXTS)


async def longest_wait(until: "asyncio.Future[Any]") -> float:
    """For how many ms at most the event loop came to nothing else meanwhile."""
    longest, before = 0.0, time.perf_counter()
    while not until.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return 1e3 * longest


async def measure(folder: Path) -> None:
    server = await EmbeddedServer.open(folder)
    client, link = redis.Redis.from_url(server.url), make_link(server.url, scripts.ALL)
    try:
        link.open()
        await link.wait_up(10)
        for moderators in (12, 200):
            fill(client, moderators)
            name_counters(client, moderators)
            for span in SPANS:
                await draw(await read(link, span))
                click.echo(f"{moderators} moderators, {span}: {await told(link, span)}")
    finally:
        await link.close()
        client.close()
        await server.close()


async def told(link: Link, span: Span) -> str:
    waits: dict[str, list[float]] = {"reading": [], "drawing": []}
    size, begun = 0, time.process_time()
    for _ in range(READS):
        await draw(await read(link, span))
    spent_ms = 1e3 * (time.process_time() - begun) / READS
    for _ in range(READS):
        reading = asyncio.ensure_future(read(link, span))
        waits["reading"].append(await longest_wait(reading))
        drawing = asyncio.ensure_future(draw(reading.result()))
        waits["drawing"].append(await longest_wait(drawing))
        size = drawing.result()
    holds = " and ".join(f"{sorted(ms)[READS // 2]:.1f} ms at {what}" for what, ms in waits.items())
    return (
        f"the event loop is held for {holds} at the longest (medians); "
        f"{spent_ms:.1f} ms of its processor; {size / 1024:.0f} KiB"
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure on an embedded server of its own."""
    with tempfile.TemporaryDirectory(prefix="cd-plots-") as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
