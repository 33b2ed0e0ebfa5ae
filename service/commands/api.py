"""A client of our own API for the command line: small, synchronous, standard library only."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from schemas.settings import PREFIX, SettingsSchema
from service.folder import read_own

Json = dict[str, Any]
TIMEOUT_SECONDS = 30
_DATA_DIR = SettingsSchema().fields["data_dir"].load_default


class Api:
    """Calls to one service with one token. What goes wrong is a click.ClickException with the reason."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token

    def call(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        """The answer's JSON ({} when it has none)."""
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


def _problem(error: urllib.error.HTTPError) -> str:
    """What a problem document says, on one line."""
    with error:
        try:
            document = json.loads(error.read())
            fields = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in document.get("errors", {}).items())
            return f"{error.code} {document['title']}. {fields}".strip()
        except (ValueError, KeyError, AttributeError):
            return f"{error.code} {error.reason}"


def api_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds `--url` and `--token`, which are found in the data folder of a service on this machine by themselves."""
    url = click.option(
        "--url", default=None, help="Address of the service. Default: the one running on this data folder."
    )
    token = click.option("--token", default=None, help="Administrator's token. Default: the service's own.")
    return url(token(command))


def connect(url: str | None, token: str | None) -> Api:
    """An Api of what the options, the environment or the data folder tell."""
    data_dir = Path(os.environ.get(f"{PREFIX}DATA_DIR", str(_DATA_DIR))).expanduser()
    return Api(url or _running_url(data_dir), token or _admin_token(data_dir))


def _running_url(data_dir: Path) -> str:
    """Where the service says it is. The administrator's token is sent there: it is asked of nobody else's file."""
    file = data_dir / "service.json"
    try:
        found: str = json.loads(read_own(file))["url"]
    except PermissionError as error:
        raise click.ClickException(f"{error}: it is not believed. Give --url.") from error
    except (OSError, ValueError, KeyError) as error:
        raise click.ClickException(f"No service is running on {data_dir}. Start it, or give --url.") from error
    return found


def _admin_token(data_dir: Path) -> str:
    given = os.environ.get(f"{PREFIX}ADMIN_TOKEN")
    if given:
        return given
    try:
        return (data_dir / "admin-token").read_text("utf-8").strip()
    except OSError as error:
        message = f"There is no token in {data_dir}. Give --token, or set {PREFIX}ADMIN_TOKEN."
        raise click.ClickException(message) from error
