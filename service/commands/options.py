"""Options that several commands have."""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import click

from schemas.settings import PREFIX
from service.commands.secret import READABLE, secret_in, secret_of

_REDIS_URL = f"{PREFIX}REDIS_URL"


def redis_option(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the option `--redis-url` to a command."""
    return click.option(
        "--redis-url",
        default=None,
        help=f"The store's address, or - to read it from standard input. {READABLE}: a password does not belong there. "
        f"Default: {_REDIS_URL}, {_REDIS_URL}_FILE, or else the embedded server of the data folder, running or not.",
    )(command)


def api_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options `--url`, `--token` and `--token-file` to a command, which is called with `url` and `token`.

    Both may be None: `connect` finds the address and token of a service on this machine in its data folder.
    """
    url = click.option(
        "--url", default=None, help="Address of the service. Default: the one running on this data folder."
    )
    token = click.option(
        "--token",
        default=None,
        help=f"Administrator's token, or - to read it from standard input. {READABLE}. Default: --token-file, "
        f"{PREFIX}ADMIN_TOKEN, {PREFIX}ADMIN_TOKEN_FILE, or the service's own.",
    )
    token_file = click.option(
        "--token-file", default=None, type=click.Path(path_type=Path), help="File with the administrator's token."
    )

    @functools.wraps(command)
    def with_token(*, token: str | None, token_file: Path | None, **others: object) -> None:
        if token is not None and token_file is not None:
            raise click.UsageError("Give --token or --token-file.")
        given = secret_of("--token", token) if token is not None else secret_in(token_file) if token_file else None
        command(token=given, **others)

    return url(token(token_file(with_token)))


def as_json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the option `--json` to a command, which is called with `is_json`."""
    return click.option("--json", "is_json", is_flag=True, help="Tell it as JSON.")(command)


def print_json(answer: Mapping[str, Any]) -> None:
    """Prints an answer as JSON, as another program reads it."""
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def given_of(options: Mapping[str, Any], others: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Returns the other fields and, over them, the options that were given, which are those that are not None.

    Raises click.UsageError when there is no field at all.
    """
    given = {**(others or {}), **{name: value for name, value in options.items() if value is not None}}
    if not given:
        raise click.UsageError("Give what is to be changed: see --help.")
    return given


class RateType(click.ParamType[int | str]):
    """A whole number a minute, or the word `none` for no limit, which stays the word."""

    NONE: ClassVar[str] = "none"
    name = "number|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Returns the number or `RateType.NONE`; ends the command for anything else."""
        return self.NONE if value == self.NONE else int(click.INT.convert(value, param, ctx))
