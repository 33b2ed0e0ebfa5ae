"""How far a decision on many comments is: seen, stopped, taken back as one; and those of the last seven days."""

from dataclasses import dataclass

from schemas.console_forms import ActForm
from service.console.addresses import own_next
from service.console.frame import fragment, is_fragment, page, texts_at
from service.console.operation import console_page
from service.console.places import bulk_address
from service.console.repeats import new_key
from service.domain.bulk import Bulk
from service.errors import BulkNotFoundError
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.html.shown.reason_titles import known_titles
from service.texts.texts import Texts
from service.use_cases import bulk
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call

WAITED_SECONDS = 1.0
"""So long an undo waits for its end, so that whoever took few back sees them at once."""


@dataclass(frozen=True, slots=True)
class ShownBulk:
    """A bulk as a page tells it. `done` of `total` are those of its undo, where it is taken back; `stayed` are those
    that the undo left alone."""

    bulk: Bulk
    by: Shown
    undone_by: Shown | None
    reason: Shown | None
    note: Shown | None
    began: Moment
    done: int
    total: int

    @property
    def left_alone(self) -> int:
        """Those on which somebody acted meanwhile."""
        return self.bulk.skipped - self.bulk.claimed

    @property
    def stayed(self) -> int:
        return self.bulk.undo.skipped if self.bulk.undo else 0


def shown_bulk(found: Bulk, titles: dict[str, str], now_ms: int, texts: Texts) -> ShownBulk:
    """A bulk as it is now."""
    reached = found.undo or found
    return ShownBulk(
        found,
        shown(found.moderator),
        shown(found.undo.moderator) if found.undo else None,
        shown(titles.get(found.reason, found.reason)) if found.reason else None,
        shown(found.note) if found.note else None,
        moment(found.started_ms, now_ms, texts),
        done=reached.done,
        total=reached.total,
    )


@console_page("List what was decided on many at once")
async def list_bulks(call: Call) -> Answer:
    found = await bulk.list_bulks(call.desk, call.known_site.site)
    return page(
        call,
        "console/bulks.html",
        here="comments",
        waiting=await count_waiting(call.desk, call.known_site.site),
        bulks=[_shown(call, each) for each in found],
    )


@console_page("See how far a bulk is")
async def read_bulk(call: Call) -> Answer:
    return await _draw(call, await bulk.read_bulk(call.desk, call.known_site.site, call.bulk_id))


@console_page("Ask how far a bulk is", is_use=False)
async def ask_progress(call: Call) -> Answer:
    """What the page asks by itself while it runs; for a person it is the page."""
    return await _draw(call, await bulk.read_bulk(call.desk, call.known_site.site, call.bulk_id))


@console_page("Stop a bulk", form=ActForm)
async def stop_bulk(call: Call) -> Answer:
    """What it did stays until somebody takes it back."""
    await bulk.stop_bulk(call.desk, call.known_site.site, call.known_caller, call.bulk_id)
    return _back(call)


@console_page("Take a bulk back", form=ActForm)
async def undo_bulk(call: Call) -> Answer:
    site = call.known_site.site
    await bulk.undo_bulk(call.desk, site, call.known_caller, call.bulk_id)
    await bulk.wait_for(call.desk, site, call.bulk_id, seconds=WAITED_SECONDS)
    return _back(call)


async def _draw(call: Call, found: Bulk) -> Answer:
    """For a script that asked, without the frame."""
    address, key = bulk_address(call.known_site.site, found.bulk_id), new_key()
    if is_fragment(call):
        return fragment(call, "console/bulk-part.html", many=_shown(call, found), address=address, key=key)
    return page(
        call,
        "console/bulk-progress.html",
        here="comments",
        waiting=await count_waiting(call.desk, call.known_site.site),
        many=_shown(call, found),
        address=address,
        key=key,
    )


async def find_bulk(call: Call, bulk_id: str) -> ShownBulk | None:
    """A bulk as it is now; None where there is none of that id, or it is kept no longer."""
    try:
        return _shown(call, await bulk.read_bulk(call.desk, call.known_site.site, bulk_id))
    except BulkNotFoundError:
        return None


def _shown(call: Call, found: Bulk) -> ShownBulk:
    texts = texts_at(call)
    return shown_bulk(found, known_titles(call.known_site, texts), call.desk.now_ms(), texts)


def _back(call: Call) -> Answer:
    """To the page that had the form; without one to the bulk's own."""
    address = own_next(call.body["back"]) or bulk_address(call.known_site.site, call.bulk_id)
    return Answer(303, headers={"Location": address})
