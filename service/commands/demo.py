"""`demo`: sends forty comments of every kind to the demo article through the API."""

import hashlib
import json
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import click

from service.commands.api import Api, connect
from service.commands.options import api_options
from service.domain.decision import Decision
from service.domain.site import DEMO_SITE
from service.domain.state import State
from service.pages.article import ARTICLE, DEMO

Json = dict[str, Any]
Known = dict[tuple[str, str], str]
_SITE = f"/v1/sites/{DEMO_SITE}"
_THREAD = f"{_SITE}/threads/{quote(ARTICLE.thread, safe='')}"
DEMO_PAGE = "/demo"
_REFUSED = (409, 422)
_NOT_SERVED: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "COMMENTDESK_DEMO is false there, or local and this is another machine or a proxy's address.",
    HTTPStatus.CONFLICT: f"a site of a publisher is called {DEMO_SITE}, and is left alone.",
}


@click.command("demo")
@api_options
def demo(url: str | None, token: str | None) -> None:
    """Send forty comments to the demo article of a running service, and approve some of them.

    They are of every kind: thoughtful, angry, spam, disguised, in seven languages, hostile. Running it again sends
    nothing twice.
    """
    api = connect(url, token)
    comments: list[Json] = json.loads(DEMO.joinpath("comments.json").read_text("utf-8"))["comments"]
    _require_demo(api)
    before = _set_thread(api)
    left_out = _send_all(api, comments, _known(api))
    _summarise(api, len(comments), left_out, before=before, after=_counts(api))


def _set_thread(api: Api) -> dict[str, int]:
    """Sets the title and address of the demo article, and returns its number of comments in each state."""
    thread = api.call("PUT", _THREAD, {"title": ARTICLE.title, "url": f"{api.url}{DEMO_PAGE}"})
    counts: dict[str, int] = thread["counts"]
    return counts


def _require_demo(api: Api) -> None:
    """Raises click.ClickException unless the service serves the demo here: a publisher may own a site of that name."""
    try:
        api.call("HEAD", DEMO_PAGE)
    except click.ClickException as error:
        reason = _NOT_SERVED.get(_status(error) or 0)
        if reason is None:
            raise
        raise click.ClickException(f"{api.url} serves no demo: {reason}") from error


def _counts(api: Api) -> dict[str, int]:
    counts: dict[str, int] = api.call("GET", _THREAD)["counts"]
    return counts


def _known(api: Api) -> Known:
    """Returns the ids of the comments that are published or held, by name and body."""
    lists = (
        api.list_all(f"{_THREAD}/comments", "comments"),
        api.list_all(f"{_SITE}/queue", "comments", {"thread": ARTICLE.thread}),
    )
    return {(comment["name"], comment["body"]): comment["comment_id"] for comments in lists for comment in comments}


def _send_all(api: Api, comments: list[Json], known: Known) -> int:
    """Sends the comments that are missing, and returns how many were left out because their parent is not published."""
    ids: dict[str, str] = {}
    left_out = 0
    with click.progressbar(comments, label="Sending comments", show_pos=True) as shown:
        for comment in shown:
            comment_id = known.get((comment["name"], comment["body"])) or _send(api, comment, ids)
            if comment_id is None:
                left_out += 1
                continue
            ids[comment["key"]] = comment_id
            if comment.get("approve"):
                _approve(api, comment_id)
    return left_out


def _send(api: Api, comment: Json, ids: dict[str, str]) -> str | None:
    """Sends a comment and returns its id, or None when its parent is not published.

    The Idempotency-Key depends on the content alone, so that a repeated comment is not stored twice.
    """
    body: Json = {name: comment[name] for name in ("name", "email", "website", "body") if name in comment}
    body["client"] = {"ip": _address(comment["name"])}
    if "reply_to" in comment:
        if comment["reply_to"] not in ids:
            return None
        body["parent_id"] = ids[comment["reply_to"]]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    headers = {"Idempotency-Key": f"demo-{comment['key']}-{digest}"}
    try:
        receipt = api.call("POST", f"{_THREAD}/comments", body, headers=headers)
    except click.ClickException as error:
        if "parent_id" in body and _status(error) == 422:
            return None
        raise
    comment_id: str = receipt["comment_id"]
    return comment_id


def _address(name: str) -> str:
    """Returns an address for each author, so that each has a rate limit; nobody has such an address (RFC 3849)."""
    return f"2001:db8:{hashlib.sha256(name.encode()).hexdigest()[:4]}::1"


def _approve(api: Api, comment_id: str) -> None:
    """Publishes a comment that nobody has decided on; a decision of a moderator stays."""
    body = {"decision": Decision.APPROVE, "reason": "harmless, by the demo", "revision": 1}
    try:
        api.call("POST", f"{_SITE}/comments/{comment_id}/decisions", body)
    except click.ClickException as error:
        if _status(error) not in _REFUSED:
            raise


def _status(error: click.ClickException) -> int | None:
    """Returns the HTTP status behind a failed call, None when there was no answer."""
    return error.__cause__.code if isinstance(error.__cause__, HTTPError) else None


def _summarise(api: Api, sent: int, left_out: int, before: dict[str, int], after: dict[str, int]) -> None:
    new = sum(after.values()) - sum(before.values())
    there = sent - new - left_out
    if new == 0:
        click.echo(f"Nothing new: all {there} comments were there already.")
    else:
        click.echo(f"{new} comments sent" + (f", {there} were there already." if there else "."))
    if left_out:
        click.echo(f"{left_out} left out: what they answer is not published.")
    click.echo(
        f"Of the article's comments {after[State.PUBLISHED]} are published, {after[State.HELD]} await a moderator."
    )
    click.echo(f"  article  {api.url}{DEMO_PAGE}\n  queue    {api.url}{_SITE}/queue\n  API      {api.url}/docs")
