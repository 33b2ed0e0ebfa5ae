"""`member`: lists, renames and revokes the members of a running service."""

import click

from service.commands.api import connect, path_of, show
from service.commands.options import api_options, as_json_option, print_json


@click.group()
def member() -> None:
    """List, rename and revoke the members of a running service: the people and programs who have its tokens."""


@member.command("list")
@click.option("--site", default=None, help="Those who have a token for this site alone.")
@api_options
def list_members(site: str | None, url: str | None, token: str | None) -> None:
    """List all members: what each may do, where, by how many tokens, and when he was seen last.

    \b
    Examples:
      commentdesk member list
      commentdesk member list --site news
    """
    wanted = {} if site is None else {"site": site}
    for entry in connect(url, token).list_all(path_of("members"), "members", wanted):
        rights = f"{','.join(entry['roles']) or '-'} {','.join(entry['sites']) or '-'}"
        seen, number = entry["last_seen_at"] or "never", len(entry["tokens"])
        tokens = f"{number} token{'' if number == 1 else 's'}"
        click.echo(f"{entry['member_id']}  {rights}  {entry['name']}  {tokens}  seen {seen}")


@member.command("show")
@click.argument("member_id")
@as_json_option
@api_options
def show_member(member_id: str, *, is_json: bool, url: str | None, token: str | None) -> None:
    """Show a member with his tokens.

    \b
    Example:
      commentdesk member show m5b80c1e2d94a
    """
    (print_json if is_json else show)(connect(url, token).call("GET", path_of("members", member_id)))


@member.command()
@click.argument("member_id")
@click.argument("name")
@api_options
def rename(member_id: str, name: str, url: str | None, token: str | None) -> None:
    """Give a member another name, for what he does from now on.

    \b
    Example:
      commentdesk member rename m5b80c1e2d94a "Mo Okafor"
    """
    changed = connect(url, token).call("PATCH", path_of("members", member_id), {"name": name})
    click.echo(f"{changed['member_id']} is {changed['name']}.")


@member.command()
@click.argument("member_id")
@api_options
def revoke(member_id: str, url: str | None, token: str | None) -> None:
    """End a member at once, with all his tokens and claims.

    \b
    Example:
      commentdesk member revoke m5b80c1e2d94a
    """
    connect(url, token).call("DELETE", path_of("members", member_id))
    click.echo(f"{member_id} is revoked.")
