"""What a site's series cost: a write within a minute, the first of another, the room that they take, and reading them.

Run: python bench/series.py
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import click
import orjson
import redis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from service.api.wire_stats import stats_json
from service.domain.series import MINUTE_MS, Span
from service.link.address import make_link
from service.platform.embedded import EmbeddedServer
from service.store import keys, scripts
from service.store.series import pack_row, read_series

SITE = "default"
OF_SERIES, TOTALS, QUEUE = keys.series_keys(SITE), keys.totals(SITE), keys.queue_keys(SITE).queue
LIBRARY = Path(scripts.__file__).parent / "lib" / "series.lua"
NOW_MS = 1_800_000_000_000
GROWN = 9
"""So many counters grow in a minute."""
ROLLS = """
for i = 1, tonumber(ARGV[2]) do
  for n = 5, #ARGV do redis.call('HINCRBY', KEYS[4], ARGV[n], 3) end
  if ARGV[4] == '1' then roll_series(KEYS[4], KEYS[5], series_at(1), tonumber(ARGV[1]) + i * tonumber(ARGV[3])) end
end
"""
READS = 20


def names_of(counters: int) -> list[str]:
    """24 counters, and behind them those of moderators."""
    return [f"submitted:{number}" for number in range(24)] + [f"by:m{number:015d}" for number in range(counters - 24)]


def server_seconds(client: "redis.Redis") -> float:
    """Processor time of the thread that carries commands out."""
    told = client.info("cpu")
    return float(told["used_cpu_user_main_thread"]) + float(told["used_cpu_sys_main_thread"])


def roll_us(client: "redis.Redis", counters: int, step_ms: int, times: int) -> float:
    """What `roll_series` takes of the server, µs: so many times, each so much later than the one before."""
    names = names_of(counters)
    grown = names[:GROWN] if step_ms else []
    spent: dict[str, float] = {}
    for is_on in ("1", "0"):
        client.flushall()
        client.hset(TOTALS, mapping=dict.fromkeys(names, 1000))
        client.zadd(QUEUE, {f"c{number}": NOW_MS for number in range(100)})
        begun = server_seconds(client)
        client.eval(LIBRARY.read_text() + ROLLS, 5, *OF_SERIES, TOTALS, QUEUE, NOW_MS, times, step_ms, is_on, *grown)
        spent[is_on] = server_seconds(client) - begun
    return 1e6 * (spent["1"] - spent["0"]) / times


def fill(client: "redis.Redis", moderators: int) -> None:
    """Rows of a busy day and a busy quarter, two moderators in each."""
    names, minute = names_of(24 + moderators), NOW_MS // MINUTE_MS
    values = " ".join(["1"] * len(names))
    client.flushall()
    client.hset(
        OF_SERIES.base, mapping={"minute": minute, "names": " ".join(names), "minutes": values, "hours": values}
    )
    for key, kept, end in ((OF_SERIES.minutes, 1440, minute), (OF_SERIES.hours, 2160, minute // 60)):
        pipeline = client.pipeline(transaction=False)
        for number in range(kept):
            of_moderators = [(24 + number % moderators, 5), (24 + (number + 1) % moderators, 2)]
            grown = [(place, 1 + number % 90) for place in range(GROWN)] + sorted(of_moderators)
            pipeline.xadd(key, {"r": pack_row((end - kept + number, 130, 5400), grown)})
        pipeline.execute()


async def read(url: str, client: "redis.Redis", span: Span) -> tuple[float, float, int]:
    """The server's ms, this process's ms with the JSON, and the bytes of that."""
    link = make_link(url, scripts.ALL)
    link.open()
    await link.wait_up(10)
    await read_series(link, SITE, span, NOW_MS)
    server, begun = server_seconds(client), time.process_time()
    for _ in range(READS):
        text = orjson.dumps(stats_json(await read_series(link, SITE, span, NOW_MS), lambda _: None))
    spent = time.process_time() - begun
    await link.close()
    return 1e3 * (server_seconds(client) - server) / READS, 1e3 * spent / READS, len(text)


async def measure(folder: Path) -> None:
    server = await EmbeddedServer.open(folder)
    client = redis.Redis.from_url(server.url)
    try:
        for counters in (24, 224):
            same, other = roll_us(client, counters, 0, 200_000), roll_us(client, counters, MINUTE_MS, 5_000)
            click.echo(f"{counters} counters: a write {same:.2f} µs, the first of a minute {other:.0f} µs")
        for moderators in (12, 200):
            fill(client, moderators)
            used = sum(int(client.memory_usage(key, samples=0) or 0) for key in OF_SERIES)
            click.echo(f"{moderators} moderators: {used / 1024:.0f} KiB")
            for span in Span:
                server_ms, own_ms, size = await read(server.url, client, span)
                click.echo(
                    f"  {span}: server {server_ms:.1f} ms, process {own_ms:.1f} ms, {size / 1024:.0f} KiB of JSON"
                )
    finally:
        client.close()
        await server.close()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure on an embedded server of its own."""
    with tempfile.TemporaryDirectory(prefix="cd-series-") as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
