"""The stream of events of a site as it is followed: from a place on, a page at a time."""

from service.domain.event import Event
from service.link.link import Link
from service.store import keys
from service.store.events import unpack_event

BEGINNING = "0-0"
"""Before the first event of a stream."""
EVENTS_A_PAGE = 500
"""About 0.4 ms of the server's time; to ask in vain takes 1 µs of it."""


async def newest_event_id(link: Link, site: str) -> str:
    """The id of the newest event; BEGINNING when there is none."""
    newest = await link.call("XREVRANGE", keys.events(site), "+", "-", "COUNT", 1)
    return newest[0][0].decode() if newest else BEGINNING


async def read_page(link: Link, site: str, after: str, until: str = "+") -> tuple[list[Event], str, bool]:
    """Up to `EVENTS_A_PAGE` events behind one and up to another, the id of the last, and whether there may be more.
    What cannot be read is left out: the doctor tells of it."""
    found = await link.call("XRANGE", keys.events(site), f"({after}", until, "COUNT", EVENTS_A_PAGE)
    last = found[-1][0].decode() if found else after
    return [event for each in found if (event := _event(*each))], last, len(found) == EVENTS_A_PAGE


async def read_event(link: Link, site: str, event_id: str) -> Event | None:
    """One event; None when it is no longer there, or cannot be read."""
    found = await link.call("XRANGE", keys.events(site), event_id, event_id)
    return _event(*found[0]) if found else None


async def is_there(link: Link, site: str, event_id: str) -> bool:
    """Whether the stream still holds an event: then it holds all that came after it."""
    return bool(await link.call("XRANGE", keys.events(site), event_id, event_id))


def _event(event_id: bytes, flat: list[bytes]) -> Event | None:
    try:
        return unpack_event(event_id, flat)
    except ValueError:
        return None
