"""Reads the secrets that a command needs. Every local user can read a command line in the list of processes, so that a
secret may also come from standard input or from a file."""

import sys
from pathlib import Path

import click

from service.text_file import read_text

STANDARD_INPUT = "-"
READABLE = "A command line is readable by every user of this machine"
"""Part of the help of every option that takes a secret, and of the warning when one is given."""


def secret_of(option: str, given: str, *, is_secret: bool = True) -> str:
    """Returns the text given to an option, or for `-` the first line of standard input.

    Warns when a secret is on the command line. Raises click.ClickException when standard input is empty.
    """
    if given == STANDARD_INPUT:
        found = sys.stdin.readline().strip()
        if not found:
            raise click.ClickException(f"{option} - reads a line from standard input, and there is none.")
        return found
    if is_secret:
        click.echo(f"Warning: {READABLE}: give {option} - and the secret on standard input, or a file.", err=True)
    return given


def secret_in(file: Path) -> str:
    """Returns the text of the file; raises click.ClickException when it cannot be read or is empty."""
    try:
        return read_text(file)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from error
