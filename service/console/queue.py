"""The page at which a moderator decides: the comments that are leased to him, or how many wait."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from schemas.console_queue import QueuePageQuery
from service.console.bulk_progress import ShownBulk, find_bulk
from service.console.frame import fragment as fragment_of
from service.console.frame import is_fragment, look_at, page, texts_at
from service.console.kinds import count_kinds
from service.console.operation import console_page
from service.console.places import queue_address
from service.console.repeats import new_key
from service.console.sheet import sheets_of
from service.domain.comment import Comment, FullComment
from service.domain.held import Held
from service.domain.look import View
from service.domain.queue import START, QueueOrder, QueuePage, QueueView
from service.domain.site import Site
from service.domain.state import State
from service.errors import CommentNotFoundError
from service.html.shown.comment import ShownComment, shown_comment
from service.html.shown.composition import Shown, shown
from service.html.shown.kind import Kind, kind_of, kind_words
from service.html.shown.moment import Moment, moment
from service.texts.texts import Texts
from service.use_cases import moderation
from service.use_cases.held import read_held
from service.use_cases.picked_claims import read_first
from service.use_cases.reasons import reasons_of
from service.web.answer import Answer
from service.web.call import Call

CLAIMED_AT_ONCE = 10
MOST_CODES = 9
"""Reasons that have a key."""
ROWS = 25


class Undone(NamedTuple):
    """What was decided last, on which site, and can be taken back."""

    site: str
    comment: Comment
    name: Shown
    title: str
    key: str


class Row(NamedTuple):
    """A comment in the list; `away` is who else holds it, and `until_ms` until when. Its box is ticked and
    its text open where its page was sent back before anything was done."""

    comment: Comment
    shown: ShownComment
    moment: Moment
    away: Shown | None
    until_ms: int | None
    key: str
    is_picked: bool


class Scope(NamedTuple):
    """Of which sites a queue is: of one, or of all of a moderator's. `page` is where it is, and `acts` before what is
    done to none of its comments; `titles` has the names of all sites by their ids, None where it is of one."""

    page: str
    acts: str
    titles: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says first of all: of what kind, and in which words. `show` is a comment that is to stand first, and
    `is_open` says that its text is shown whole. `picked` are those whose boxes stay ticked, and texts open."""

    kind: str = ""
    words: str | Markup = ""
    show: str = ""
    is_open: bool = False
    status: int = 200
    picked: Collection[str] = ()


NOTHING = Told()
_OF_ONE = {"sites": (), "left_out": 0, "steps_left": 0, "many": None, "kinds": None, "looked": ""}
"""What the queue over all sites has besides that of one, and the other way round."""


@console_page("Show the queue", query=QueuePageQuery)
async def read_queue(call: Call) -> Answer:
    """Looking claims nothing: it shows what the moderator holds, or how many comments wait."""
    return await queue_page(call, told_first(call), decided=call.query["decided"], bulk_id=call.query["bulk"])


@console_page("Look at the queue again", query=QueuePageQuery, is_use=False)
async def glance_at_queue(call: Call) -> Answer:
    """The same for a page that looks by itself at what changed: no use of the session."""
    return await queue_page(call, told_first(call))


def told_first(call: Call) -> Told:
    """What a page was asked to begin with."""
    if call.query["back"]:
        return Told("right", texts_at(call).gettext("Your comments went back. Nothing you decided was lost."))
    return Told(show=call.query["show"] or "")


async def queue_page(
    call: Call, told: Told = NOTHING, *, decided: str | None = None, bulk_id: str | None = None
) -> Answer:
    """The queue as it is now, as it was looked at; what is to stand first stands by itself."""
    site = call.known_site
    undo = await find_undone(call, site, decided) if decided else None
    held = await read_held(call.desk, site.site, call.known_caller, order_of(call), first=told.show)
    many = await find_bulk(call, bulk_id) if bulk_id else None
    if _view(call) is View.LIST and not told.show:
        return await _list_page(call, held, told, undo, many)
    comments = [(site.site, each) for each in held.comments]
    is_start = not comments and held.waiting and not is_fragment(call)
    kinds = await count_kinds(call, view_at(call)) if is_start else None
    more = {"told": told, "undo": undo, "many": many, "kinds": kinds, "looked": looked_address(call)}
    return await one_page(call, scope_of(site), held, comments, more)


def scope_of(site: Site) -> Scope:
    """The queue of one site."""
    return Scope(f"/console/{site.site}", f"/console/{site.site}")


async def one_page(
    call: Call, scope: Scope, held: Held, comments: Sequence[tuple[str, FullComment]], more: dict[str, Any]
) -> Answer:
    """One comment at a time, each given behind its site; for a script that asked, without the frame."""
    sheets = await sheets_of(call.desk, comments, texts_at(call))
    sites = dict.fromkeys(each.site for each in sheets)
    codes = {site: reasons_of(call.desk.registry.site(site))[:MOST_CODES] for site in sites}
    values = _values(call, scope, held) | _OF_ONE | {"sheets": sheets, "codes": codes} | more
    told: Told = values["told"]
    if is_fragment(call):
        return fragment_of(call, "console/queue-part.html", status=told.status, **values)
    return page(call, "console/queue.html", here="queue", waiting=held.waiting, status=told.status, **values)


def order_of(call: Call) -> QueueOrder:
    """The order that the page, or its form, names; else the one that the moderator chose."""
    named = call.query.get("order") or call.body.get("order")
    return QueueOrder(named) if named else look_at(call).order


def thread_of(call: Call) -> str:
    return str(call.query.get("thread") or call.body.get("thread") or "")


def kind_at(call: Call) -> str:
    """Of which kind alone comments are wanted; "" for all."""
    return str(call.query.get("reason") or call.body.get("kind") or "")


def view_at(call: Call) -> QueueView:
    return QueueView(order_of(call), thread_of(call) or None)


def looked_address(call: Call, **query: str) -> str:
    """Where the queue of one site is as it is looked at, as the address of its page or a form of it says."""
    site, view, order = call.known_site.site, _view(call), order_of(call)
    return queue_address(site, view=view, order=order, thread=thread_of(call), reason=kind_at(call), **query)


def oldest_of(call: Call, held: Held) -> Moment | None:
    """When the comment came that waits longest."""
    return None if held.oldest_ms is None else moment(held.oldest_ms, call.desk.now_ms(), texts_at(call))


def _view(call: Call) -> View:
    named = call.query.get("view") or call.body.get("view")
    return View(named) if named else look_at(call).view


def _values(call: Call, scope: Scope, held: Held) -> dict[str, Any]:
    return {
        "scope": scope,
        "view": _view(call),
        "order": order_of(call),
        "thread": thread_of(call),
        "kind": kind_at(call),
        "kind_words": kind_words(Kind(*kind_at(call).partition(":")[::2]), texts_at(call)),
        "held": held,
        "oldest": oldest_of(call, held),
        "key": new_key(),
    }


async def find_undone(call: Call, site: Site, comment_id: str) -> Undone | None:
    """The bar of the last decision; None where that comment is gone, or nobody decided on it."""
    try:
        full = await moderation.read_comment(call.desk, site.site, comment_id)
    except CommentNotFoundError:
        return None
    if not full.history or full.comment.state is State.HELD:
        return None
    titles = {each.code: each.title for each in reasons_of(site)}
    code = full.comment.decision_reason
    return Undone(site.site, full.comment, shown(full.comment.name), titles.get(code or "", ""), new_key())


async def _list_page(call: Call, held: Held, told: Told, undo: Undone | None, many: ShownBulk | None) -> Answer:
    """Many at once, claimed or not."""
    texts, now_ms = texts_at(call), call.desk.now_ms()
    found = await _first_rows(call, now_ms)
    values = _values(call, scope_of(call.known_site), held) | {
        "rows": [_row(each, call.known_caller.actor, told, now_ms, texts) for each in found.comments],
        "left": max(0, found.total - len(found.comments)),
        "told": told,
        "undo": undo,
        "many": many,
        "looked": looked_address(call),
        "codes": reasons_of(call.known_site),
    }
    if is_fragment(call):
        return fragment_of(call, "console/queue-list-part.html", status=told.status, **values)
    return page(call, "console/queue-list.html", here="queue", waiting=held.waiting, status=told.status, **values)


async def _first_rows(call: Call, now_ms: int) -> QueuePage:
    """The first of the queue; where one kind is wanted, those of it among the first that are looked at."""
    site, view, kind = call.known_site.site, view_at(call), kind_at(call)
    if not kind:
        return await moderation.list_queue(call.desk, site, view, limit=ROWS, after=START, now_ms=now_ms)
    found = await read_first(call.desk, site, view)
    comments = [each for each in found.comments if str(kind_of(each)) == kind]
    return found._replace(comments=comments[:ROWS], total=len(comments))


def _row(comment: Comment, actor: str, told: Told, now_ms: int, texts: Texts) -> Row:
    claim = comment.claim
    others = claim if claim and claim.member_id != actor else None
    away, until_ms = (shown(others.moderator), others.expires_ms) if others else (None, None)
    came = moment(comment.submitted_ms, now_ms, texts)
    is_picked = comment.comment_id in told.picked
    return Row(comment, shown_comment(comment, texts), came, away, until_ms, new_key(), is_picked)
