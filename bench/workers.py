"""Two workers against one, in turn: comments a second, and the CPU time of a comment in each process.

`python bench/workers.py --help`. The load generator needs processor time too: on two cores two workers, their server
and wrk share what one worker would have had to itself. So wrk runs at the lowest priority by default, and beside the
comments a second that came out stands how many workers' worth of CPU was used: comments a second by CPU second of the
workers, times the workers, is what they would give on a core each. `--share 0.25` gives that to all of them instead of
reckoning it: each worker is held to a quarter of a core by a control group, and what is left is enough for the rest.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.load import HERE, START_SECONDS, cpu_seconds
from tests.servers import ServiceProcess

CONTROL_GROUPS = Path("/sys/fs/cgroup/cpu")
PERIOD_US = 10_000
"""Of a control group; short, so that a worker out of its share does not wait for long."""

NAMES = {b"service.commands.worker": "worker", b"valkey-server": "server"}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of wrk against so many workers; CPU in microseconds a comment."""

    workers: int
    per_second: float
    p99_ms: float
    worker_us: float
    server_us: float
    wrk_us: float
    cores: float
    """Processor time of all of them by second: at most the cores there are."""

    @property
    def on_own_cores(self) -> float:
        """Comments a second if each worker had a core to itself and the server kept up."""
        return 1e6 * self.workers / self.worker_us


@contextmanager
def started(workers: int, folder: Path, turn: int) -> Iterator[ServiceProcess]:
    service = ServiceProcess(folder / f"data-{turn}-{workers}", settings={"COMMENTDESK_WORKERS": str(workers)})
    service.start()
    try:
        yield service
    finally:
        service.stop()


@contextmanager
def held_to(share: float, pid: int) -> Iterator[None]:
    """A process that gets this share of one core and no more; needs root and control groups of version 1."""
    group = CONTROL_GROUPS / f"commentdesk-{pid}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(int(share * PERIOD_US)))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for left in (group / "cgroup.procs").read_text().split():
            (CONTROL_GROUPS / "cgroup.procs").write_text(left)
        group.rmdir()


def processes(service: ServiceProcess) -> dict[str, list[int]]:
    """The workers' pids (the service's own when it is one process) and the server's."""
    found: dict[str, list[int]] = {"worker": [], "server": []}
    for pid in map(int, Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        for mark, name in NAMES.items():
            if mark in command:
                found[name].append(pid)
    return found if found["worker"] else found | {"worker": [service.pid]}


def run(service: ServiceProcess, workers: int, *, seconds: int, connections: int, niceness: int, seed: int) -> Run:
    pids = processes(service)
    before = {name: sum(map(cpu_seconds, found)) for name, found in pids.items()}
    started_children = os.times().children_user + os.times().children_system
    command = ["nice", "-n", str(niceness), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-H", f"Authorization: Bearer {service.admin_token}", "-s", "submit.lua", service.url]
    command += ["--", str(seed), "100", "article-"]
    done = subprocess.run(
        command, cwd=HERE / "wrk", capture_output=True, text=True, timeout=seconds + START_SECONDS, check=True
    )
    wrk = os.times().children_user + os.times().children_system - started_children
    measured = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("REPORT "))[7:])
    taken = measured["statuses"].get("202", 0)
    if taken != measured["answers"] or measured["broken"]:
        click.echo(f"not all were taken: {measured}", err=True)
    used = {name: sum(map(cpu_seconds, found)) - before[name] for name, found in pids.items()}
    return Run(
        workers,
        taken / measured["seconds"],
        measured["p99_ms"],
        worker_us=1e6 * used["worker"] / taken,
        server_us=1e6 * used["server"] / taken,
        wrk_us=1e6 * wrk / taken,
        cores=(used["worker"] + used["server"] + wrk) / measured["seconds"],
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=6, show_default=True, type=click.IntRange(1, 600), help="Length of each run.")
@click.option("--repeats", default=4, show_default=True, type=click.IntRange(1, 20), help="Runs of each, in turn.")
@click.option("--connections", default=64, show_default=True, type=click.IntRange(1, 1000))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(2, 64))
@click.option(
    "--share", default=1.0, show_default=True, type=click.FloatRange(0.1, 1), help="Of a core, each worker's."
)
@click.option("--nice", "niceness", default=19, show_default=True, type=click.IntRange(0, 19), help="Of wrk.")
def main(*, seconds: int, repeats: int, connections: int, workers: int, share: float, niceness: int) -> None:
    """Measure submissions with one worker and with several, A B A B, on all cores there are."""
    runs: list[Run] = []
    with (
        tempfile.TemporaryDirectory(prefix="cd-bench-") as name,
        click.progressbar(range(repeats), file=sys.stderr) as bar,
    ):
        for turn in bar:
            for count in (1, workers):
                with started(count, Path(name), turn) as service, ExitStack() as groups:
                    if share < 1:
                        for pid in processes(service)["worker"]:
                            groups.enter_context(held_to(share, pid))
                    settings = {"connections": connections, "niceness": niceness}
                    run(service, count, seconds=1, seed=10 * turn + 1, **settings)
                    runs.append(run(service, count, seconds=seconds, seed=10 * turn + 2, **settings))
    show(runs, workers)


def show(runs: list[Run], workers: int) -> None:
    click.echo(
        f"{'workers':>8}{'per s':>8}{'p99 ms':>8}{'worker µs':>11}{'server µs':>11}"
        f"{'wrk µs':>8}{'cores':>7}{'own cores/s':>13}"
    )
    for each in runs:
        click.echo(
            f"{each.workers:>8}{each.per_second:>8.0f}{each.p99_ms:>8.1f}{each.worker_us:>11.0f}{each.server_us:>11.0f}"
            f"{each.wrk_us:>8.0f}{each.cores:>7.2f}{each.on_own_cores:>13.0f}"
        )
    one, many = [each for each in runs if each.workers == 1], [each for each in runs if each.workers == workers]
    for what in ("per_second", "on_own_cores"):
        ratios = [getattr(b, what) / getattr(a, what) for a, b in zip(one, many, strict=True)]
        click.echo(f"{workers} against 1, {what}: {statistics.median(ratios):.2f} (median of {len(ratios)} pairs)")


if __name__ == "__main__":
    main()
