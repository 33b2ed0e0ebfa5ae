"""What is in the store of comments, threads, sites and tokens, and which of them differ between two looks."""

from typing import Any

import redis

from service.store import key_kinds, keys
from tests.servers import RedisServer, client_of

Dump = dict[bytes, Any]
_OF_THREAD = ("thread-published", "thread-published-later", "thread-queue")
_OF_QUEUE = ("queue", "queue-risk", "queue-uncertainty")
LISTED = (*_OF_QUEUE, "claims", "claim-holders", "escalated", "escalations", *_OF_THREAD)
SETTINGS = (b"title", b"url", b"closed", b"mode", b"closes_ms")
STANDING = (b"banned", b"trusted")
RECORDS = ("sites", "tokens", "members")
OF_INSTALLATION = (b"previous_check", b"upgrading_from")


def dump(server: RedisServer) -> Dump:
    """Every hash and sorted set that an event may be about, by its key."""
    with client_of(server.url) as client:
        names: Any = client.scan_iter("cd:*", count=10_000)
        kinds = ("comment", "comment-notes", "author-notes", "thread", "author", "installation", *LISTED, *RECORDS)
        return {name: _content(client, name) for name in names if key_kinds.parts_of(name).kind in kinds}


def _content(client: redis.Redis, name: bytes) -> dict[bytes, Any]:
    content: Any = client.hgetall(name) if client.type(name) == b"hash" else client.zrange(name, 0, -1, withscores=True)
    return dict(content)


def changed_comments(before: Dump, after: Dump) -> set[str]:
    """The ids of comments whose record or place in a list is not as before."""
    found: set[str] = set()
    for key in before.keys() | after.keys():
        kind = key_kinds.parts_of(key).kind
        was, now = before.get(key, {}), after.get(key, {})
        if kind in ("comment", "comment-notes") and was != now:
            found.add(key_kinds.parts_of(key).name)
        elif kind in LISTED:
            found |= {member.decode() for member in was.keys() | now.keys() if was.get(member) != now.get(member)}
    return found


def changed_threads(before: Dump, after: Dump) -> set[str]:
    """The threads with other settings than before."""
    names = {key for key in before.keys() | after.keys() if key_kinds.parts_of(key).kind == "thread"}
    return {key_kinds.parts_of(key).name for key in names if _settings(before, key) != _settings(after, key)}


def _settings(dumped: Dump, key: bytes) -> list[Any]:
    return [dumped.get(key, {}).get(name) for name in SETTINGS]


def changed_authors(before: Dump, after: Dump) -> set[str]:
    """The author_ids of those who are banned, trusted or noted otherwise than before."""
    names = {key for key in after if key_kinds.parts_of(key).kind == "author"}
    return {
        after[key][b"author_id"].decode()
        for key in names
        if any(before.get(key, {}).get(name) != after[key].get(name) for name in STANDING)
        or before.get(_notes_of(key)) != after.get(_notes_of(key))
    }


def _notes_of(author_key: bytes) -> bytes:
    site, _, author = key_kinds.parts_of(author_key)
    return keys.author_notes(site, author).encode()


def changed_records(before: Dump, after: Dump) -> set[str]:
    """The sites, tokens and members made, changed or removed; `` when the installation's secret or format was."""
    found: set[str] = set()
    for key in before.keys() | after.keys():
        was, now = before.get(key, {}), after.get(key, {})
        kind = key_kinds.parts_of(key).kind
        if kind in RECORDS:
            found |= {name.decode() for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        elif kind == "installation" and any(was.get(name) != now.get(name) for name in OF_INSTALLATION):
            found.add("")
    return found
