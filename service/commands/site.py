"""`site`: makes and lists the sites of a running service."""

import click

from service.commands.api import api_options, connect


@click.group()
def site() -> None:
    """Make and list sites."""


@site.command()
@click.argument("site")
@click.option("--title", default="")
@click.option("--public-submission", is_flag=True, help="Let readers' browsers post without a token.")
@click.option("--allowed-origin", "origins", multiple=True, help="Such as https://news.example; may be given again.")
@api_options
def create(
    site: str, title: str, *, public_submission: bool, origins: tuple[str, ...], url: str | None, token: str | None
) -> None:
    """Make a site."""
    wanted = {"site": site, "title": title, "public_submission": public_submission, "allowed_origins": list(origins)}
    made = connect(url, token).call("POST", "/v1/sites", wanted)
    click.echo(f"{made['site']} is there.")


@site.command("list")
@api_options
def list_sites(url: str | None, token: str | None) -> None:
    """List all sites."""
    for entry in connect(url, token).list_all("/v1/sites", "sites"):
        access = "open to readers" if entry["public_submission"] else "with tokens only"
        click.echo(f"{entry['site']}  {entry['title'] or '-'}  {access}")
