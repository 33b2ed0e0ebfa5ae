"""The whole load test: what each request costs, where a submission's time goes, and the service beside Isso in turn.

Run: python bench
"""

import subprocess
import sys
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=6, show_default=True, type=click.IntRange(1, 600), help="Length of each run.")
@click.option("--repeats", default=2, show_default=True, type=click.IntRange(1, 20), help="Runs of each, or turns.")
def main(seconds: int, repeats: int) -> None:
    """Run load.py, load.py --profile and peers.py, one after the other; they have options of their own."""
    parts: tuple[tuple[str, ...], ...] = (
        ("load.py", "--repeats", str(repeats)),
        ("load.py", "--profile"),
        ("peers.py", "--turns", str(repeats)),
    )
    for name, *options in parts:
        click.echo(f"\n{name} {' '.join(options)}".rstrip())
        done = subprocess.run([sys.executable, HERE / name, "--seconds", str(seconds), *options])
        if done.returncode:
            raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
