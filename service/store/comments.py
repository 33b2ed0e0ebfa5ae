"""Comments in Redis: moved by decisions, read by moderators."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from sys import getsizeof
from typing import Any, NamedTuple

from service.domain.replay import Replay
from service.errors import CommentNotFoundError
from service.link.link import Link
from service.platform.recent import Recent
from service.store import keys, scripts
from service.store.format_1 import is_of_format_1, of_format_2, rewrite_comment
from service.store.record import Private, unpack_private, unpack_public

AGE_BOUNDS_SECONDS = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600)
"""Upper bounds of the histogram of a comment's age at its decision."""
_AGE_BOUNDS = " ".join(str(bound) for bound in AGE_BOUNDS_SECONDS)
HOMES_BYTES = 64 * 1024 * 1024
_HOME_BYTES = 520
"""Of one home, its key and its slot in the table, but for the thread's id: measured with CPython 3.11."""
COMMENTS_A_STEP = 50
"""So many are read in one step: about 200 µs of the server's time."""
_NAMES = {short.encode(): name for name, short in keys.COMMENT_FIELDS.items()}
_PRIVATE = keys.COMMENT_FIELDS["private"].encode()
HOME_FIELDS = (keys.COMMENT_FIELDS["thread"], keys.COMMENT_FIELDS["author"])


class CommentHome(NamedTuple):
    """Where a comment belongs, for ever: what its keys are made of."""

    thread: str
    author: str


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


def _size_of(key: tuple[str, str], home: CommentHome) -> int:  # noqa: ARG001 ids of sites and comments are short
    return _HOME_BYTES + getsizeof(home.thread)


_homes: Recent[tuple[str, str], CommentHome] = Recent(HOMES_BYTES, _size_of)
"""Where comments belong, of those that were asked for last: all that is kept counts, as strangers choose the ids of
threads."""


def remember_home(site: str, comment_id: str, home: CommentHome) -> None:
    """So that a decision needs no look-up first."""
    _homes.put((site, comment_id), home)


async def find_home(link: Link, site: str, comment_id: str) -> CommentHome:
    """Where a comment belongs, or CommentNotFoundError. Every act finds a comment by this: one of format 1 is rewritten
    here, so that scripts see only what is written now."""
    home = _homes.get((site, comment_id))
    if home is None:
        home = await _read_home(link, site, comment_id)
        if home is None and await rewrite_comment(link, site, comment_id):
            home = await _read_home(link, site, comment_id)
        if home is None:
            raise CommentNotFoundError
        remember_home(site, comment_id, home)
    return home


async def _read_home(link: Link, site: str, comment_id: str) -> CommentHome | None:
    thread, author = await link.call("HMGET", keys.comment(site, comment_id), *HOME_FIELDS)
    return None if thread is None else CommentHome(thread.decode(), author.decode())


def comment_keys(site: str, comment_id: str, home: CommentHome) -> list[str]:
    """All that scripts which change a comment touch, in the order in which they take it."""
    return [
        *keys.thread_keys(site, home.thread),
        *keys.queue_keys(site),
        keys.comment(site, comment_id),
        keys.author(site, home.author),
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
    home = await find_home(link, site, comment_id)
    _, reply = await scripts.DECIDE.run(
        link,
        [*comment_keys(site, comment_id, home), keys.idempotency(site, replay.digest)],
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
    home = await find_home(link, site, comment_id)
    _, reply = await scripts.UNDO.run(
        link,
        [*comment_keys(site, comment_id, home), keys.idempotency(site, replay.digest)],
        now_ms,
        comment_id,
        "" if revision is None else revision,
        act,
        replay.fingerprint,
    )
    return _stored(comment_id, reply)


async def read(link: Link, site: str, comment_id: str, now_ms: int) -> StoredComment:
    """A comment, its claim and its author's record, or CommentNotFoundError."""
    home = await find_home(link, site, comment_id)
    script_keys = comment_keys(site, comment_id, home)
    reply, author = await scripts.READ_COMMENT.run(link, script_keys, now_ms, comment_id)
    return _stored(comment_id, reply, author)


async def read_some(link: Link, site: str, ids: Sequence[str], now_ms: int) -> list[StoredComment]:
    """Comments and their claims, in order, without those that are gone."""
    homes = await asyncio.gather(*(find_home(link, site, each) for each in ids), return_exceptions=True)
    known: list[tuple[str, CommentHome]] = []
    for comment_id, home in zip(ids, homes, strict=True):
        if isinstance(home, CommentHome):
            known.append((comment_id, home))
        elif not isinstance(home, CommentNotFoundError):
            raise home
    steps = [known[start : start + COMMENTS_A_STEP] for start in range(0, len(known), COMMENTS_A_STEP)]
    found = await asyncio.gather(*(_read_step(link, site, step, now_ms) for step in steps))
    return [each for step in found for each in step]


async def _read_step(link: Link, site: str, step: list[tuple[str, CommentHome]], now_ms: int) -> list[StoredComment]:
    queue = keys.queue_keys(site)
    script_keys = [queue.claims, queue.holders]
    for comment_id, home in step:
        script_keys += [keys.comment(site, comment_id), keys.thread_keys(site, home.thread).comments]
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
