"""The service beside Isso, in turn and on the same core, so that the ratio holds on a busy machine.

`python bench/peers.py --help`. Isso 0.14 is installed from PyPI into an environment of its own and runs as its
documentation says: gunicorn with four workers, its guard off (it would refuse a load test), moderation on.
"""

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.load import (
    POLL_SECONDS,
    START_SECONDS,
    STOP_SECONDS,
    THREADS,
    Phase,
    Rig,
    cpu_seconds,
    pinned,
    run_phase,
    run_wrk,
    submissions,
)

ISSO = "isso==0.14.0"
GUNICORN = "gunicorn"
WORKERS = 4


class Isso:
    """Isso behind gunicorn, all its processes on one core."""

    def __init__(self, folder: Path, environment: Path, core: int) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = folder / "isso.cfg"
        settings.write_text(
            f"[general]\ndbpath = {folder}/comments.db\nhost = {self.url}/\n"
            "[moderation]\nenabled = true\n[guard]\nenabled = false\n"
        )
        command = [str(environment / "bin" / "gunicorn"), "-b", f"127.0.0.1:{port}", "-w", str(WORKERS), "--preload"]
        with (folder / "isso.log").open("wb") as output, pinned(core):
            self._process = subprocess.Popen(
                [*command, "isso.run", "--worker-tmp-dir", "/dev/shm"],  # noqa: S108 as its documentation says
                env={"ISSO_SETTINGS": str(settings), "PATH": str(environment / "bin")},
                stdout=output,
                stderr=output,
            )
        self._wait_ready()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/js/embed.min.js", timeout=5):  # noqa: S310
                return
            time.sleep(POLL_SECONDS)
        raise click.ClickException("Isso did not start.")

    def cpu_seconds(self) -> float:
        """User and system time of gunicorn and its workers so far."""
        pids = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=True)
        return sum((cpu_seconds(int(pid)) for pid in (str(self._process.pid), *pids.stdout.split())), 0.0)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(STOP_SECONDS)


class Turn:
    """One run of one of the two."""

    def __init__(
        self, answers: int, seconds: float, *, p50_ms: float, p99_ms: float, cpu_us: float, errors: int
    ) -> None:
        self.per_second = answers / seconds
        self.p50_ms, self.p99_ms, self.cpu_us, self.errors = p50_ms, p99_ms, cpu_us, errors


def run_ours(rig: Rig, phase: Phase, seconds: int, load_core: int) -> Turn:
    result = run_phase(rig, phase, seconds, load_core)
    cpu_us = result.service_us + result.server_us
    seconds_run = result.answers / result.per_second
    return Turn(
        result.answers, seconds_run, p50_ms=result.p50_ms, p99_ms=result.p99_ms, cpu_us=cpu_us, errors=result.errors
    )


def run_isso(isso: Isso, connections: int, seed: int, seconds: int, load_core: int) -> Turn:
    before = isso.cpu_seconds()
    phase = Phase("isso", "isso.lua", connections, (str(seed), str(THREADS), "article-", isso.url))
    measured = run_wrk(isso.url, phase, seconds, load_core)
    answers = measured["answers"]
    refused = sum(times for status, times in measured["statuses"].items() if not status.startswith("2"))
    cpu_us = 1e6 * (isso.cpu_seconds() - before) / max(1, answers)
    return Turn(
        answers,
        measured["seconds"],
        p50_ms=measured["p50_ms"],
        p99_ms=measured["p99_ms"],
        cpu_us=cpu_us,
        errors=refused + measured["broken"],
    )


def install_isso(folder: Path) -> Path:
    """An environment with Isso and gunicorn."""
    environment = folder / "isso-env"
    venv.create(environment, with_pip=True)
    subprocess.run([environment / "bin" / "pip", "install", "--quiet", "--quiet", ISSO, GUNICORN], check=True)
    return environment


def show(name: str, turns: Sequence[Turn]) -> float:
    """A line of medians; the median of answers a second."""
    middle = {
        each: statistics.median(getattr(turn, each) for turn in turns)
        for each in ("per_second", "p50_ms", "p99_ms", "cpu_us")
    }
    click.echo(
        f"{name:12}{middle['per_second']:>9.0f}{middle['p50_ms']:>9.1f}{middle['p99_ms']:>9.1f}"
        f"{middle['cpu_us']:>17.0f}{sum(turn.errors for turn in turns):>8}"
    )
    return float(middle["per_second"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=8, show_default=True, type=click.IntRange(1, 600), help="Length of each turn.")
@click.option("--turns", default=3, show_default=True, type=click.IntRange(1, 20), help="Turns of each, one by one.")
@click.option("--connections", default=64, show_default=True, type=click.IntRange(1, 1000))
@click.option("--cores", default="0,1", show_default=True, help="The two services', and the load's.")
def main(seconds: int, turns: int, connections: int, cores: str) -> None:
    """Measure submissions beside Isso's, A B A B."""
    core, load_core = (int(each) for each in cores.split(","))
    folder = Path(tempfile.mkdtemp(prefix="cd-peers-"))
    try:
        click.echo(f"installing {ISSO}", err=True)
        environment = install_isso(folder)
        isso = Isso(folder, environment, core)
        rig = Rig(folder, core, [sys.executable, "-m", "service", "serve"])
        ours: list[Turn] = []
        theirs: list[Turn] = []
        try:
            website = rig.token("website")
            with click.progressbar(range(turns), label="measuring", file=sys.stderr) as bar:
                for turn in bar:
                    theirs.append(run_isso(isso, connections, 2 * turn + 1, seconds, load_core))
                    ours.append(run_ours(rig, submissions(connections, website, 2 * turn + 2), seconds, load_core))
        finally:
            rig.stop()
            isso.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"{connections} connections{'per s':>8}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs a comment':>17}{'errors':>8}")
    their_rate = show("Isso 0.14", theirs)
    our_rate = show("commentdesk", ours)
    cpu = statistics.median(each.cpu_us for each in theirs) / statistics.median(each.cpu_us for each in ours)
    click.echo(f"ratio {our_rate / their_rate:.1f} of answers a second, {cpu:.1f} of CPU time")


if __name__ == "__main__":
    main()
