"""`site`: makes, shows, changes and lists the sites of a running service."""

import click

from schemas.administration import MOST_TARGET_MINUTES
from service.commands.api import Json, connect, path_of, show
from service.commands.options import api_options, as_json_option, given_of, print_json

_LANGUAGE = "Of the forms, refusals and thanks that readers see, such as de or pt-BR."
_TARGET = "Within how many minutes comments are to be decided; the console shows it beside how long they wait."
_MINUTES = click.IntRange(1, MOST_TARGET_MINUTES)
_ORIGINS = "Where its pages are, such as https://news.example; given again for each."


@click.group()
def site() -> None:
    """Make, show, change and list the sites of a running service."""


@site.command()
@click.argument("site")
@click.option("--title", help="What people read.")
@click.option("--language", help=_LANGUAGE)
@click.option("--waiting-target-minutes", type=_MINUTES, help=_TARGET)
@click.option("--public-submission", is_flag=True, help="Let readers' browsers post without a token.")
@click.option("--origin", "--allowed-origin", "origins", multiple=True, help=_ORIGINS)
@api_options
def create(site: str, *, origins: tuple[str, ...], url: str | None, token: str | None, **fields: object) -> None:
    """Make a site.

    \b
    Example:
      commentdesk site create sport --title Sport --language de --public-submission --origin https://sport.example
    """
    wanted = given_of({"site": site, "allowed_origins": list(origins), **fields})
    made = connect(url, token).call("POST", path_of("sites"), wanted)
    click.echo(f"{made['site']} is there.")


@site.command("show")
@click.argument("site")
@as_json_option
@api_options
def show_site(site: str, *, is_json: bool, url: str | None, token: str | None) -> None:
    """Show how a site is set.

    \b
    Example:
      commentdesk site show news
    """
    (print_json if is_json else show)(connect(url, token).call("GET", path_of("sites", site)))


@site.command("set")
@click.argument("site")
@click.option("--title", help="What people read.")
@click.option("--language", help=_LANGUAGE)
@click.option("--waiting-target-minutes", type=_MINUTES, help=_TARGET)
@click.option(
    "--public-submission/--no-public-submission",
    default=None,
    help="Whether readers' browsers may post without a token.",
)
@click.option("--origin", "--allowed-origin", "origins", multiple=True, help=f"{_ORIGINS} They replace those before.")
@click.option("--no-origins", "is_without_origins", is_flag=True, help="List none.")
@click.option("--no-waiting-target", "is_without_target", is_flag=True, help="Have no target.")
@api_options
def set_site(
    site: str,
    *,
    origins: tuple[str, ...],
    is_without_origins: bool,
    is_without_target: bool,
    url: str | None,
    token: str | None,
    **fields: object,
) -> None:
    """Change what is given of a site, and show it.

    \b
    Examples:
      commentdesk site set news --public-submission --origin https://news.example --origin https://www.news.example
      commentdesk site set news --title "The News"
      commentdesk site set news --no-public-submission --no-origins
      commentdesk site set news --waiting-target-minutes 30
    """
    if origins and is_without_origins:
        raise click.UsageError("Give --origin or --no-origins.")
    if fields["waiting_target_minutes"] and is_without_target:
        raise click.UsageError("Give --waiting-target-minutes or --no-waiting-target.")
    listed: Json = {"allowed_origins": list(origins)} if origins or is_without_origins else {}
    target: Json = {"waiting_target_minutes": None} if is_without_target else {}
    show(connect(url, token).call("PATCH", path_of("sites", site), given_of(fields, listed | target)))


@site.command("list")
@api_options
def list_sites(url: str | None, token: str | None) -> None:
    """List all sites."""
    for entry in connect(url, token).list_all(path_of("sites"), "sites"):
        access = "open to readers" if entry["public_submission"] else "with tokens only"
        click.echo(f"{entry['site']}  {entry['title'] or '-'}  {access}")
