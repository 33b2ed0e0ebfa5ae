"""The list of a site's comments: by their state, by who brought them there, by words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from schemas.console_forms import CommentsFilters
from schemas.lists import CommentsQuery
from schemas.loader import Loader
from service.api.cursors import name_cursor_after, ordinal_of
from service.api.lists import COMMENTS, selection_of
from service.console.frame import page, texts_at
from service.console.last_act import find_last_act
from service.console.operation import console_page
from service.console.places import comments_address, thread_address
from service.console.repeats import new_key
from service.domain.routing import Verdict
from service.domain.selection import CommentsPage
from service.domain.state import State
from service.errors import InvalidFieldsError
from service.html.shown.composition import shown
from service.html.shown.moment import moment
from service.html.shown.reason_titles import reason_titles
from service.html.shown.row import row_of
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.use_cases import lists
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked
from service.web.problems import status_of

MACHINE = "machine"
SHOWN_AT_ONCE = 25
_QUERY = Loader(CommentsQuery())
_OF_MACHINE = {State.PUBLISHED: Verdict.PUBLISH, State.REJECTED: Verdict.REJECT}
_TABS = (
    (marked("All"), "", ""),
    (marked("Waiting"), State.HELD, ""),
    (marked("Published"), State.PUBLISHED, ""),
    (marked("Published by the machine"), State.PUBLISHED, MACHINE),
    (marked("Rejected"), State.REJECTED, ""),
    (marked("Rejected by the machine"), State.REJECTED, MACHINE),
    (marked("Spam"), State.SPAM, ""),
)
_MISTAKES = {
    "q": marked("Write one to eight words, 200 characters at most."),
    "since": marked("Choose a day, as 2026-11-28."),
    "state": marked("There is no such state."),
    "by": marked("The machine publishes and rejects: choose one of these states."),
    "thread": marked("That can be no thread."),
    "author": marked("That can be no author."),
    "rule": marked("That can be the name of no rule."),
    "cursor": marked("That page is not there: begin with the first one."),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for, as it was typed."""

    site: str
    state: str = ""
    by: str = ""
    q: str = ""
    since: str = ""
    thread: str = ""
    author: str = ""
    rule: str = ""
    cursor: str = ""

    @property
    def address(self) -> str:
        """Of this very page."""
        return comments_address(self.site, **self.given)

    @property
    def given(self) -> dict[str, str]:
        names = ("state", "by", "q", "since", "thread", "author", "rule", "cursor")
        return {name: getattr(self, name) for name in names}

    @property
    def is_narrow(self) -> bool:
        """Whether anything was asked for: else all comments of the site are meant."""
        return any(value for name, value in self.given.items() if name != "cursor")

    def tabs(self, texts: Texts) -> list[tuple[str, str]]:
        """The same search in each state."""
        return [(texts.gettext(words), self._of(state, by).address) for words, state, by in _TABS]

    @property
    def current(self) -> str:
        """The address of the tab that this page belongs to."""
        return replace(self, cursor="").address

    def from_(self, cursor: str) -> str:
        """The address of the page that begins there."""
        return replace(self, cursor=cursor).address

    def _of(self, state: str, by: str) -> "Filters":
        return replace(self, state=state, by=by, cursor="")


@console_page("Find comments", query=CommentsFilters)
async def read_comments(call: Call) -> Answer:
    query = dict(call.query)
    did = query.pop("did")
    filters = Filters(call.known_site.site, **query)
    try:
        found = await _find(call, filters)
    except InvalidFieldsError as error:
        return await _drawn(call, filters, CommentsPage([], None), mistakes=said_of_filters(error, texts_at(call)))
    return await _drawn(call, filters, found, did=await find_last_act(call, did))


async def _find(call: Call, filters: Filters) -> CommentsPage:
    """InvalidFieldsError names fields as the page calls them."""
    query = checked_filters(filters)
    selection = await lists.with_author(call.desk, filters.site, selection_of(query), query["author_id"])
    below = ordinal_of(COMMENTS, filters.cursor)
    return await lists.list_comments(call.desk, filters.site, selection, limit=SHOWN_AT_ONCE, below=below)


def checked_filters(filters: Filters) -> Json:
    """The query of the API's own call. InvalidFieldsError."""
    given: Json = {name: getattr(filters, name) for name in ("state", "q", "thread", "rule") if getattr(filters, name)}
    if filters.author:
        given["author_id"] = filters.author
    if filters.since:
        given["since"] = f"{filters.since}T00:00:00Z"
    query = checked(_QUERY, given)
    if filters.by:
        query["verdict"] = _verdict_of(filters)
    return query


def _verdict_of(filters: Filters) -> Verdict:
    if filters.by != MACHINE or filters.state not in _OF_MACHINE:
        raise InvalidFieldsError(errors={"by": ["Not of this state."]})
    return _OF_MACHINE[State(filters.state)]


def said_of_filters(error: InvalidFieldsError, texts: Texts) -> dict[str, str]:
    names = [{"author_id": "author"}.get(name, name) for name in error.errors or {}]
    return {name: texts.gettext(_MISTAKES[name]) for name in names}


async def _drawn(
    call: Call, filters: Filters, found: CommentsPage, *, mistakes: Mapping[str, str] | None = None, did: object = None
) -> Answer:
    texts, now_ms = texts_at(call), call.desk.now_ms()
    cursor = None if found.below is None else name_cursor_after(COMMENTS, str(found.below))
    return page(
        call,
        "console/comments.html",
        here="comments",
        waiting=await count_waiting(call.desk, filters.site),
        status=status_of(InvalidFieldsError()) if mistakes else 200,
        filters=filters,
        thread=shown(filters.thread) if filters.thread else None,
        rule=shown(filters.rule) if filters.rule else None,
        tabs=filters.tabs(texts),
        found=[row_of(comment, now_ms, texts) for comment in found.comments],
        read_back_to=None if found.scanned_ms is None else moment(found.scanned_ms, now_ms, texts),
        later=filters.from_(cursor) if cursor else "",
        mistakes=mistakes or {},
        did=did,
        thread_at=partial(thread_address, filters.site),
        reasons=reason_titles(call.known_site, texts),
        key=new_key(),
    )
