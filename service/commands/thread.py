"""`thread`: shows and changes the threads of a running service."""

from urllib.parse import quote

import click

from schemas.threads import MODES
from service.commands.api import Json, api_options, connect, show

SITES_OWN = "site"
"""In the place of a mode: the site's own again."""


@click.group()
def thread() -> None:
    """Show and change the threads of a running service."""


@thread.command("show")
@click.argument("site")
@click.argument("thread")
@api_options
def show_thread(site: str, thread: str, *, url: str | None, token: str | None) -> None:
    """Show how a thread is set, and how many comments it has in each state."""
    show(connect(url, token).call("GET", _path(site, thread)))


@thread.command("set")
@click.argument("site")
@click.argument("thread")
@click.option("--title", help="Of its article.")
@click.option("--article", "article_url", help="The article's address, where forms lead their readers back.")
@click.option("--closed/--open", default=None, help="Whether it takes no more comments.")
@click.option("--mode", type=click.Choice([*MODES, SITES_OWN]), help=f"Its own mode; {SITES_OWN}: as its site.")
@api_options
def set_thread(
    site: str,
    thread: str,
    *,
    title: str | None,
    article_url: str | None,
    closed: bool | None,
    mode: str | None,
    url: str | None,
    token: str | None,
) -> None:
    """Make a thread or change what is given of it, and show it.

    \b
    commentdesk thread set default river-2026 --closed
    commentdesk thread set default river-2026 --mode premoderate --article https://news.example/river
    """
    wanted: Json = {"title": title, "url": article_url, "closed": closed, "mode": mode}
    given = {name: value for name, value in wanted.items() if value is not None}
    if not given:
        raise click.UsageError("Give what is to be changed: see --help.")
    if mode == SITES_OWN:
        given["mode"] = None
    show(connect(url, token).call("PUT", _path(site, thread), given))


def _path(site: str, thread: str) -> str:
    return f"/v1/sites/{quote(site, safe='')}/threads/{quote(thread, safe='')}"
