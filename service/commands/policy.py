"""`policy`: shows and changes how a site of a running service moderates."""

import json
from pathlib import Path

import click

from service.commands.api import Json, connect, path_of, show
from service.commands.options import RateType, api_options, as_json_option, given_of, print_json
from service.domain.policy import Mode

_RATE = "Comments a minute"
_BURST = "So many of them may come at once."


@click.group()
def policy() -> None:
    """Show and change how a site of a running service moderates."""


@policy.command("show")
@click.argument("site")
@as_json_option
@api_options
def show_policy(site: str, *, is_json: bool, url: str | None, token: str | None) -> None:
    """Show the policy of a site; as JSON it is what `policy set --file` takes.

    \b
    Examples:
      commentdesk policy show news
      commentdesk policy show news --json > policy.json
    """
    (print_json if is_json else show)(connect(url, token).call("GET", _path(site)))


@policy.command("set")
@click.argument("site")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    help="premoderate: a moderator publishes; postmoderate: published at once, and queued; auto: by the risk.",
)
@click.option("--publish-below", type=float, help="In mode auto: a risk below it is published.")
@click.option("--reject-above", type=float, help="In mode auto: a risk above it is rejected.")
@click.option("--reader-rate", "reader_rate_per_minute", type=RateType(), help=f"{_RATE} of one reader, or none.")
@click.option("--reader-burst", type=int, help=_BURST)
@click.option("--site-rate", "site_rate_per_minute", type=RateType(), help=f"{_RATE} of all together, or none.")
@click.option("--site-burst", type=int, help=_BURST)
@click.option(
    "--stranger-rate", "stranger_rate_per_minute", type=RateType(), help=f"{_RATE} of all without a token, or none."
)
@click.option("--stranger-burst", type=int, help=_BURST)
@click.option(
    "--close-after-days",
    type=RateType(),
    help="So long after the first comment a thread is open, or none: for ever.",
)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with fields of the policy, also those that have no option; options go before it.",
)
@api_options
def set_policy(site: str, *, file: Path | None, url: str | None, token: str | None, **fields: object) -> None:
    """Change what is given of a site's policy, and show it.

    \b
    Examples:
      commentdesk policy set news --mode auto --publish-below 0.02 --reject-above 0.98
      commentdesk policy set news --reader-rate 3 --site-rate none
      commentdesk policy set news --file policy.json
    """
    given = given_of(fields, {name: value for name, value in _fields_in(file).items() if name != "version"})
    unlimited: Json = {name: None for name, value in given.items() if value == RateType.NONE}
    show(connect(url, token).call("PATCH", _path(site), given | unlimited))


@policy.command()
@click.argument("site")
@as_json_option
@api_options
def versions(site: str, *, is_json: bool, url: str | None, token: str | None) -> None:
    """List who changed the policy of a site, when, and which fields, the newest first.

    \b
    Example:
      commentdesk policy versions news
    """
    found = list(connect(url, token).list_all(_path(site) + "/versions", "versions"))
    if is_json:
        print_json({"versions": found})
        return
    for each in found:
        who = each["name"] or "-"
        what = f"version {each['restored']} again" if each["restored"] else ", ".join(each["changed"]) or "-"
        click.echo(f"{each['version']:>4}  {each['at']}  {who}  {what}")


@policy.command()
@click.argument("site")
@click.argument("version", type=click.IntRange(min=1))
@api_options
def restore(site: str, version: int, *, url: str | None, token: str | None) -> None:
    """Make an older version of a site's policy the newest, and show it.

    \b
    Example:
      commentdesk policy restore news 12
    """
    show(connect(url, token).call("POST", f"{_path(site)}/versions/{version}/restore", {}))


def _fields_in(file: Path | None) -> Json:
    """Returns the JSON object of a file; raises click.ClickException when there is none in it."""
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
    return path_of("sites", site, "policy")
