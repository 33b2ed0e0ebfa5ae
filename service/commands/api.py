"""A small synchronous client of the service's API for the command line; it uses the standard library alone."""

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import click

from schemas.settings import PREFIX, SettingsSchema
from service.commands.secret import secret_in
from service.platform.folder import read_own

Json = dict[str, Any]
TIMEOUT_SECONDS = 30
_DATA_DIR = SettingsSchema().fields["data_dir"].load_default


class Api:
    """Calls one service with one token; every failure raises click.ClickException with the reason."""

    def __init__(self, url: str, token: str) -> None:
        if not token.isascii() or not token.isprintable():
            raise click.ClickException("The token has characters that no token has.")
        self.url = url.rstrip("/")
        self._token = token
        self._opener = _opener_for(self.url)

    def call(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        """Returns the JSON of the answer, {} when it has no body."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **(headers or {})}
        try:
            request = urllib.request.Request(self.url + path, data, sent, method=method)  # noqa: S310 the user's own URL
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return _object_in(response.read())
        except urllib.error.HTTPError as error:
            raise click.ClickException(f"{method} {path}: {_problem(error)}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            raise click.ClickException(f"No service answers at {self.url}: {reason}. Is it running?") from error

    def list_all(self, path: str, name: str, query: Mapping[str, str] | None = None) -> Iterator[Json]:
        """Yields the items of every page of a list, which has them under a name."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.call("GET", f"{path}?{urlencode({**(query or {}), 'limit': 200, 'cursor': cursor})}")
            if name not in page:
                raise click.ClickException(f"What answers at {self.url} is no commentdesk.")
            yield from page[name]
            cursor = page["next_cursor"]


def _opener_for(url: str) -> urllib.request.OpenerDirector:
    """Returns what opens addresses of a service: by the proxy of the environment, but not on this machine itself, where
    a proxy would have the token and find nothing."""
    try:
        is_here = ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        is_here = url.partition("://")[2].startswith("localhost")
    return urllib.request.build_opener(*[urllib.request.ProxyHandler({})] if is_here else [])


def _object_in(body: bytes) -> Json:
    """Returns the JSON object of an answer, {} of one without a body; raises ValueError for anything else."""
    found = json.loads(body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("what answers there is no commentdesk")  # noqa: TRY004 the answer has a wrong value
    return found


def _problem(error: urllib.error.HTTPError) -> str:
    """Returns what a problem document says, on one line."""
    with error:
        try:
            document = json.loads(error.read())
            fields = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in document.get("errors", {}).items())
            return f"{error.code} {document['title']}. {fields}".strip()
        except (ValueError, KeyError, AttributeError):
            return f"{error.code} {error.reason}"


def path_of(*parts: str) -> str:
    """Returns the path of the API with these parts, each escaped: `path_of("sites", "a")` is `/v1/sites/a`."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def show(answer: Json) -> None:
    """Prints an answer as people read it: a field a line, lists and objects as JSON."""
    width = max(map(len, answer), default=0)
    for name, value in answer.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"{name:<{width}}  {shown}")


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
