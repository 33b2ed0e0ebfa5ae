"""Load on this checkout beside the same on another, a second each in turn: the ratio holds on a busy machine.

Run: python bench/compare.py ../another-checkout
"""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import load
from bench.all_rules import all_rules
from bench.load import Phase, Result, Rig, decisions, fill_read_threads, reads, run_phase, submissions

QUARTERS = 4
HELD_SECONDS = 4
"""How long comments are sent, unmeasured, before those held are decided on for a second."""
PHASES = ("submit", "read", "unchanged", "decide")


def phases_of(name: str, rig: Rig, connections: int, load_core: int) -> Iterator[Phase]:
    """The runs of one kind of load, each ready to be measured when it is given."""
    website, moderator = rig.token("website"), rig.token("moderator")
    tag = fill_read_threads(rig) if name in {"read", "unchanged"} else ""
    for turn in count(1):
        if name == "submit":
            yield submissions(connections, website, turn)
        elif name == "decide":
            run_phase(rig, submissions(connections, website, turn), HELD_SECONDS, load_core)
            yield decisions(connections, moderator, rig.data_dir / f"decided-{turn}")
        else:
            yield reads(connections, tag if name == "unchanged" else "")


def show(name: str, results: Sequence[Result]) -> None:
    """A line of medians."""
    fields = ("per_second", "p50_ms", "p99_ms", "service_us", "server_us")
    middle = {each: statistics.median(getattr(result, each) for result in results) for each in fields}
    click.echo(
        f"{name:8}{middle['per_second']:>8.0f}{middle['p50_ms']:>8.1f}{middle['p99_ms']:>8.1f}"
        f"{middle['service_us']:>12.0f}{middle['server_us']:>11.0f}{sum(each.errors for each in results):>8}"
    )


def show_ratio(name: str, ours: Sequence[float], others: Sequence[float]) -> None:
    """The median of the ratios pair by pair, and between which half of them lie."""
    ratios = [mine / other for mine, other in zip(ours, others, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=QUARTERS)
    click.echo(f"{name:22}{middle:.2f} (half of the pairs from {low:.2f} to {high:.2f})")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("other", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pairs", default=30, show_default=True, type=click.IntRange(2, 300), help="Turns of each.")
@click.option("--phase", default="submit", show_default=True, type=click.Choice(PHASES), help="What is asked for.")
@click.option("--connections", default=64, show_default=True, type=click.IntRange(1, 1000))
@click.option("--cores", default="0,1", show_default=True, help="The two services', and the load's.")
@click.option("--rules", is_flag=True, help="Give this checkout's site rules of every kind, and the other's none.")
def main(*, other: Path, pairs: int, phase: str, connections: int, cores: str, rules: bool) -> None:
    """Measure this checkout and the one in the folder OTHER under the same load, with this environment's packages:
    submissions, reads of one thread, reads of one that did not change (304), or claims with decisions."""
    core, load_core = (int(each) for each in cores.split(","))
    folder = Path(tempfile.mkdtemp(prefix="cd-compare-"))
    rigs: list[Rig] = []
    try:
        for name, tree in (("this", load.REPOSITORY), ("other", other.resolve())):
            (folder / name).mkdir()
            rigs.append(Rig(folder / name, core, repository=tree))
        if rules:
            rigs[0].api("PATCH", "/v1/sites/default/policy", {"rules": all_rules()})
        phases = [phases_of(phase, rig, connections, load_core) for rig in rigs]
        results: tuple[list[Result], list[Result]] = ([], [])
        with click.progressbar(range(pairs + 1), label="measuring", file=sys.stderr) as bar:
            for turn in bar:
                for place in (0, 1) if turn % 2 else (1, 0):
                    result = run_phase(rigs[place], next(phases[place]), 1, load_core)
                    if turn:  # the first is for warming up
                        results[place].append(result)
    finally:
        for rig in rigs:
            rig.stop()
        shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"{'':8}{'per s':>8}{'p50 ms':>8}{'p99 ms':>8}{'service µs':>12}{'server µs':>11}{'errors':>8}")
    show("this", results[0])
    show("other", results[1])
    ours, others = results
    show_ratio("answers a second", [each.per_second for each in ours], [each.per_second for each in others])
    show_ratio("service µs", [each.service_us for each in ours], [each.service_us for each in others])
    show_ratio("server µs", [each.server_us for each in ours], [each.server_us for each in others])
    show_ratio("both", *([each.service_us + each.server_us for each in side] for side in results))


if __name__ == "__main__":
    main()
