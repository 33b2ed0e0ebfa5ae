"""The load test: the service and its server on one core, wrk on another, and what each comment costs.

`python bench/load.py --help`; how to read the table is in README.md beside this file.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import redis

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
SERVE = [sys.executable, "-m", "service", "serve"]
ADMIN_TOKEN = "an-admin-token-for-the-load-test-0123456789"
THREADS = 100
READ_COMMENTS = 100
READ_THREADS = 15
"""Each has a page for each limit from READ_COMMENTS to MOST_COMMENTS: in all twice what the service keeps."""
MOST_COMMENTS = 200
READ_PREFIX = "/v1/sites/default/threads/read-"
SETTLE_SECONDS = 1
START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.05
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
COMPONENTS = (
    # The first that any frame's file holds, from the innermost out, is what a sample is counted for.
    ("classifier", ("/classifier/",)),
    ("validation: marshmallow, schemas", ("/marshmallow/", "/schemas/")),
    ("encryption and keyed hashes", ("/service/vault.py", "/cryptography/")),
    ("Redis link", ("/service/store/", "/service/link/", "/redis/", "/hiredis/")),
    ("metrics", ("/service/metrics.py", "/prometheus_client/")),
    ("HTTP: aiohttp, and how answers go out", ("/aiohttp/", "/yarl/", "/multidict/", "/web/response", "/web/sending")),
    ("request handling and use cases", ("/service/",)),
    ("event loop, sockets", ("asyncio/", "selectors.py", "uvloop")),
)
OWN_PARTS = {name for name, _ in COMPONENTS[:-1]}


@dataclass(frozen=True, slots=True)
class Phase:
    """One run of wrk."""

    name: str
    script: str
    connections: int
    arguments: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one run measured. CPU is user and system time of a process, by answer."""

    name: str
    connections: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    answers: int
    errors: int
    statuses: dict[str, int]
    service_us: float
    server_us: float
    steps_us: dict[str, float] = field(default_factory=dict)

    @property
    def ceiling_per_second(self) -> float:
        """What one core gives when nothing else runs on it."""
        return 1e6 / (self.service_us + self.server_us)


class Rig:
    """The service with its embedded server, both on one core, in a folder of their own."""

    def __init__(
        self,
        folder: Path,
        core: int,
        command: list[str] = SERVE,
        start_seconds: float = START_SECONDS,
        repository: Path = REPOSITORY,
    ) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "service.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
        environment |= {
            "COMMENTDESK_PORT": "0",
            "COMMENTDESK_DATA_DIR": str(self.data_dir),
            "COMMENTDESK_ADMIN_TOKEN": ADMIN_TOKEN,
            "PYTHONPATH": str(repository),
        }
        with self.log.open("wb") as output, pinned(core):
            self._process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        self.pid = self._process.pid
        try:
            self.url = self._wait_ready(start_seconds)
        except BaseException:
            self._end()
            raise
        self.server = redis.Redis.from_url(f"unix://{self.data_dir}/valkey.sock?db=0")
        self.server_pid = int(self.server.info("server")["process_id"])

    def _wait_ready(self, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                url = str(json.loads((self.data_dir / "service.json").read_text())["url"])
                with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 our own
                    return url
            time.sleep(POLL_SECONDS)
        raise click.ClickException(f"The service did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        self.server.close()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def api(self, method: str, path: str, body: dict[str, Any]) -> Any:
        head = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), head, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 our own
            return json.loads(answer.read() or b"{}")

    def token(self, role: str) -> str:
        made = self.api("POST", "/v1/tokens", {"role": role, "site": "default", "name": f"load {role}"})
        return str(made["token"])


@contextlib.contextmanager
def pinned(core: int) -> Iterator[None]:
    """Processes started in here run on one core, with all their threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def script_seconds(server: redis.Redis) -> float:
    """Time that the server spent inside scripts so far."""
    stats = server.info("commandstats")
    return float(stats.get("cmdstat_evalsha", {"usec": 0})["usec"]) / 1e6


def start_wrk(url: str, phase: Phase, seconds: int) -> subprocess.Popen[str]:
    token = ["-H", f"Authorization: Bearer {phase.token}"] if phase.token else []
    load = ["-t1", f"-c{phase.connections}", f"-d{seconds}s", "--timeout", "10s", *token]
    command = ["wrk", *load, "-s", phase.script, url, "--", *phase.arguments]
    return subprocess.Popen(command, cwd=HERE / "wrk", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run_wrk(url: str, phase: Phase, seconds: int, load_core: int) -> dict[str, Any]:
    """One run of wrk on its core: what report.lua says of it."""
    with pinned(load_core):
        process = start_wrk(url, phase, seconds)
    said, _ = process.communicate(timeout=seconds + START_SECONDS)
    reports = [line.removeprefix("REPORT ") for line in said.splitlines() if line.startswith("REPORT ")]
    if process.returncode or not reports:
        raise click.ClickException(f"wrk failed:\n{said}")
    measured: dict[str, Any] = json.loads(reports[0])
    if not measured["answers"]:
        raise click.ClickException(f"No answer to {phase.name}:\n{said}")
    return measured


def run_phase(rig: Rig, phase: Phase, seconds: int, load_core: int) -> Result:
    """Puts the service under one kind of load for so long."""
    service_before, server_before = cpu_seconds(rig.pid), cpu_seconds(rig.server_pid)
    scripts_before = script_seconds(rig.server)
    measured = run_wrk(rig.url, phase, seconds, load_core)
    service, server = cpu_seconds(rig.pid) - service_before, cpu_seconds(rig.server_pid) - server_before
    answers = measured["answers"]
    refused = sum(times for status, times in measured["statuses"].items() if not status.startswith(("2", "304")))
    return Result(
        phase.name,
        phase.connections,
        answers / measured["seconds"],
        p50_ms=measured["p50_ms"],
        p95_ms=measured["p95_ms"],
        p99_ms=measured["p99_ms"],
        answers=answers,
        errors=refused + measured["broken"],
        statuses=measured["statuses"],
        service_us=1e6 * service / answers,
        server_us=1e6 * server / answers,
        steps_us={"in Lua scripts": 1e6 * (script_seconds(rig.server) - scripts_before) / answers},
    )


def submissions(connections: int, token: str, seed: int) -> Phase:
    return Phase("submit", "submit.lua", connections, (str(seed), str(THREADS), "article-"), token)


def reads(connections: int, tag: str) -> Phase:
    """One page of a thread, again and again; with its entity tag each answer is 304."""
    path = f"{READ_PREFIX}1/comments?limit={READ_COMMENTS}"
    name = "read it again, unchanged (304)" if tag else f"read a {READ_COMMENTS}-comment thread"
    return Phase(name, "read.lua", connections, (path, tag))


def decisions(connections: int, token: str, decided: Path) -> Phase:
    """Claims and decisions; the ids of what was decided go into the file."""
    return Phase("claim 20 and decide each", "moderate.lua", connections, (str(decided),), token)


def fill_read_threads(rig: Rig) -> str:
    """READ_THREADS threads with READ_COMMENTS published comments each; the entity tag of the first one's page."""
    body = "The council should publish the figures before the vote; anything else is a joke. " * 5
    for number in range(1, READ_THREADS + 1):
        article = {"mode": "postmoderate", "title": "An article that is read", "url": "https://news.example/read"}
        rig.api("PUT", f"{READ_PREFIX}{number}", article)
        for reader in range(READ_COMMENTS):
            sent = {"name": f"reader{reader}", "email": f"reader{reader}@mail.example", "body": f"{reader}. {body}"}
            rig.api("POST", f"{READ_PREFIX}{number}/comments", sent)
    with urllib.request.urlopen(f"{rig.url}{READ_PREFIX}1/comments?limit={READ_COMMENTS}", timeout=30) as page:  # noqa: S310
        return str(page.headers["ETag"])


def all_phases(rig: Rig, folder: Path, connections: list[int], seed: int) -> Iterator[list[Phase]]:
    """Groups of phases in their order: what one leaves behind is what the next needs."""
    website, moderator = rig.token("website"), rig.token("moderator")
    yield [submissions(each, website, seed + index) for index, each in enumerate(connections)]
    tag = fill_read_threads(rig)
    cold = (READ_PREFIX, str(READ_THREADS), str(READ_COMMENTS), str(MOST_COMMENTS))
    yield [reads(16, "")]
    yield [reads(16, tag)]
    yield [Phase("read one that is not in memory", "cold.lua", 16, cold)]
    yield [Phase("/metrics", "read.lua", 1, ("/metrics", ""))]
    decided = folder / f"decided-{seed}"
    yield [decisions(16, moderator, decided)]
    yield [Phase("undo", "undo.lua", 16, (str(decided),), moderator)]


def measure(
    rig: Rig, folder: Path, *, seconds: int, repeats: int, connections: list[int], cores: tuple[int, int]
) -> list[Result]:
    """Every phase, each repeated; of the repeats the fastest, since what slows one down is another program."""
    best: dict[tuple[str, int], Result] = {}
    total = repeats * (len(connections) + 6) * seconds
    with click.progressbar(length=total, label="measuring", item_show_func=lambda name: name, file=sys.stderr) as bar:
        for turn in range(repeats):
            for phases in all_phases(rig, folder, connections, 10 * turn + 1):
                for phase in phases:
                    result = run_phase(rig, phase, seconds, cores[1])
                    earlier = best.get((phase.name, phase.connections))
                    errors = result.errors + (earlier.errors if earlier else 0)
                    faster = result if earlier is None or result.per_second > earlier.per_second else earlier
                    best[phase.name, phase.connections] = replace(faster, errors=errors)
                    bar.update(seconds, f"{phase.name}, {phase.connections} connections")
    return list(best.values())


def show(results: list[Result]) -> None:
    click.echo(
        f"{'':34}{'conn.':>6}{'per s':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'errors':>7}"
        f"{'service µs':>12}{'server µs':>11}{'in Lua µs':>11}{'one core/s':>12}"
    )
    for each in results:
        click.echo(
            f"{each.name:34}{each.connections:>6}{each.per_second:>8.0f}{each.p50_ms:>8.2f}{each.p95_ms:>8.2f}{each.p99_ms:>8.2f}"
            f"{each.errors:>7}{each.service_us:>12.0f}{each.server_us:>11.0f}"
            f"{each.steps_us['in Lua scripts']:>11.0f}{each.ceiling_per_second:>12.0f}"
        )
    for each in results:
        if each.errors:
            click.echo(f"{each.name} at {each.connections}: answers by status {each.statuses}", err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=8, show_default=True, type=click.IntRange(1, 600), help="Length of each run.")
@click.option(
    "--repeats", default=3, show_default=True, type=click.IntRange(1, 20), help="Runs of each; the best counts."
)
@click.option("--connections", default="1,16,64", show_default=True, help="For submissions, separated by commas.")
@click.option("--cores", default="0,1", show_default=True, help="The service's and its server's, and the load's.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results there too."
)
@click.option("--profile", is_flag=True, help="Show instead where the service's time goes under submissions.")
def main(seconds: int, repeats: int, connections: str, cores: str, json_file: Path | None, *, profile: bool) -> None:
    """Measure the whole pipeline: comments a second, latency, and CPU time a comment, on disk before each answer."""
    if shutil.which("wrk") is None:
        raise click.ClickException("wrk is not on PATH (Debian: apt install wrk)")
    try:
        levels = [int(each) for each in connections.split(",")]
        service_core, load_core = (int(each) for each in cores.split(","))
    except ValueError as error:
        raise click.ClickException(f"--connections and --cores are numbers separated by commas: {error}") from error
    if missing := {service_core, load_core} - os.sched_getaffinity(0):
        raise click.ClickException(f"There is no core {min(missing)} here: see --cores")
    folder = Path(tempfile.mkdtemp(prefix="cd-bench-"))
    try:
        if profile:
            show_profile(folder, levels[-1], seconds, service_core, load_core)
            return
        rig = Rig(folder, service_core)
        try:
            results = measure(
                rig, folder, seconds=seconds, repeats=repeats, connections=levels, cores=(service_core, load_core)
            )
        finally:
            rig.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(results)
    if json_file:
        json_file.write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")


def show_profile(folder: Path, connections: int, seconds: int, service_core: int, load_core: int) -> None:
    """Where the service's time goes while comments come in: sampled by py-spy, or else traced by cProfile."""
    spy = shutil.which("py-spy")
    traced = folder / "profile"
    command = SERVE if spy else [sys.executable, "-m", "cProfile", "-o", str(traced), *SERVE[1:]]
    rig = Rig(folder, service_core, command)
    try:
        phase = submissions(connections, rig.token("website"), 1)
        run_phase(rig, phase, SETTLE_SECONDS, load_core)
        if spy:
            record = [
                spy,
                "record",
                "--pid",
                str(rig.pid),
                "--rate",
                "500",
                "--duration",
                str(seconds),
                "--nonblocking",
            ]
            with pinned(load_core):
                sampler = subprocess.Popen(
                    [*record, "--full-filenames", "--format", "raw", "--output", str(traced)],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        result = run_phase(rig, replace(phase, arguments=("2", *phase.arguments[1:])), seconds, load_core)
        if spy and sampler.wait(START_SECONDS):
            raise click.ClickException("py-spy failed: it needs the right to trace other processes")
    finally:
        rig.stop()
    show([result])
    if spy:
        show_samples(traced.read_text(), result.service_us)
    else:
        import pstats

        pstats.Stats(str(traced)).sort_stats("tottime").print_stats(40)


def show_samples(raw: str, service_us: float) -> None:
    """Samples as microseconds of CPU a comment: by part of the service, then by function."""
    parts: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    for line in raw.splitlines():
        stack, _, times = line.rpartition(" ")
        if not times.isdigit():  # a sample that py-spy could not read to its end
            continue
        frames = stack.split(";")
        parts[component(frames)] += int(times)
        functions[short(frames[-1])] += int(times)
        inclusive.update({short(each): int(times) for each in set(frames) if component([each]) in OWN_PARTS})
    total = sum(parts.values())
    for title, counted, most in (
        ("part of the service", parts, 20),
        ("function, without what it calls", functions, 30),
        ("function, with what it calls", inclusive, 40),
    ):
        click.echo(f"\n{'µs':>6} {'share':>6}  {title}")
        for what, samples in counted.most_common(most):
            click.echo(f"{service_us * samples / total:>6.0f} {samples / total:>6.1%}  {what}")


def component(frames: list[str]) -> str:
    for frame in reversed(frames):
        for name, places in COMPONENTS:
            if any(place in frame for place in places):
                return name
    return "other"


def short(frame: str) -> str:
    """A frame without the folders that say nothing, and without its line."""
    name, _, place = frame.rpartition(" (")
    path = place.rpartition(":")[0] if ":" in place else place
    for mark in ("site-packages/", f"{REPOSITORY}/", "lib/python"):
        path = path.rpartition(mark)[2]
    return f"{name}  {path}"


if __name__ == "__main__":
    main()
