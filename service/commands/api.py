"""A small synchronous client of the service's API for the command line; it uses the standard library alone."""

import functools
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from schemas.settings import PREFIX, SettingsSchema
from service.commands.secret import READABLE, secret_in, secret_of
from service.platform.folder import read_own

Json = dict[str, Any]
TIMEOUT_SECONDS = 30
_DATA_DIR = SettingsSchema().fields["data_dir"].load_default


class Api:
    """Calls one service with one token; every failure raises click.ClickException with the reason."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token

    def call(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        """Returns the JSON of the answer, {} when it has no body."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.url + path, data, sent, method=method)  # noqa: S310 the user's own URL
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
                answer: Json = json.loads(response.read() or b"{}")
                return answer
        except urllib.error.HTTPError as error:
            raise click.ClickException(f"{method} {path}: {_problem(error)}") from error
        except (OSError, ValueError) as error:
            raise click.ClickException(f"No service answers at {self.url}: {error}. Is it running?") from error

    def list_all(self, path: str, name: str) -> Iterator[Json]:
        """Yields the items of every page of a list, which has them under a name."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.call("GET", f"{path}?{urllib.parse.urlencode({'limit': 200, 'cursor': cursor})}")
            yield from page[name]
            cursor = page["next_cursor"]


def _problem(error: urllib.error.HTTPError) -> str:
    """Returns what a problem document says, on one line."""
    with error:
        try:
            document = json.loads(error.read())
            fields = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in document.get("errors", {}).items())
            return f"{error.code} {document['title']}. {fields}".strip()
        except (ValueError, KeyError, AttributeError):
            return f"{error.code} {error.reason}"


def show(answer: Json) -> None:
    """Prints an answer as people read it: a field a line, lists and objects as JSON."""
    width = max(map(len, answer), default=0)
    for name, value in answer.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"{name:<{width}}  {shown}")


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


def connect(url: str | None, token: str | None) -> Api:
    """Returns an Api with the address and token of the options, the environment or the data folder, in this order."""
    data_dir = Path(_given("DATA_DIR") or str(_DATA_DIR)).expanduser()
    return Api(url or _running_url(data_dir), token or _admin_token(data_dir))


def _given(setting: str) -> str:
    """Returns the text of a setting as the service reads it: without the space around it, "" when it is not set."""
    return os.environ.get(PREFIX + setting, "").strip()


def _running_url(data_dir: Path) -> str:
    """Returns the address that the service wrote into its data folder.

    The administrator's token is sent there, so a file that another user could have written is refused.
    """
    file = data_dir / "service.json"
    try:
        found: str = json.loads(read_own(file))["url"]
    except PermissionError as error:
        raise click.ClickException(f"{error}: it is not believed. Give --url.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"No service is running on {data_dir}. Start it, or give --url.") from error
    return found


def _admin_token(data_dir: Path) -> str:
    given, file = _given("ADMIN_TOKEN"), _given("ADMIN_TOKEN_FILE")
    if given or file:
        return given or secret_in(Path(file))
    try:
        return (data_dir / "admin-token").read_text("utf-8").strip()
    except OSError as error:
        message = f"There is no token in {data_dir}. Give --token-file, or set {PREFIX}ADMIN_TOKEN_FILE."
        raise click.ClickException(message) from error
