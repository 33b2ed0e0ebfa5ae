"""`site`: makes, changes and lists the sites of a running service."""

from urllib.parse import quote

import click

from service.commands.api import Json, api_options, connect, show


@click.group()
def site() -> None:
    """Make, change and list the sites of a running service."""


@site.command()
@click.argument("site")
@click.option("--title", default="")
@click.option("--public-submission", is_flag=True, help="Let readers' browsers post without a token.")
@click.option("--allowed-origin", "origins", multiple=True, help="Such as https://news.example; may be given again.")
@click.option("--language", default="en", help="Of what readers see, such as de or pt-BR.", show_default=True)
@api_options
def create(
    site: str,
    title: str,
    *,
    public_submission: bool,
    origins: tuple[str, ...],
    language: str,
    url: str | None,
    token: str | None,
) -> None:
    """Make a site.

    \b
    commentdesk site create sports --title "Sports" --public-submission --allowed-origin https://sports.example
    """
    wanted = {
        "site": site,
        "title": title,
        "public_submission": public_submission,
        "allowed_origins": list(origins),
        "language": language,
    }
    made = connect(url, token).call("POST", "/v1/sites", wanted)
    click.echo(f"{made['site']} is there.")


@site.command("set")
@click.argument("site")
@click.option("--title", help="What people read.")
@click.option(
    "--public-submission/--no-public-submission",
    default=None,
    help="Whether readers' browsers may post without a token.",
)
@click.option(
    "--allowed-origin",
    "origins",
    multiple=True,
    help="Such as https://news.example; given again for each. They replace those that were listed.",
)
@click.option("--language", help="Of what readers see, such as de or pt-BR.")
@click.option("--no-origins", is_flag=True, help="List none: comments may come from any page.")
@api_options
def set_site(
    site: str,
    *,
    title: str | None,
    public_submission: bool | None,
    origins: tuple[str, ...],
    no_origins: bool,
    language: str | None,
    url: str | None,
    token: str | None,
) -> None:
    """Change what is given of a site, and show it.

    \b
    commentdesk site set default --public-submission --allowed-origin https://news.example
    """
    if origins and no_origins:
        raise click.UsageError("Give --allowed-origin or --no-origins.")
    wanted: Json = {"title": title, "public_submission": public_submission, "language": language}
    given = {name: value for name, value in wanted.items() if value is not None}
    if origins or no_origins:
        given["allowed_origins"] = list(origins)
    if not given:
        raise click.UsageError("Give what is to be changed: see --help.")
    show(connect(url, token).call("PATCH", f"/v1/sites/{quote(site, safe='')}", given))


@site.command("list")
@api_options
def list_sites(url: str | None, token: str | None) -> None:
    """List all sites."""
    for entry in connect(url, token).list_all("/v1/sites", "sites"):
        access = "open to readers" if entry["public_submission"] else "with tokens only"
        click.echo(f"{entry['site']}  {entry['title'] or '-'}  {access}")
