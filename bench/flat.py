"""Whether cost stays flat: CPU time of each request from an empty store to a million comments.

`python bench/flat.py --help`; how to read the tables is in README.md beside this file. Beside the store that is filled
an empty twin runs, and each row is measured on both in turn: the ratio holds on a machine whose speed changes.
"""

import json
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.append_only import rewrite_log, size_of_log, wait_rewritten
from bench.connections import BUSY, BUSY_SECONDS, Connections, request
from bench.load import Rig, pinned
from bench.rows import LARGEST, PAGE, PAGE_THREADS, ROWS, SITE, Cost, Desk, Meter, Plan, Row

CONNECTIONS = 16
FILL_CONNECTIONS = 64
FILLED_AT_ONCE = 1000
FIRST_IN_LARGEST = 300
FIRST_HELD = 200
WALKED = 200
MOST_TRIES = 20
MOST_READY_SECONDS = 900.0
WANTED_READY_SECONDS = 20
WANTED_RATIO = 1.15


@dataclass(frozen=True, slots=True)
class Size:
    """The store at one size. Bytes; costs are medians, the ratios those of what was measured in turn on the twin."""

    comments: int
    held: int
    in_largest: int
    used: int
    resident: int
    service_resident: int
    log_bytes: int
    costs: dict[str, Cost]
    twins: dict[str, Cost]
    ratios: dict[str, Cost]
    ratios_of_both: dict[str, float]


def found(desk: Desk) -> None:
    """Makes what is measured at every size: the policy, threads of PAGE comments, a queue, and the largest thread."""
    rig = desk.rig
    desk.website, desk.moderator = rig.token("website"), rig.token("moderator")
    policy = {"mode": "auto", "publish_below": 1, "reject_above": 1, "reader_rate_per_minute": None}
    rig.api("PUT", f"{SITE}/policy", policy)
    holding = [f"held-{number}" for number in range(desk.plan.held_threads)]
    pages = [f"page-{number}" for number in range(PAGE_THREADS)]
    with Connections(rig.url, CONNECTIONS) as connections:
        desk.counted(connections.ask_patiently([desk.setting(thread, mode="premoderate") for thread in holding]))
        threads = [*pages * PAGE, *[LARGEST] * FIRST_IN_LARGEST, *islice(cycle(holding), FIRST_HELD)]
        desk.counted(connections.ask_patiently(desk.submissions(threads)))
    if others := set(desk.refused) - {BUSY}:
        raise click.ClickException(f"The first comments were refused with {others}")


def fill(desk: Desk, total: int) -> float:
    """Sends comments until `total` of them are stored; how many a second."""
    began, missing = time.monotonic(), max(0, total - desk.stored)
    with (
        click.progressbar(
            length=missing, label=f"to {total:,} comments", item_show_func=shown_text, file=sys.stderr
        ) as bar,
        Connections(desk.rig.url, FILL_CONNECTIONS) as connections,
    ):
        while desk.stored < total:
            count = min(FILLED_AT_ONCE, total - desk.stored)
            # Made one by one while the service answers those before.
            requests = (sent for _ in range(count) for sent in desk.submissions([desk.any_thread()]))
            desk.counted(connections.ask_patiently(requests))
            rate = (bar.pos + count) / (time.monotonic() - began)
            bar.update(count, f"{rate:,.0f}/s")
    return missing / (time.monotonic() - began)


def shown_text(item: str | None) -> str | None:
    return item


@contextmanager
def undisturbed(desk: Desk) -> Iterator[None]:
    """The append-only file is not rewritten meanwhile."""
    name = "auto-aof-rewrite-percentage"
    before = desk.rig.server.config_get(name)[name] or 0
    wait_rewritten(desk.rig.server)
    desk.rig.server.config_set(name, 0)
    try:
        wait_rewritten(desk.rig.server)
        yield
    finally:
        desk.rig.server.config_set(name, before)


def look_inside(desk: Desk) -> tuple[int, int]:
    """Goes half-way through the queue and the largest thread; how many comments are in each."""
    with Connections(desk.rig.url, 1) as connections:
        queue, desk.queue_cursor = walk(connections, f"{SITE}/queue", "total", desk.moderator)
        thread, desk.thread_cursor = walk(connections, f"{SITE}/threads/{LARGEST}/comments", "count", "")
    return queue, thread


def walk(connections: Connections, path: str, total: str, token: str) -> tuple[int, str]:
    """A list's length, and the cursor half-way through it."""
    cursor, passed, half = "", 0, 1
    while passed < half:
        after = f"&cursor={cursor}" if cursor else ""
        wanted = request("GET", f"{path}?limit={min(WALKED, half - passed)}{after}", token)
        page = connections.ask_patiently([wanted])[-1].json()
        cursor = page["next_cursor"]
        passed += len(page["comments"])
        half = page[total] // 2
    return page[total], cursor


def measure(desk: Desk, twin: Desk, requests: int, repeats: int) -> Size:
    """All rows, on the desk and its twin in turn."""
    costs: dict[tuple[str, str], list[Cost]] = {(each.name, row): [] for each in (desk, twin) for row in ROWS}
    with ExitStack() as stack:
        for each in (desk, twin):
            stack.enter_context(undisturbed(each))
        held, in_largest = look_inside(desk)
        look_inside(twin)
        label = f"measuring at {desk.stored:,}"
        bar = stack.enter_context(
            click.progressbar(length=repeats * len(ROWS), label=label, item_show_func=shown_text, file=sys.stderr)
        )
        for turn in range(repeats):
            for name, row in ROWS.items():
                bar.update(1, name)
                for each in (desk, twin) if turn % 2 == 0 else (twin, desk):
                    costs[each.name, name].append(cost_of(row, each, requests))
    memory: dict[str, Any] = desk.rig.server.info("memory")
    pairs = {name: list(zip(costs[desk.name, name], costs[twin.name, name], strict=True)) for name in ROWS}
    return Size(
        desk.stored,
        held,
        in_largest,
        used=memory["used_memory"],
        resident=memory["used_memory_rss"],
        service_resident=resident_bytes(desk.rig.pid),
        log_bytes=size_of_log(desk.rig.data_dir),
        costs={name: middle(costs[desk.name, name]) for name in ROWS},
        twins={name: middle(costs[twin.name, name]) for name in ROWS},
        ratios={
            name: middle([Cost(a.service / b.service, a.server / b.server) for a, b in pairs[name]]) for name in ROWS
        },
        ratios_of_both={name: statistics.median(a.both / b.both for a, b in pairs[name]) for name in ROWS},
    )


def cost_of(row: Row, desk: Desk, requests: int) -> Cost:
    """Measured once more when the machine was so busy that the service refused some."""
    for _ in range(MOST_TRIES):
        with Connections(desk.rig.url, CONNECTIONS) as connections:
            meter = Meter(desk, connections)
            row(desk, meter, requests)
        if meter.is_true:
            return meter.cost
        time.sleep(BUSY_SECONDS)
    raise click.ClickException(f"{desk.name} refused again and again, by status: {dict(desk.refused)}")


def middle(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(each.service for each in costs), statistics.median(each.server for each in costs))


def resident_bytes(pid: int) -> int:
    line = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def show(sizes: Sequence[Size]) -> None:
    click.echo(f"\nµs of CPU a request, and × the empty twin's in turn; ! is over {WANTED_RATIO}")
    click.echo(f"{'comments':42}" + "".join(f"{each.comments:>16,}" for each in sizes))
    for name in ROWS:
        for part in ("service", "server"):
            cells = [(getattr(each.costs[name], part), getattr(each.ratios[name], part)) for each in sizes]
            click.echo(f"{name if part == 'service' else '':34}{part:8}" + "".join(_cell(*each) for each in cells))
        cells = [(each.costs[name].both, each.ratios_of_both[name]) for each in sizes]
        click.echo(f"{'':34}{'both':8}" + "".join(_cell(*each, "!") for each in cells))
    click.echo("\nthe store")
    megabytes = {"used_memory": "used", "server's RSS": "resident", "append-only file": "log_bytes"}
    for what, attribute in {"held": "held", "in the largest thread": "in_largest"}.items():
        click.echo(f"{what:42}" + "".join(f"{getattr(each, attribute):>16,}" for each in sizes))
    for what, attribute in (megabytes | {"service's RSS": "service_resident"}).items():
        click.echo(f"{what + ', MB':42}" + "".join(f"{getattr(each, attribute) / 1e6:>16,.1f}" for each in sizes))
    for what, attribute in megabytes.items():
        cells_of_bytes = (getattr(each, attribute) / each.comments for each in sizes)
        click.echo(f"{what + ', B a comment':42}" + "".join(f"{each:>16,.0f}" for each in cells_of_bytes))


def _cell(microseconds: float, ratio: float, mark: str = " ") -> str:
    return f"{microseconds:>9,.0f} ×{ratio:4.2f}{mark if ratio > WANTED_RATIO else ' '}"


@dataclass(frozen=True, slots=True)
class Restarts:
    """Seconds from the start of a service until /readyz says 200, before and after BGREWRITEAOF; bytes of its log."""

    ready_seconds: float
    rewrite_seconds: float
    log_bytes: int
    ready_after_rewrite_seconds: float


def restart(desk: Desk, folder: Path, core: int) -> float:
    """Stops the service in order and starts it again on its data; seconds from the start until it is ready."""
    desk.rig.stop()
    began = time.monotonic()
    desk.rig = Rig(folder, core, start_seconds=MOST_READY_SECONDS)
    return time.monotonic() - began


def restarts(desk: Desk, folder: Path, core: int) -> Restarts:
    ready_seconds = restart(desk, folder, core)
    began = time.monotonic()
    log_bytes = rewrite_log(desk.rig.server, desk.rig.data_dir)
    rewrite_seconds = time.monotonic() - began
    return Restarts(ready_seconds, rewrite_seconds, log_bytes, restart(desk, folder, core))


@contextmanager
def opened(name: str, folder: Path, core: int, plan: Plan) -> Iterator[Desk]:
    """A service in the folder, with what is measured at every size; it ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    desk = Desk(name, Rig(folder, core), plan, random.Random(name))
    try:
        found(desk)
        yield desk
    finally:
        desk.rig.stop()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--comments", default=1_000_000, show_default=True, type=click.IntRange(2000), help="In the end.")
@click.option("--held", default=100_000, show_default=True, type=click.IntRange(1), help="So many stay in the queue.")
@click.option("--threads", default=10_000, show_default=True, type=click.IntRange(2), help="They are spread over.")
@click.option("--largest", default=50_000, show_default=True, type=click.IntRange(1), help="Comments of one thread.")
@click.option("--at", default="10,50,100", show_default=True, help="Percent at which it is measured, beside empty.")
@click.option(
    "--requests", default=400, show_default=True, type=click.IntRange(20), help="Of a row; fewer of slow ones."
)
@click.option("--repeats", default=9, show_default=True, type=click.IntRange(1), help="Of each row; the median counts.")
@click.option("--cores", default="0,1", show_default=True, help="The services' and their servers', and the load's.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="An empty folder for data that stay.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results there too."
)
def main(
    *,
    comments: int,
    held: int,
    threads: int,
    largest: int,
    at: str,
    requests: int,
    repeats: int,
    cores: str,
    keep: Path | None,
    json_file: Path | None,
) -> None:
    """Fill a store through the API, and measure at several sizes what each kind of request costs."""
    try:
        percents = sorted(float(each) for each in at.split(","))
        core, load_core = (int(each) for each in cores.split(","))
    except ValueError as error:
        raise click.ClickException(f"--at and --cores are numbers separated by commas: {error}") from error
    if keep and keep.exists() and any(keep.iterdir()):
        raise click.ClickException(f"{keep} is not empty")
    if held + largest > comments:
        raise click.ClickException("--held and --largest together are more than --comments")
    signal.signal(signal.SIGTERM, _leave)
    plan = Plan(comments, held, threads, largest)
    folder = Path(tempfile.mkdtemp(prefix="cd-flat-"))
    try:
        filled = keep or folder / "filled"
        with pinned(load_core), opened("filled", filled, core, plan) as desk:
            with opened("twin", folder / "twin", core, plan) as twin:
                sizes = [measure(desk, twin, requests, repeats)]
                rates = []
                for percent in percents:
                    rates.append(fill(desk, round(comments * percent / 100)))
                    sizes.append(measure(desk, twin, requests, repeats))
                    show(sizes[-1:])
            restarted = restarts(desk, filled, core)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(sizes)
    show_restarts(restarted, rates)
    for each in (desk, twin):
        if each.refused:
            click.echo(f"{each.name}: refused, by status {dict(each.refused)}", err=True)
    if json_file:
        result = {"plan": asdict(plan), "sizes": list(map(asdict, sizes)), "filled_per_second": rates}
        result |= {"restarts": asdict(restarted), "refused": {each.name: dict(each.refused) for each in (desk, twin)}}
        json_file.write_text(json.dumps(result, indent=2) + "\n")


def show_restarts(restarted: Restarts, rates: Sequence[float]) -> None:
    click.echo(f"\nfilled at {', '.join(f'{each:,.0f}' for each in rates)} comments a second")
    click.echo(
        f"ready again after {restarted.ready_seconds:.1f} s, after BGREWRITEAOF ({restarted.rewrite_seconds:.1f} s, "
        f"{restarted.log_bytes / 1e6:,.1f} MB) {restarted.ready_after_rewrite_seconds:.1f} s; "
        f"wanted are {WANTED_READY_SECONDS} s"
    )


def _leave(*_: object) -> None:
    raise SystemExit(143)


if __name__ == "__main__":
    main()
