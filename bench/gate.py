"""What a comment costs that the gate refuses, beside one that is taken: CPU of the service, over 16 connections.

Run: python bench/gate.py
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.connections import Connections, request
from bench.load import Rig, cpu_seconds

CONNECTIONS = 16
CHARS = (400, 10_000)
SENTENCE = "Every spring the river takes a little more of the meadow behind the old mill. "


def comments(token: str, chars: int, count: int) -> Iterator[bytes]:
    """Comments of so many characters, no two alike."""
    text = (SENTENCE * (chars // len(SENTENCE) + 1))[: chars - 8]
    for number in range(count):
        fields = {"name": "Ada", "email": f"ada{number}@mail.example", "body": f"{number:07} {text}"}
        yield request("POST", f"/v1/sites/default/threads/gate-{chars}/comments", token, fields)


def cost_us(rig: Rig, connections: Connections, token: str, chars: int, count: int) -> tuple[float, set[int]]:
    """CPU microseconds of the service for one, and the statuses of the answers."""
    before = cpu_seconds(rig.pid)
    statuses = {answer.status for answer in connections.ask(comments(token, chars, count))}
    return 1e6 * (cpu_seconds(rig.pid) - before) / count, statuses


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--count", default=1000, show_default=True, type=click.IntRange(100, 100_000), help="Comments of each.")
def main(count: int) -> None:
    """Print both costs for short and for the longest comments."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), 0)
        try:
            rig.api("PATCH", "/v1/sites/default", {"public_submission": True})
            website = rig.token("website")
            with Connections(rig.url, CONNECTIONS) as connections:
                list(connections.ask(comments("", CHARS[0], 100)))  # the reader has nothing left
                for chars in CHARS:
                    show(chars, [cost_us(rig, connections, token, chars, count) for token in (website, "")])
        finally:
            rig.stop()


def show(chars: int, found: list[tuple[float, set[int]]]) -> None:
    (taken, taken_statuses), (refused, refused_statuses) = found
    click.echo(
        f"{chars:6,} characters: {taken:7.0f} us taken {sorted(taken_statuses)}, "
        f"{refused:5.0f} us refused {sorted(refused_statuses)}, ratio {refused / taken:.3f}"
    )


if __name__ == "__main__":
    main()
