"""A link that looks at the store before and after each script, and holds what changed against what was told."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import orjson

from service.domain.event import Event
from service.link.link import Argument, Link
from service.store import key_kinds, scripts
from service.store.events import unpack_event
from service.store.scripts import Script
from tests.servers import RedisServer, client_of
from tests.store.dump import changed_authors, changed_comments, changed_records, changed_threads, dump

NAMES = {script.digest: script.name for script in vars(scripts).values() if isinstance(script, Script)}
TELLS_NOTHING = {
    "add_signer": "a key follows from the secret, and of that is told when it is another one",
    "adjust_counters": "counters follow from comments",
    "enlist": "the same comments, found in lists too",
    "bulk_preview": "somebody looked, and nothing was done yet",
    "end_restore": "a restored store has the events of its backup",
    "hold": "a lease of a process is no act",
    "move_consumer": "how far a consumer has come is no act",
    "name_author": "an author of an older version gets an id, and nothing else changes",
    "probe": "what it writes is gone in the same step",
    "read_events": "as move_consumer",
    "register_consumer": "as move_consumer",
    "renew_claims": "a claim that lasts longer is still that claim",
    "repair_author": "an author_id leads to the same author as before, or to nobody",
    "seal": "it writes down what was told",
    "replace_answer": "the same answer, sealed with another secret",
    "replace_private": "the same data, sealed with another secret",
    "reserve": "an Idempotency-Key is remembered, and nothing was done yet",
    "upgrade_comment": "the same comment in another shape",
    "upgrade_publications": "the same publications, in other places",
    "upgrade_remembered": "the same answer in another shape",
    "take_link": "who opens the session by it tells",
    "use_session": "that somebody goes on working is no act",
}
"""Scripts that write and tell nobody, each with the reason."""


class WatchingLink:
    """Has the calls of a link one after the other. `told` has the events of each script that was run."""

    def __init__(self, link: Link, server: RedisServer) -> None:
        self._link = link
        self._server = server
        self._lock = asyncio.Lock()
        self._last: dict[bytes, bytes] = {}
        self.told: list[tuple[str, list[Event]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    def call(self, *command: Argument) -> Awaitable[Any]:
        return self._call(*command)

    async def _call(self, *command: Argument) -> Any:
        async with self._lock:
            if command[0] != "EVALSHA":
                return await self._link.call(*command)
            before = dump(self._server)
            self._new_events()
            reply = await self._link.call(*command)
            name, events = NAMES[str(command[1])], self._new_events()
            self.told.append((name, events))
            if name not in TELLS_NOTHING:
                _compare(name, before, dump(self._server), events)
            return reply

    def _new_events(self) -> list[Event]:
        found: list[Event] = []
        with client_of(self._server.url) as client:
            for key in client.scan_iter("cd:*", count=10_000):
                if key_kinds.parts_of(key).kind in ("events", "changes"):
                    for event_id, fields in client.xrange(key, b"(" + self._last.get(key, b"0-0"), b"+"):
                        self._last[key] = event_id
                        found.append(unpack_event(event_id, [part for pair in fields.items() for part in pair]))
        return found


def _compare(name: str, before: dict[bytes, Any], after: dict[bytes, Any], events: list[Event]) -> None:
    """What changed was told, and what was told changed."""
    of_threads = {event.thread for event in events if "thread_changed" in event.kinds}
    of_comments = {event.subject for event in events if OF_COMMENTS & {*event.kinds}}
    of_records = {event.subject for event in events if OF_RECORDS & {*event.kinds}}
    for event in events:  # his tokens end with him
        of_records |= set(orjson.loads(event.before)["tokens"]) if "member_revoked" in event.kinds else set()
    assert changed_comments(before, after) == of_comments, f"{name}: {events}"
    assert changed_threads(before, after) == of_threads, f"{name}: {events}"
    of_authors = {event.subject for event in events if OF_AUTHORS & {*event.kinds}}
    assert changed_authors(before, after) == of_authors, f"{name}: {events}"
    assert changed_records(before, after) == of_records, f"{name}: {events}"


OF_RECORDS = {
    *("site_created", "site_changed", "policy_changed", "token_created", "token_revoked", "secret_replaced"),
    *("member_created", "member_changed", "member_revoked", "store_upgraded", "site_reasons_changed"),
}
OF_LOGS = {"restored", "log_dropped"}
OF_AUTHORS = {"author_banned", "author_unbanned", "author_trusted", "author_untrusted", "author_noted"}
OF_BULKS = {"bulk_started", "bulk_undone", "bulk_finished"}
OF_SESSIONS = {"signed_in", "sign_in_refused", "signed_out", "session_ended", "sign_in_link_made"}
OF_COMMENTS = {
    *("submitted", "entered", "left", "published", "rejected", "claimed", "released", "decided", "undone", "repaired"),
    *("escalated", "noted"),
}
