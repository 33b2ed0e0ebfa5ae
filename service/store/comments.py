"""Comments in Redis: moved by decisions, read by moderators."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from sys import getsizeof
from typing import Any, NamedTuple

from service import keys
from service.errors import CommentNotFoundError
from service.recent import Recent
from service.store import scripts
from service.store.format_1 import is_of_format_1, of_format_2
from service.store.link import Link
from service.store.record import Private, unpack_private, unpack_public

AGE_BOUNDS_SECONDS = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600)
"""Upper bounds of the histogram of a comment's age at its decision."""
_AGE_BOUNDS = " ".join(str(bound) for bound in AGE_BOUNDS_SECONDS)
PLACES_BYTES = 64 * 1024 * 1024
_PLACE_BYTES = 520
"""Of one place, its key and its slot in the table, but for the thread's id: measured with CPython 3.11."""
COMMENTS_A_STEP = 50
"""So many are read in one step: about 200 µs of the server's time."""
_NAMES = {short.encode(): name for name, short in keys.COMMENT_FIELDS.items()}
_PRIVATE = keys.COMMENT_FIELDS["private"].encode()
PLACE_FIELDS = (keys.COMMENT_FIELDS["thread"], keys.COMMENT_FIELDS["author"])


class Place(NamedTuple):
    """Where a comment belongs, for ever: what its keys are made of."""

    thread: str
    author: str


class Replay(NamedTuple):
    """An Idempotency-Key: where its first answer is kept, and of which request; ("", "") for none."""

    digest: str = ""
    fingerprint: str = ""


NO_REPLAY = Replay()


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment as the store holds it. `record` has the fields of `keys.py` but for `private`, `public` is what readers
    see; `author` is empty unless asked for."""

    comment_id: str
    record: dict[str, str]
    private: Private
    public: dict[str, Any]
    claim: tuple[str, str, int] | None
    author: dict[str, str]


def _size_of(key: tuple[str, str], place: Place) -> int:  # noqa: ARG001 ids of sites and comments are short
    return _PLACE_BYTES + getsizeof(place.thread)


_places: Recent[tuple[str, str], Place] = Recent(PLACES_BYTES, _size_of)
"""Where comments belong, of those that were asked for last: all that is kept counts, as strangers choose the ids of
threads."""


def remember_place(site: str, comment_id: str, place: Place) -> None:
    """So that a decision needs no look-up first."""
    _places.put((site, comment_id), place)


async def find_place(link: Link, site: str, comment_id: str) -> Place:
    """Where a comment belongs, or CommentNotFoundError."""
    place = _places.get((site, comment_id))
    if place is None:
        thread, author = await link.call("HMGET", keys.comment(site, comment_id), *PLACE_FIELDS)
        if thread is None:
            raise CommentNotFoundError
        place = Place(thread.decode(), author.decode())
        remember_place(site, comment_id, place)
    return place


def comment_keys(site: str, comment_id: str, place: Place) -> list[str]:
    """All that scripts which change a comment touch, in the order in which they take it."""
    return [
        *keys.thread_keys(site, place.thread),
        *keys.queue_keys(site),
        keys.comment(site, comment_id),
        keys.author(site, place.author),
        keys.totals(site),
        keys.events(site),
    ]


async def decide(
    link: Link,
    site: str,
    comment_id: str,
    *,
    token_id: str,
    decision: str,
    state: str,
    revision: int | None,
    act: bytes,
    replay: Replay,
    now_ms: int,
) -> StoredComment:
    """One decision, applied once. ClaimedByAnotherError, StaleRevisionError, CommentNotFoundError."""
    place = await find_place(link, site, comment_id)
    _, reply = await scripts.DECIDE.run(
        link,
        [*comment_keys(site, comment_id, place), keys.idempotency(site, replay.digest)],
        now_ms,
        comment_id,
        token_id,
        decision,
        state,
        "" if revision is None else revision,
        act,
        replay.fingerprint,
        _AGE_BOUNDS,
    )
    return _stored(comment_id, reply)


async def reserve(link: Link, site: str, replay: Replay) -> None:
    """The Idempotency-Key of many decisions bound to their body: IdempotencyKeyReusedError for any other."""
    await scripts.RESERVE.run(link, [keys.idempotency(site, replay.digest)], replay.fingerprint)


async def undo(
    link: Link, site: str, comment_id: str, *, revision: int | None, act: bytes, replay: Replay, now_ms: int
) -> StoredComment:
    """The last decision taken back. NothingToUndoError, StaleRevisionError, CommentNotFoundError."""
    place = await find_place(link, site, comment_id)
    _, reply = await scripts.UNDO.run(
        link,
        [*comment_keys(site, comment_id, place), keys.idempotency(site, replay.digest)],
        now_ms,
        comment_id,
        "" if revision is None else revision,
        act,
        replay.fingerprint,
    )
    return _stored(comment_id, reply)


async def read(link: Link, site: str, comment_id: str, now_ms: int) -> StoredComment:
    """A comment, its claim and its author's record, or CommentNotFoundError."""
    place = await find_place(link, site, comment_id)
    script_keys = comment_keys(site, comment_id, place)
    reply, author = await scripts.READ_COMMENT.run(link, script_keys, now_ms, comment_id)
    return _stored(comment_id, reply, author)


async def read_some(link: Link, site: str, ids: Sequence[str], now_ms: int) -> list[StoredComment]:
    """Comments and their claims, in order, without those that are gone."""
    places = await asyncio.gather(*(find_place(link, site, each) for each in ids), return_exceptions=True)
    known: list[tuple[str, Place]] = []
    for comment_id, place in zip(ids, places, strict=True):
        if isinstance(place, Place):
            known.append((comment_id, place))
        elif not isinstance(place, CommentNotFoundError):
            raise place
    steps = [known[start : start + COMMENTS_A_STEP] for start in range(0, len(known), COMMENTS_A_STEP)]
    found = await asyncio.gather(*(_read_step(link, site, step, now_ms) for step in steps))
    return [each for step in found for each in step]


async def _read_step(link: Link, site: str, step: list[tuple[str, Place]], now_ms: int) -> list[StoredComment]:
    queue = keys.queue_keys(site)
    script_keys = [queue.claims, queue.holders]
    for comment_id, place in step:
        script_keys += [keys.comment(site, comment_id), keys.thread_keys(site, place.thread).comments]
    found = await scripts.READ_COMMENTS.run(link, script_keys, now_ms, *(comment_id for comment_id, _ in step))
    return [_stored(comment_id.decode(), reply) for comment_id, *reply in found]


def _stored(comment_id: str, reply: list[Any], author: Sequence[bytes] = ()) -> StoredComment:
    fields, public, holder, expires = reply
    record = dict(zip(fields[::2], fields[1::2], strict=True))
    if is_of_format_1(record):  # an answer that was kept for an Idempotency-Key
        record, public = of_format_2(record, public)
    claim = None
    if holder:
        token_id, _, name = holder.decode().partition("\n")
        claim = (token_id, name, int(expires))
    private = unpack_private(record.pop(_PRIVATE))
    named = {_NAMES[name]: value.decode() for name, value in record.items()}
    return StoredComment(comment_id, named, private, unpack_public(comment_id, public or b"[]"), claim, pairs(author))


def pairs(flat: Sequence[bytes]) -> dict[str, str]:
    """A hash as Redis sends it (field, value, field, ...) as a dict of texts."""
    texts = [each.decode() for each in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))
