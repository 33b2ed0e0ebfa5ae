"""One thread as readers see it, with what waits in its place, and how it is set."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.console_forms import ThreadFilters, ThreadForm
from schemas.fields import is_web_address
from service.api.cursors import PublicCursors
from service.console.frame import page, texts_at
from service.console.last_act import find_last_act
from service.console.operation import console_page
from service.console.places import comments_address, thread_address
from service.console.repeats import new_key
from service.domain.policy import MODES, Mode
from service.domain.queue import START, Position
from service.domain.selection import Selection
from service.domain.state import State
from service.domain.thread import SITES_OWN, Thread, ThreadOrder, ThreadPage
from service.errors import InvalidFieldsError, RequestError, ThreadNotFoundError
from service.html.shown.composition import shown
from service.html.shown.conversation import Said, conversation
from service.texts.sentence import marked
from service.use_cases import lists, threads
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call
from service.web.problems import status_of

PUBLISHED_AT_ONCE = 30
WAITING_AT_ONCE = 30
MODE_WORDS = {
    Mode.PREMODERATE: marked("Held first"),
    Mode.POSTMODERATE: marked("Published first"),
    Mode.AUTO: marked("By their risk"),
}
_NO_MODE = marked("Choose one of these.")


@dataclass(frozen=True, slots=True)
class Here:
    """What a thread's page shows: a page of what is published, and all that waits near it."""

    settings: Thread | None
    published: ThreadPage
    more_wait: bool
    said: Sequence[Said]


@console_page("Read a thread", query=ThreadFilters)
async def read_thread(call: Call) -> Answer:
    return await _draw(call)


@console_page("Set a thread", form=ThreadForm)
async def set_thread(call: Call) -> Answer:
    site, mode = call.known_site.site, call.body["mode"]
    if mode and mode not in MODES:
        return await _draw(call, InvalidFieldsError(errors={"mode": ["Must be one of: " + ", ".join(MODES) + "."]}))
    await threads.moderate(
        call.desk,
        site,
        call.thread,
        is_closed=bool(call.body["closed"]),
        mode=Mode(mode) if mode else SITES_OWN,
        actor=call.known_caller.actor,
    )
    return Answer(303, headers={"Location": thread_address(site, call.thread)})


async def _read(call: Call, after: Position) -> Here:
    desk, site, thread = call.desk, call.known_site.site, call.thread
    published = await threads.read_thread(
        desk, site, thread, order=ThreadOrder.OLDEST, known_version="", limit=PUBLISHED_AT_ONCE, after=after
    )
    selection = _near(Selection(state=State.HELD, thread=thread), published, after)
    held = await lists.list_comments(desk, site, selection, limit=WAITING_AT_ONCE, below=None)
    try:
        settings = await threads.read_settings(desk, site, thread)
    except ThreadNotFoundError:
        settings = None
    said = conversation(published.comments or (), held.comments, desk.now_ms(), texts_at(call))
    return Here(settings, published, held.below is not None, said)


def _near(selection: Selection, published: ThreadPage, after: Position) -> Selection:
    """What has its place on a page: after the last comment of the page before, and up to its own last where others
    follow."""
    comments = published.comments or ()
    since_ms = None if after == START else int(after.score) + 1
    until_ms = comments[-1].submitted_ms + 1 if comments and published.last is not None else None
    return selection._replace(since_ms=since_ms, until_ms=until_ms)


async def _draw(call: Call, refused: RequestError | None = None) -> Answer:
    site, thread = call.known_site.site, call.thread
    cursors = PublicCursors(call.desk.vault, site, thread, order=ThreadOrder.OLDEST)
    after = _place_of(cursors, call.query.get("cursor", ""))
    here = await _read(call, after)
    settings, cursor = here.settings, cursors.after(here.published.last)
    texts = texts_at(call)
    return page(
        call,
        "console/thread.html",
        here="threads",
        waiting=await count_waiting(call.desk, site),
        status=status_of(refused) if refused else 200,
        mistakes={"mode": texts.gettext(_NO_MODE)} if refused else {},
        title=shown(here.published.title or thread),
        article=here.published.url if is_web_address(here.published.url) else "",
        counts=settings.counts if settings else dict.fromkeys(State, 0),
        is_closed=here.published.is_closed,
        mode=(settings.mode or "") if settings else "",
        modes=[(mode, texts.gettext(MODE_WORDS[mode])) for mode in MODES],
        own_mode=texts.gettext(MODE_WORDS[call.known_site.policy.mode]),
        said=here.said,
        more_wait=here.more_wait,
        is_first=after == START,
        address=thread_address(site, thread),
        back=thread_address(site, thread, cursor=call.query.get("cursor", "")),
        later=thread_address(site, thread, cursor=cursor) if cursor else "",
        waiting_address=comments_address(site, state=State.HELD, thread=thread),
        did=await find_last_act(call, call.query.get("did", "")),
        key=new_key(),
    )


def _place_of(cursors: PublicCursors, cursor: str) -> Position:
    """Where the page begins; the first one for a cursor that was not given."""
    try:
        return cursors.position_of(cursor)
    except InvalidFieldsError:
        return START
