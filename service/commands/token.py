"""`token`: makes, lists and revokes tokens of a running service."""

import click

from schemas.administration import ROLES
from service.commands.api import api_options, connect


@click.group()
def token() -> None:
    """Make, list and revoke tokens."""


@token.command()
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--site", default=None, help="The site it is for. Needed for all roles but admin.")
@click.option("--name", required=True, help="Whose it is: shown beside every decision.")
@click.option("--expires-at", default=None, help="RFC 3339, such as 2027-01-31T00:00:00Z. Default: never.")
@api_options
def create(
    *, role: str, site: str | None, name: str, expires_at: str | None, url: str | None, token: str | None
) -> None:
    """Make a token and print it, this once: the service keeps only its hash."""
    wanted = {"role": role, "site": site, "name": name, "expires_at": expires_at}
    made = connect(url, token).call("POST", "/v1/tokens", wanted)
    click.echo(f"{made['token_id']} {made['role']} {made['site'] or 'every site'}", err=True)
    click.echo(made["token"])


@token.command("list")
@api_options
def list_tokens(url: str | None, token: str | None) -> None:
    """List all tokens, without what would let anybody use them."""
    for entry in connect(url, token).list_all("/v1/tokens", "tokens"):
        expiry = entry["expires_at"] or "never"
        click.echo(
            f"{entry['token_id']}  {entry['role']:<9}  {entry['site'] or '*'}  {entry['name']}  expires {expiry}"
        )


@token.command()
@click.argument("token_id")
@api_options
def revoke(token_id: str, url: str | None, token: str | None) -> None:
    """End a token at once."""
    connect(url, token).call("DELETE", f"/v1/tokens/{token_id}")
    click.echo(f"{token_id} is revoked.")
