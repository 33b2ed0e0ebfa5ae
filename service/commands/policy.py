"""`policy`: shows and changes how a site of a running service moderates."""

import json
from pathlib import Path
from urllib.parse import quote

import click

from schemas.threads import MODES
from service.commands.api import Json, api_options, connect, show


@click.group()
def policy() -> None:
    """Show and change how a site of a running service moderates."""


@policy.command("show")
@click.argument("site")
@click.option("--json", "is_json", is_flag=True, help="As JSON, which `policy set --file` takes.")
@api_options
def show_policy(site: str, *, is_json: bool, url: str | None, token: str | None) -> None:
    """Show the policy of a site."""
    found = connect(url, token).call("GET", _path(site))
    if is_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        show(found)


@policy.command("set")
@click.argument("site")
@click.option(
    "--mode", type=click.Choice(MODES), help="Who decides: moderators, the machine, or moderators afterwards."
)
@click.option("--publish-below", type=float, help="Of the risk, in mode auto.")
@click.option("--reject-above", type=float, help="Of the risk, in mode auto.")
@click.option("--reader-rate", type=int, help="Comments of one reader a minute; 0 is no limit.")
@click.option("--site-rate", type=int, help="Comments of all a minute; 0 is no limit.")
@click.option("--stranger-rate", type=int, help="Comments of all who submit without a token a minute; 0 is no limit.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with fields of the policy, such as rules; options go before it.",
)
@api_options
def set_policy(
    *, site: str, file: Path | None, url: str | None, token: str | None, **given: float | str | None
) -> None:
    """Change what is given of a site's policy, and show it.

    \b
    commentdesk policy set default --mode auto --publish-below 0.02 --reject-above 0.98
    commentdesk policy set default --file policy.json
    """
    wanted = _of_file(file) | {name: value for name, value in given.items() if value is not None}
    for rate in ("reader_rate", "site_rate", "stranger_rate"):
        if rate in wanted:
            wanted[f"{rate}_per_minute"] = wanted.pop(rate) or None
    if not wanted:
        raise click.UsageError("Give what is to be changed: see --help.")
    show(connect(url, token).call("PATCH", _path(site), wanted))


def _of_file(file: Path | None) -> Json:
    if file is None:
        return {}
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise click.ClickException(f"{file} holds no JSON object.")
    return found


def _path(site: str) -> str:
    return f"/v1/sites/{quote(site, safe='')}/policy"
