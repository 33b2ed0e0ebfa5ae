"""Secrets that a command needs. What is written on a command line every local user can read in the list of processes,
so they may also come from standard input or a file."""

import sys
from pathlib import Path

import click

STANDARD_INPUT = "-"
READABLE = "A command line is readable by every user of this machine"
"""Said in the help of every option that takes a secret, and when one is given."""


def secret_of(option: str, given: str, *, is_secret: bool = True) -> str:
    """The text given to an option, or for `-` the first line of standard input; warns of a secret that was typed."""
    if given == STANDARD_INPUT:
        found = sys.stdin.readline().strip()
        if not found:
            raise click.ClickException(f"{option} - reads a line from standard input, and there is none.")
        return found
    if is_secret:
        click.echo(f"Warning: {READABLE}: give {option} - and the secret on standard input, or a file.", err=True)
    return given


def secret_in(file: Path) -> str:
    """What the file holds, as a click.ClickException when it cannot be read or holds nothing."""
    try:
        found = file.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from error
    if not found:
        raise click.ClickException(f"{file} is empty.")
    return found
