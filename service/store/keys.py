"""Every key in Redis, and the map of what is in it.

The hash tag (the part in braces) is the site, so that everything of one site lies in one cluster slot and each
script stays atomic, while sites spread over the masters. Site ids cannot hold a brace.

Of the installation, tag `{commentdesk}`:

| key | type | member -> value | lifetime |
| --- | --- | --- | --- |
| cd:{commentdesk}:installation | hash | `format`, `secret_check`, and see below | for ever |
| cd:{commentdesk}:sites | hash | site -> JSON | until changed |
| cd:{commentdesk}:policy-versions:S | hash | N -> who, when and what; N.policy -> that policy | the newest 100 |
| cd:{commentdesk}:tokens | hash | token_id -> JSON with the token's digest | until revoked |
| cd:{commentdesk}:members | hash | member_id -> JSON; an older one has a token of his id | until revoked |
| cd:{commentdesk}:members-seen | hash | member_id -> when he showed a token last, ms, within a minute | until revoked |
| cd:{commentdesk}:session:D | hash | a session, `store/sessions.py`; in no backup | 30 min unused, 12 h |
| cd:{commentdesk}:sessions-of:M | sorted set | D -> when the session ends at the latest, ms; in no backup | 12 h |
| cd:{commentdesk}:sign-in-link:D | string | whom a link signs in, JSON, or `used`; in no backup | 15 min; 24 h |
| cd:{commentdesk}:changes | stream | what was done with sites, members and the like | the newest 1,000, see below |
| cd:{commentdesk}:change-consumers | hash | as consumers of a site | until a consumer is forgotten |
| cd:{commentdesk}:change-dead-letters | stream | as dead-letters of a site | the newest 1,000 |
| cd:{commentdesk}:change-consuming:N | string | which process the consumer N works in | 10 s, renewed |
| cd:{commentdesk}:idempotency:D | string | as that of a site | 24 h |
| cd:{commentdesk}:change-audit-head | hash | of the installation's audit log, as in that of a site | for ever |
| cd:{commentdesk}:change-audit-tail | string | the same | until they fill a segment |
| cd:{commentdesk}:change-audit:K | string | the same | 400 days |
| cd:{commentdesk}:change-audit-checkpoints | string | the same | for ever |
| cd:{commentdesk}:audit-keys | hash | key_id -> JSON of a key that signs audit logs | for ever |
| cd:{commentdesk}:audit-sealing | string | which process seals the audit logs | 2 s, renewed |
| cd:{commentdesk}:backed-up | string | when the last backup was made, ms; it is in none | until the next |
| cd:{commentdesk}:store-sizes | hash | six hours since 1970 -> bytes that the store took; in no backup | 90 days |
| cd:{commentdesk.N}:probe | string | whether a server can write, `store/readiness.py` | gone in the same step |
| cd:{commentdesk}:repairing | string | somebody's `doctor --repair` | 10 s, renewed until it is done |
| cd:{commentdesk}:rotating | string | somebody's `rotate-key` | 10 s, renewed until it is done |
| cd:{commentdesk}:process:P | string | JSON: the format that a serving process writes, its secrets | 90 s, renewed |
| cd:{commentdesk}:upgrading | string | the process that upgrades the store | 10 s, renewed until it is done |
| cd:{commentdesk}:upgrade | hash | `looked_at`, `total`: keys, of an upgrade's present pass | until it is done |
| cd:{commentdesk}:salted | string | the first day whose salt the append-only file may hold; in no backup | for ever |
| cd:{commentdesk}:salt:N | string | random bytes of the Nth day since 1970; in no backup | to 15 min after the day |

The installation has `hash_keys`, wrapped by its secret, once that was replaced; `previous_check`, the check of the
secret before, until nothing is sealed with that any more; `restoring` until a backup is restored. Everything is written
in its `format`; while it has `upgrading_from`, shapes from that format on may lie in the store.

Of a site S, tag `{S}`; T is a thread, C a comment_id, A a keyed hash of an email, I an author_id, R a keyed
hash of a reader's address:

| key | type | member -> value | lifetime |
| --- | --- | --- | --- |
| cd:{S}:thread:T | hash | title, url, closed, mode, version; times, see below; state -> count | for ever |
| cd:{S}:thread-comments:T | hash | comment_id -> what is public of it, packed | for ever |
| cd:{S}:thread-published:T | sorted set | comment_id -> submitted_ms | while published |
| cd:{S}:thread-published-later:T | sorted set | comment_id -> published_ms, where that is another | while published |
| cd:{S}:thread-queue:T | sorted set | comment_id -> submitted_ms | while queued |
| cd:{S}:comment:C | hash | its record, see below | for ever |
| cd:{S}:comment-notes:C | hash | note_id -> a moderator's note, packed, see `store/notes.py` | the newest 200 |
| cd:{S}:author-notes:A | hash | the same of an author | the newest 200 |
| cd:{S}:author:A | hash | first_ms, last_ms, submitted; state -> count; and see below | for ever |
| cd:{S}:author-of:I | string | A, the author's keyed hash | until he is forgotten |
| cd:{S}:queue | sorted set | comment_id -> submitted_ms | while queued |
| cd:{S}:queue-risk | sorted set | comment_id -> risk | while queued |
| cd:{S}:queue-uncertainty | sorted set | comment_id -> distance of risk from 0.5 | while queued |
| cd:{S}:claims | sorted set | comment_id -> expires_ms | until decided, handed back or expired |
| cd:{S}:claim-holders | hash | comment_id -> member_id, name, token_id of the moderator, a line each | as its claim |
| cd:{S}:escalated | sorted set | comment_id -> when it was escalated first, ms | while queued |
| cd:{S}:escalations | hash | comment_id -> its escalations, a line each, see `store/escalations.py` | while queued |
| cd:{S}:totals | hash | counters, see `store/totals.py` | for ever |
| cd:{S}:list-rows:N | string | 12 bytes a comment of the chunk N of 1,024 ordinals | for ever |
| cd:{S}:list-planes:N | hash | what a plane says -> its number, in the chunk N of 8,192 ordinals | for ever |
| cd:{S}:list-bits:N | string | 1,024 bytes a plane of the chunk N | for ever |
| cd:{S}:list-thread:T | string | ordinals of its comments, 4 bytes each, ascending | for ever |
| cd:{S}:list-thread-below:T | string | the same of those below the first, descending | for ever |
| cd:{S}:list-author:A | string | as of a thread, but for the newest | for ever |
| cd:{S}:list-author-below:A | string | as of a thread | for ever |
| cd:{S}:series | stream | a row a minute in which something was counted, see `store/series.py` | the newest 1,440 |
| cd:{S}:series-hours | stream | the same of hours | the newest 2,160 |
| cd:{S}:series-base | hash | minute, names, minutes, hours: see `scripts/lib/series.lua` | for ever |
| cd:{S}:events | stream | what was done with comments and threads | the newest 10,000, see below |
| cd:{S}:consumers | hash | consumer -> position, see below | until a consumer is forgotten |
| cd:{S}:dead-letters | stream | events that a consumer gave up, and why | the newest 1,000 |
| cd:{S}:consuming:N | string | which process the consumer N works in | 10 s, renewed |
| cd:{S}:near:N | string | 32 bytes a comment of the chunk N of 1,024 ordinals: its signature, or zeros | 7 days |
| cd:{S}:turned-down | stream | comments that people turned down, by their signatures | the newest 500, a day |
| cd:{S}:audit-head | hash | how far the audit log is, see below | for ever |
| cd:{S}:audit-tail | string | the newest entries, which do not fill a segment, a line each | until they do |
| cd:{S}:audit:K | string | the Kth segment of 256 entries, compressed (`audit/segment.py`) | 400 days |
| cd:{S}:audit-checkpoints | string | 116 bytes a segment (`audit/checkpoint.py`) | for ever |
| cd:{S}:bulk:B | hash | a selection, and once it is decided on how far that is, see below | 30 min; 7 days |
| cd:{S}:bulks | sorted set | bulk_id -> when it was started, ms | the newest 200 |
| cd:{S}:bulks-running | sorted set | the same of those that are to go on; in no backup | until done |
| cd:{S}:bulk-runner | string | which process carries out the bulks | 10 s, renewed |
| cd:{S}:repeat:D | string | comment_id of the first of exact repeats | 10 min |
| cd:{S}:said:D | string | when an author said the same last, ms, and in which thread | 24 h at most |
| cd:{S}:idempotency:D | string | fingerprint, a newline, the answer: MessagePack of a script's reply | 24 h |
| cd:{S}:rate-reader:R, cd:{S}:rate-site | string | GCRA's theoretical arrival time, µs | until all is free |
| cd:{S}:rate-stranger | string | the same, of all strangers together | until all is free |

A thread has created_ms; closes_ms where it is to close at a time of its own; and where it was made before its first
comment first_ms, when that came, empty until then.

An author has besides: `author_id`, by which others name him; `recent`, a letter for each of the newest 20 decisions on
his comments: a, r or s; `approved`, how many of his comments a person's standing decision approves, which begins with
those published in what an older version wrote; while he is banned `banned`, until when in ms, and since when, whose act
it was and why, with spaces between; while he is trusted `trusted`, since when and whose act it was. One who was looked
up before he sent anything has nothing but these. `ordinals` has those of his newest comments, 16 at most, 4 bytes
each.

Every comment of a site has an ordinal, in order of arrival: the first one that the site took in has 2**31, what is
older than the lists is below. Its row is the ten bytes of its id, and its risk as a part of 65,535 in two; a plane has
a bit for each comment, and says `s:STATE`, `v:VERDICT`, `r:CODE` of a reason of the machine's, `u:NAME` of a rule that
it met, or `d:CODE` of the standing decision's reason. Where a string ends, zeros follow.

The record of a comment: thread, author, parent_id, submitted_ms, risk, verdict, reasons, private (sealed email, scores,
spans, client) as submitted; state, decision, revision, published_ms, history (a line a change), previous (a line a
decision that undo can take back: state, decision, published_ms, was it queued, reason), ordinal (how far from 2**31),
reason (the code of the standing decision's), forgotten (how many acts are no longer
in the history, which keeps the newest 50 and 64 KiB: `approve:2 undo:1`). What would be empty is left out, the
others have names of one letter, see `COMMENT_FIELDS`; how values are packed is in `store/record.py`.

A bulk has ids, ten bytes a comment, total, state (the one asked for), previewed_ms; once it is started decision,
reason, code (of the reason), note, actor, name, token, started_ms, place (how many of the ids were looked at),
changed, claimed (how many were skipped for another's claim), finished_ms; once it is taken back undo_actor, undo_name,
undo_token, undo_started_ms, undo_place, undone, undo_finished_ms, and then no ids any more.

An event has all the fields of `EVENT_FIELDS`, in that order; `domain/event.py` says what they mean. A position is the
id of the last event that a consumer handled, how many events there had been until then, and how many it lost, with
spaces between. What all consumers have handled is trimmed but for the newest. The audit log is one of them, `audit`:
what is not sealed stays.

An audit log's head has `hash`, the head of the chain, `count` of entries, `place` of the last event that is sealed,
`handled`, how many events there had been until that, the newest `checkpoint`, and `first`, the first segment that is
kept, where others were dropped.
"""

from functools import lru_cache
from typing import NamedTuple

from service.lists.ordinals import BITS_A_CHUNK, ROWS_A_CHUNK

PREFIX = "cd:"
"""What all our keys, and no others, begin with."""
INSTALLATION_TAG = "commentdesk"
"""Stands for the installation where a site stands."""
_INSTALLATION = f"{PREFIX}{{{INSTALLATION_TAG}}}:"

INSTALLATION = _INSTALLATION + "installation"
SITES = _INSTALLATION + "sites"
TOKENS = _INSTALLATION + "tokens"
MEMBERS = _INSTALLATION + "members"
MEMBERS_SEEN = _INSTALLATION + "members-seen"
CHANGES = _INSTALLATION + "changes"
REPAIRING = _INSTALLATION + "repairing"
BACKED_UP = _INSTALLATION + "backed-up"
STORE_SIZES = _INSTALLATION + "store-sizes"
UPGRADING = _INSTALLATION + "upgrading"
UPGRADE = _INSTALLATION + "upgrade"
ROTATING = _INSTALLATION + "rotating"
SALTED = _INSTALLATION + "salted"
AUDIT_KEYS = _INSTALLATION + "audit-keys"
AUDIT_SEALING = _INSTALLATION + "audit-sealing"

COMMENT_FIELDS = {
    "thread": "t",
    "author": "a",
    "parent_id": "p",
    "submitted_ms": "m",
    "risk": "k",
    "verdict": "v",
    "reasons": "w",
    "private": "x",
    "state": "s",
    "decision": "d",
    "revision": "r",
    "published_ms": "u",
    "history": "h",
    "previous": "b",
    "forgotten": "g",
    "ordinal": "o",
    "reason": "c",
}
"""The fields of a comment's record, and their names in Redis; in scripts they are locals in capitals."""
EVENT_FIELDS = {
    "kinds": "k",
    "actor": "a",
    "at_ms": "m",
    "subject": "i",
    "thread": "t",
    "revision": "r",
    "before": "b",
    "after": "f",
    "detail": "d",
}
"""The fields of an event in their order, and their names in Redis; in scripts they are locals, `EVENT_` before them."""
NEWEST_EVENTS = 10_000
"""So many events of a site are kept in any case."""
NEWEST_CHANGES = 1_000
"""So many events of the installation are kept in any case."""
NEWEST_DEAD_LETTERS = 1_000
NEAR_CHUNKS = 98
"""The signatures of so many chunks are kept: of 100,000 comments."""
AUDIT_CONSUMER = "audit"
"""The name under which a stream's consumers have how far its audit log is."""


def installation_idempotency(digest: str) -> str:
    return f"{_INSTALLATION}idempotency:{digest}"


def policy_versions(site: str) -> str:
    """Of the installation, as the sites' own records are: both are written in one step."""
    return f"{_INSTALLATION}policy-versions:{site}"


def session(digest: str) -> str:
    return f"{_INSTALLATION}session:{digest}"


def sessions_of(member_id: str) -> str:
    return f"{_INSTALLATION}sessions-of:{member_id}"


def sign_in_link(digest: str) -> str:
    return f"{_INSTALLATION}sign-in-link:{digest}"


def salt(day: int) -> str:
    return f"{_INSTALLATION}salt:{day}"


def process(process: str) -> str:
    return f"{_INSTALLATION}process:{process}"


def probe(number: int) -> str:
    """Of a hash tag that no site has: with one number after the other, one of them lies on every master."""
    return f"{PREFIX}{{commentdesk.{number}}}:probe"


def _of(site: str, name: str) -> str:
    """Keys that every submission has are written out below instead: a call for each took 2 µs of it."""
    return f"cd:{{{site}}}:{name}"


class QueueKeys(NamedTuple):
    """The queue's own keys, in the order in which scripts take them."""

    queue: str
    risk: str
    uncertainty: str
    claims: str
    holders: str


class EscalationKeys(NamedTuple):
    """What moderators handed to others, in the order in which scripts take it."""

    escalated: str
    escalations: str


class ThreadKeys(NamedTuple):
    """A thread's keys, in the order in which scripts take them."""

    thread: str
    comments: str
    published: str
    queue: str


@lru_cache(maxsize=1024)
def queue_keys(site: str) -> QueueKeys:
    names = ("queue", "queue-risk", "queue-uncertainty", "claims", "claim-holders")
    return QueueKeys(*(_of(site, name) for name in names))


@lru_cache(maxsize=1024)
def escalation_keys(site: str) -> EscalationKeys:
    return EscalationKeys(_of(site, "escalated"), _of(site, "escalations"))


@lru_cache(maxsize=4096)
def thread_keys(site: str, thread: str) -> ThreadKeys:
    before = f"cd:{{{site}}}:thread"
    return ThreadKeys(
        f"{before}:{thread}", f"{before}-comments:{thread}", f"{before}-published:{thread}", f"{before}-queue:{thread}"
    )


def published_later(site: str, thread: str) -> str:
    """Of a thread too; apart from the others, as no submission touches it."""
    return _of(site, f"thread-published-later:{thread}")


def comment(site: str, comment_id: str) -> str:
    return f"cd:{{{site}}}:comment:{comment_id}"


def comment_notes(site: str, comment_id: str) -> str:
    return _of(site, f"comment-notes:{comment_id}")


def author_notes(site: str, author: str) -> str:
    return _of(site, f"author-notes:{author}")


def author(site: str, author: str) -> str:
    return f"cd:{{{site}}}:author:{author}"


def author_of(site: str, author_id: str) -> str:
    return f"cd:{{{site}}}:author-of:{author_id}"


class ListKeys(NamedTuple):
    """The chunks of a site's lists in which an ordinal is."""

    rows: str
    planes: str
    bits: str


@lru_cache(maxsize=4096)
def _list_keys(site: str, rows_chunk: int, bits_chunk: int) -> ListKeys:
    before = f"cd:{{{site}}}:list"
    return ListKeys(f"{before}-rows:{rows_chunk}", f"{before}-planes:{bits_chunk}", f"{before}-bits:{bits_chunk}")


def list_keys(site: str, ordinal: int) -> ListKeys:
    return _list_keys(site, ordinal // ROWS_A_CHUNK, ordinal // BITS_A_CHUNK)


@lru_cache(maxsize=1024)
def _neighbours(site: str, rows_chunk: int, bits_chunk: int, step: int) -> tuple[str, ...]:
    here = _list_keys(site, rows_chunk, bits_chunk)
    there = _list_keys(site, rows_chunk + step, bits_chunk + step)
    return tuple(key for pair in zip(here, there, strict=True) for key in pair)


def arrival_keys(site: str, ordinal: int) -> tuple[str, ...]:
    """The chunks in which new comments come to lie, from an ordinal on: rows, planes and bits, each with the next."""
    return _neighbours(site, ordinal // ROWS_A_CHUNK, ordinal // BITS_A_CHUNK, 1)


def enlisting_keys(site: str, ordinal: int) -> tuple[str, ...]:
    """The chunks in which older comments come to lie, from an ordinal down: each with the one below it."""
    return _neighbours(site, ordinal // ROWS_A_CHUNK, ordinal // BITS_A_CHUNK, -1)


@lru_cache(maxsize=4096)
def _near(site: str, chunk: int) -> str:
    return _of(site, f"near:{chunk}")


def near(site: str, ordinal: int) -> str:
    """The chunk of signatures in which an ordinal is: as many as of rows."""
    return _near(site, ordinal // ROWS_A_CHUNK)


def near_arrival_keys(site: str, ordinal: int) -> tuple[str, ...]:
    """The chunks of signatures in which new comments come to lie, from an ordinal on: the present one and the next,
    each with the one that goes when it begins."""
    chunk = ordinal // ROWS_A_CHUNK
    return tuple(_near(site, each) for each in (chunk, chunk - NEAR_CHUNKS, chunk + 1, chunk + 1 - NEAR_CHUNKS))


def turned_down(site: str) -> str:
    return _of(site, "turned-down")


def list_thread(site: str, thread: str) -> str:
    return f"cd:{{{site}}}:list-thread:{thread}"


def list_thread_below(site: str, thread: str) -> str:
    return f"cd:{{{site}}}:list-thread-below:{thread}"


def list_author(site: str, author: str) -> str:
    return f"cd:{{{site}}}:list-author:{author}"


def list_author_below(site: str, author: str) -> str:
    return f"cd:{{{site}}}:list-author-below:{author}"


def totals(site: str) -> str:
    return _of(site, "totals")


class SeriesKeys(NamedTuple):
    """The keys of a site's series, in the order in which scripts take them."""

    minutes: str
    hours: str
    base: str


@lru_cache(maxsize=1024)
def series_keys(site: str) -> SeriesKeys:
    return SeriesKeys(*(_of(site, kind) for kind in ("series", "series-hours", "series-base")))


def events(site: str) -> str:
    return _of(site, "events")


class StreamKeys(NamedTuple):
    """A stream of events and what belongs to it: the positions of its consumers, and the events that one gave up."""

    events: str
    consumers: str
    dead_letters: str


CHANGE_STREAM = StreamKeys(CHANGES, f"{_INSTALLATION}change-consumers", f"{_INSTALLATION}change-dead-letters")
"""What was done with sites, tokens and the secret."""


@lru_cache(maxsize=1024)
def stream_keys(site: str) -> StreamKeys:
    """What was done with the comments and threads of a site."""
    return StreamKeys(*(_of(site, kind) for kind in ("events", "consumers", "dead-letters")))


class AuditKeys(NamedTuple):
    """An audit log, in the order in which scripts take its keys; its segments are told by `segment`."""

    head: str
    tail: str
    checkpoints: str
    segments: str

    def segment(self, number: int) -> str:
        return f"{self.segments}{number}"


CHANGE_AUDIT = AuditKeys(*(f"{_INSTALLATION}change-audit{rest}" for rest in ("-head", "-tail", "-checkpoints", ":")))
"""The log of the installation."""


@lru_cache(maxsize=1024)
def audit_keys(site: str) -> AuditKeys:
    """The log of a site."""
    return AuditKeys(*(_of(site, f"audit{rest}") for rest in ("-head", "-tail", "-checkpoints", ":")))


def consuming(site: str, consumer: str) -> str:
    return _of(site, f"consuming:{consumer}")


def change_consuming(consumer: str) -> str:
    return f"{_INSTALLATION}change-consuming:{consumer}"


class BulkKeys(NamedTuple):
    """A bulk and the lists of its site's, in the order in which scripts take them."""

    bulk: str
    bulks: str
    running: str


def bulk_keys(site: str, bulk_id: str) -> BulkKeys:
    return BulkKeys(_of(site, f"bulk:{bulk_id}"), _of(site, "bulks"), bulks_running(site))


def bulks_running(site: str) -> str:
    return _of(site, "bulks-running")


def bulk_runner(site: str) -> str:
    return _of(site, "bulk-runner")


def said(site: str, digest: str) -> str:
    return _of(site, f"said:{digest}")


def repeat(site: str, digest: str) -> str:
    return f"cd:{{{site}}}:repeat:{digest}"


def idempotency(site: str, digest: str) -> str:
    return f"cd:{{{site}}}:idempotency:{digest}"


def rate_reader(site: str, reader: str) -> str:
    return f"cd:{{{site}}}:rate-reader:{reader}"


def rate_site(site: str) -> str:
    return _of(site, "rate-site")


def rate_stranger(site: str) -> str:
    return _of(site, "rate-stranger")


@lru_cache(maxsize=1024)
def intake_keys(site: str) -> tuple[str, ...]:
    """What all submissions to a site share, in the order in which their script takes them."""
    queue = queue_keys(site)
    return (
        *(queue.queue, queue.risk, queue.uncertainty),
        *(totals(site), events(site), rate_site(site), rate_stranger(site)),
    )
