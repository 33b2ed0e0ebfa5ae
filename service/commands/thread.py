"""`thread`: shows and changes the threads of a running service."""

import click

from service.commands.api import Json, connect, path_of, show
from service.commands.options import api_options, as_json_option, given_of, print_json
from service.domain.policy import Mode

SITES_OWN = "site"
"""In the place of a mode: the site's own again."""


@click.group()
def thread() -> None:
    """Show, change, close and open the threads of a running service."""


@thread.command("show")
@click.argument("site")
@click.argument("thread")
@as_json_option
@api_options
def show_thread(site: str, thread: str, *, is_json: bool, url: str | None, token: str | None) -> None:
    """Show how a thread is set, and how many comments it has in each state.

    \b
    Example:
      commentdesk thread show news river-2026
    """
    (print_json if is_json else show)(connect(url, token).call("GET", _path(site, thread)))


@thread.command("set")
@click.argument("site")
@click.argument("thread")
@click.option("--title", help="Of its article.")
@click.option("--article", "article_url", help="The article's address, where forms lead their readers back.")
@click.option("--closed/--open", default=None, help="Whether it takes no more comments.")
@click.option(
    "--mode",
    type=click.Choice([*(mode.value for mode in Mode), SITES_OWN]),
    help=f"Its own mode; {SITES_OWN}: as its site.",
)
@click.option("--closes-at", help=f"When it closes, as 2027-01-31T00:00:00Z; {SITES_OWN}: as its site's policy says.")
@api_options
def set_thread(
    site: str,
    thread: str,
    *,
    article_url: str | None,
    mode: str | None,
    closes_at: str | None,
    url: str | None,
    token: str | None,
    **fields: object,
) -> None:
    """Make a thread, or change what is given of it, and show it.

    \b
    Examples:
      commentdesk thread set news river-2026 --title "The river" --article https://news.example/river
      commentdesk thread set news river-2026 --mode premoderate
    """
    given = given_of({**fields, "url": article_url, "mode": mode, "closes_at": closes_at})
    given |= {name: None for name in ("mode", "closes_at") if given.get(name) == SITES_OWN}
    _set(site, thread, given, url=url, token=token)


@thread.command()
@click.argument("site")
@click.argument("thread")
@api_options
def close(site: str, thread: str, *, url: str | None, token: str | None) -> None:
    """Close a thread: it takes no more comments, and shows those that it has.

    \b
    Example:
      commentdesk thread close news river-2026
    """
    _set(site, thread, {"closed": True}, url=url, token=token)


@thread.command("open")
@click.argument("site")
@click.argument("thread")
@api_options
def open_thread(site: str, thread: str, *, url: str | None, token: str | None) -> None:
    """Open a thread that was closed.

    \b
    Example:
      commentdesk thread open news river-2026
    """
    _set(site, thread, {"closed": False}, url=url, token=token)


def _set(site: str, thread: str, fields: Json, *, url: str | None, token: str | None) -> None:
    show(connect(url, token).call("PUT", _path(site, thread), fields))


def _path(site: str, thread: str) -> str:
    return path_of("sites", site, "threads", thread)
