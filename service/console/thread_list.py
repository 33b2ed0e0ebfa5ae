"""The threads of a site in which readers wrote lately, and the way to any other."""

from dataclasses import dataclass

from schemas.console_forms import ThreadsFilters
from schemas.threads import MAX_THREAD_CHARS
from service.api.cursors import name_cursor_after, ordinal_of
from service.console.frame import page, texts_at
from service.console.operation import console_page
from service.console.places import thread_address, threads_address
from service.domain.state import State
from service.domain.thread import Thread
from service.errors import InvalidFieldsError
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.use_cases import lately
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call

_THREADS = "threads"
"""What a cursor is good for."""


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in the list: what it is called, where its page is, when somebody wrote in it last."""

    name: Shown
    address: str
    published: int
    waiting: int
    is_closed: bool
    last: Moment


@console_page("List threads", query=ThreadsFilters)
async def read_threads(call: Call) -> Answer:
    """With the id of a thread the answer leads to that thread's page, whether somebody wrote in it or not; one that is
    too long is told there."""
    site, texts, now_ms = call.known_site.site, texts_at(call), call.desk.now_ms()
    wanted = call.query["thread"].strip()[: MAX_THREAD_CHARS + 1]
    if wanted:
        return Answer(303, headers={"Location": thread_address(site, wanted)})
    found = await lately.list_threads(call.desk, site, below=_place_of(call))
    rows = [_row(site, each, moment(found.last_ms[each.thread], now_ms, texts)) for each in found.threads]
    cursor = None if found.below is None else name_cursor_after(_THREADS, str(found.below))
    return page(
        call,
        "console/threads.html",
        here="threads",
        waiting=await count_waiting(call.desk, site),
        found=rows,
        is_first=not call.query["cursor"],
        earlier=threads_address(site, cursor=cursor) if cursor else "",
    )


def _place_of(call: Call) -> int | None:
    """Where the page begins; the first one for a cursor that was not given."""
    try:
        return ordinal_of(_THREADS, call.query["cursor"])
    except InvalidFieldsError:
        return None


def _row(site: str, thread: Thread, last: Moment) -> ThreadRow:
    return ThreadRow(
        shown(thread.title or thread.thread),
        thread_address(site, thread.thread),
        thread.counts[State.PUBLISHED],
        thread.counts[State.HELD],
        is_closed=thread.closed,
        last=last,
    )
