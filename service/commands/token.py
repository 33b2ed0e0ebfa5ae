"""`token`: makes, lists and revokes tokens of a running service, and makes one-time links for their members."""

from collections.abc import Sequence

import click

from service.commands.api import Json, connect, path_of
from service.commands.options import api_options
from service.domain.caller import Role


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of a running service; make links by which their members sign in."""


@token.command()
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    required=True,
    multiple=True,
    help="What its holder may do; given again for each.",
)
@click.option(
    "--site",
    "sites",
    multiple=True,
    help="The site it is for, given again for each, or '*' for every site. Needed for all roles but admin.",
)
@click.option("--name", required=True, help="What the token is called, and without --member its new member.")
@click.option("--member", "member_id", default=None, help="The id of the member whose token it is. Default: a new one.")
@click.option("--member-name", default=None, help="The name of the new member: shown beside every decision.")
@click.option("--expires-at", default=None, help="RFC 3339, such as 2027-01-31T00:00:00Z. Default: never.")
@api_options
def create(
    *,
    roles: tuple[str, ...],
    sites: tuple[str, ...],
    name: str,
    member_id: str | None,
    member_name: str | None,
    expires_at: str | None,
    url: str | None,
    token: str | None,
) -> None:
    """Make a token and print it, this once: the service keeps only its hash.

    \b
    Examples:
      commentdesk token create --role website --site news --name "website, 2027"
      commentdesk token create --role moderator --site news --name Mo --expires-at 2027-01-31T00:00:00Z
      commentdesk token create --role moderator --site news --site sport --name laptop --member m5b80c1e2d94a
    """
    if member_id is not None and member_name is not None:
        raise click.UsageError("Give --member or --member-name.")
    wanted: Json = {"name": name, "expires_at": expires_at}
    wanted |= _one_or_several("role", roles) | _one_or_several("site", sites)
    if member_id is not None or member_name is not None:
        wanted["member"] = {"name": member_name} if member_id is None else {"member_id": member_id}
    made = connect(url, token).call("POST", path_of("tokens"), wanted)
    click.echo(f"{made['token_id']} of {made['member']['member_id']} {_rights(made)}", err=True)
    click.echo(made["token"])


def _one_or_several(name: str, given: Sequence[str]) -> Json:
    """The field for what was given: of one in the singular, but for every site."""
    if len(given) == 1 and given != ("*",):
        return {name: given[0]}
    return {f"{name}s": list(given)} if given else {}


def _rights(entry: Json) -> str:
    return f"{','.join(entry['roles'])} {','.join(entry['sites'])}"


@token.command("list")
@api_options
def list_tokens(url: str | None, token: str | None) -> None:
    """List all tokens, without what would let anybody use them."""
    for entry in connect(url, token).list_all(path_of("tokens"), "tokens"):
        expiry, member = entry["expires_at"] or "never", entry["member"]
        whose = f"of {member['member_id']} {member['name']}"
        click.echo(f"{entry['token_id']}  {_rights(entry)}  {entry['name']}  {whose}  expires {expiry}")


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


@token.command()
@click.argument("token_id")
@api_options
def link(token_id: str, url: str | None, token: str | None) -> None:
    """Print a link that signs the token's member in to the console: once, within 15 minutes.

    Its address is the service's COMMENTDESK_PUBLIC_URL, or the one by which this command reaches it. Whoever has the
    link may use it: hand it over as you would a password. 'admin' is the administrator of the settings.

    \b
    Examples:
      commentdesk token link t97232c5739da
      commentdesk token link admin
    """
    click.echo(connect(url, token).call("POST", path_of("tokens", token_id, "links"))["sign_in_link"])
