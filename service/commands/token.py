"""`token`: makes, lists and revokes tokens of a running service."""

import click

from service.commands.api import connect, path_of
from service.commands.options import api_options
from service.domain.caller import Role


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of a running service."""


@token.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What its holder may do.")
@click.option("--site", default=None, help="The site it is for. Needed for all roles but admin.")
@click.option("--name", required=True, help="Whose it is: shown beside every decision.")
@click.option("--expires-at", default=None, help="RFC 3339, such as 2027-01-31T00:00:00Z. Default: never.")
@api_options
def create(
    *, role: str, site: str | None, name: str, expires_at: str | None, url: str | None, token: str | None
) -> None:
    """Make a token and print it, this once: the service keeps only its hash.

    \b
    Examples:
      commentdesk token create --role website --site news --name "website, 2027"
      commentdesk token create --role moderator --site news --name Mo --expires-at 2027-01-31T00:00:00Z
    """
    wanted = {"role": role, "site": site, "name": name, "expires_at": expires_at}
    made = connect(url, token).call("POST", path_of("tokens"), wanted)
    click.echo(f"{made['token_id']} {made['role']} {made['site'] or 'every site'}", err=True)
    click.echo(made["token"])


@token.command("list")
@api_options
def list_tokens(url: str | None, token: str | None) -> None:
    """List all tokens, without what would let anybody use them."""
    for entry in connect(url, token).list_all(path_of("tokens"), "tokens"):
        expiry = entry["expires_at"] or "never"
        click.echo(
            f"{entry['token_id']}  {entry['role']:<9}  {entry['site'] or '*'}  {entry['name']}  expires {expiry}"
        )


@token.command()
@click.argument("token_id")
@api_options
def revoke(token_id: str, url: str | None, token: str | None) -> None:
    """End a token at once.

    \b
    Example:
      commentdesk token revoke t97232c5739da
    """
    connect(url, token).call("DELETE", path_of("tokens", token_id))
    click.echo(f"{token_id} is revoked.")
