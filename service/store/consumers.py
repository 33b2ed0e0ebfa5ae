"""Consumers of a stream of events in Redis: how far each has come, and what it gave up."""

from enum import StrEnum
from typing import NamedTuple

from service.link.link import Argument, Link
from service.store import keys, scripts
from service.store.keys import StreamKeys

INSTALLATION = ""
"""Stands for the installation in the place of a site: its stream tells of sites, tokens and the secret."""


class Start(StrEnum):
    """Where a consumer that is new to a stream begins: with all that is there, or with what comes."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Outlook(StrEnum):
    """What a consumer has to do in a stream: to register, to read, or nothing."""

    NEW = "new"
    BEHIND = "behind"
    DONE = "done"


class Entry(NamedTuple):
    """An event as it is stored: its id, and its fields and values in turn."""

    event_id: bytes
    flat: list[bytes]


class Errand(NamedTuple):
    """A consumer at work in a stream, and the lease under which it is."""

    site: str
    consumer: str
    holder: str

    @property
    def lease_key(self) -> str:
        return lease_of(self.site, self.consumer)


class DeadLetter(NamedTuple):
    """An event that a consumer gave up after so many attempts, and the class of the last error."""

    entry: Entry
    error: str
    attempts: int
    at_ms: int


class ConsumerMeasures(NamedTuple):
    """How many events a consumer is behind, how old the first of these is, and how many it ever lost."""

    behind: int
    behind_ms: int
    lost: int


class StreamMeasures(NamedTuple):
    """The events in a stream, the dead letters that were ever written, its consumers by name, and its audit log: how
    many entries that has, and how far it is behind."""

    events: int
    dead_letters: int
    consumers: dict[str, ConsumerMeasures]
    sealed: int = 0
    unsealed: ConsumerMeasures = ConsumerMeasures(0, 0, 0)


def stream_of(site: str) -> StreamKeys:
    return keys.CHANGE_STREAM if site == INSTALLATION else keys.stream_keys(site)


def audit_head_of(site: str) -> str:
    """The key of the head of the stream's audit log."""
    return keys.CHANGE_AUDIT.head if site == INSTALLATION else keys.audit_keys(site).head


def lease_of(site: str, consumer: str) -> str:
    """The key of the lease under which one process at a time works for a consumer."""
    return keys.change_consuming(consumer) if site == INSTALLATION else keys.consuming(site, consumer)


async def register(link: Link, site: str, consumer: str, start: Start) -> None:
    """Keeps the consumer's position from now on; nothing happens when it has one."""
    stream = stream_of(site)
    await scripts.REGISTER_CONSUMER.run(link, [stream.events, stream.consumers], consumer, start)


async def forget(link: Link, site: str, consumer: str) -> None:
    """Keeps its position no longer, so that no event waits for it."""
    await link.call("HDEL", stream_of(site).consumers, consumer)


async def peek(link: Link, site: str, consumer: str) -> Outlook:
    """Whether there is something to do for the consumer."""
    stream = stream_of(site)
    (outlook,) = await scripts.PEEK_EVENTS.run(link, [stream.events, stream.consumers], consumer)
    return Outlook(outlook.decode())


async def read_next(link: Link, errand: Errand, limit: int) -> list[Entry]:
    """The next events after the consumer's position; none at the end, and when the lease is somebody else's."""
    stream = stream_of(errand.site)
    names = [errand.lease_key, stream.events, stream.consumers]
    found = await scripts.READ_EVENTS.run(link, names, errand.holder, errand.consumer, limit)
    return [Entry(*each) for each in found[0]] if found else []


async def move(link: Link, errand: Errand, event_id: bytes, handled: int, letter: DeadLetter | None = None) -> bool:
    """Sets the position behind an event that was handled, or given up with a letter, `handled` events further than it
    was. False, and nothing happens, when the lease is somebody else's by now."""
    newest = keys.NEWEST_CHANGES if errand.site == INSTALLATION else keys.NEWEST_EVENTS
    given_up = _pack(errand.consumer, letter) if letter else []
    names = [errand.lease_key, *stream_of(errand.site)]
    arguments = (errand.holder, errand.consumer, event_id, handled, newest)
    (is_moved,) = await scripts.MOVE_CONSUMER.run(link, names, *arguments, *given_up)
    return bool(is_moved)


def _pack(consumer: str, letter: DeadLetter) -> list[Argument]:
    about: list[Argument] = ["consumer", consumer, "event_id", letter.entry.event_id, "error", letter.error]
    return [*about, "attempts", letter.attempts, "given_up_ms", letter.at_ms, *letter.entry.flat]


async def measure_stream(link: Link, site: str, now_ms: int) -> StreamMeasures:
    """What an operator watches of a stream."""
    names = [*stream_of(site), audit_head_of(site)]
    length, dead_letters, sealed, measured = await scripts.MEASURE_STREAM.run(link, names, now_ms)
    consumers = {name.decode(errors="replace"): ConsumerMeasures(*each) for name, *each in measured}
    unsealed = consumers.pop(keys.AUDIT_CONSUMER, ConsumerMeasures(length, 0, 0))
    return StreamMeasures(length, dead_letters, consumers, sealed, unsealed)
