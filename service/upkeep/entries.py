"""Reads and writes whole keys by their type, in a form that is the same for every kind and version of server."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from service.errors import BackupError
from service.link.link import Argument, Link
from service.store import key_kinds, scripts

LARGE = 1000
"""The number of fields, members or entries of one step: about a millisecond of the server's time."""
KEYS_A_SCRIPT = 50
COMMANDS_A_STEP = 2000
FOR_EVER = -1
DIVISIBLE = (b"hash", b"zset")
"""The types whose content may be written in several steps."""
PIECE_BYTES = 16 * 1024 * 1024
"""A larger hash or sorted set is in a file in pieces of about this size."""
LENGTH_BYTES = 4
"""The length of a text takes so many bytes before it."""
T = TypeVar("T")


class Entry(NamedTuple):
    """A key, its type (string, hash, zset, stream), when it expires (ms since 1970, or FOR_EVER), and its content.

    The parts of a string are its text; of a hash, fields and values in turn; of a zset, members and scores in turn; of
    a stream, the last id, the number of entries ever added, the largest deleted id, and then for each entry its id, the
    number of its texts, and these texts.
    """

    key: bytes
    kind: bytes
    expires_ms: int
    parts: list[bytes]


def pieces_of(entry: Entry) -> Iterator[Entry]:
    """Yields the content of an entry as entries of about PIECE_BYTES, whose writes have the same result.

    Strings and streams are never large, and stay whole.
    """
    if entry.kind not in DIVISIBLE:
        yield entry
        return
    piece: list[bytes] = []
    size = 0
    for first, second in zip(entry.parts[::2], entry.parts[1::2], strict=True):
        piece += (first, second)
        size += len(first) + len(second) + 2 * LENGTH_BYTES
        if size >= PIECE_BYTES:
            yield entry._replace(parts=piece)
            piece, size = [], 0
    if piece:
        yield entry._replace(parts=piece)


async def read_entries(link: Link, names: Sequence[bytes]) -> list[Entry]:
    """Returns the entries of the keys that exist. Large ones are read in steps: `instant.py` says why that is right."""
    by_site: dict[str, list[bytes]] = defaultdict(list)
    for name in names:
        by_site[key_kinds.parts_of(name).site].append(name)
    steps = [step for names_of_site in by_site.values() for step in _batches(names_of_site, KEYS_A_SCRIPT)]
    copies = await asyncio.gather(*(scripts.COPY_KEYS.run(link, step, LARGE) for step in steps))
    found = [
        await _entry(link, name, *copy)
        for step, copies_of_step in zip(steps, copies, strict=True)
        for name, copy in zip(step, copies_of_step, strict=True)
        if copy[0] != b"none"
    ]
    return [entry for entry in found if entry.parts]


async def _entry(link: Link, key: bytes, kind: bytes, expires_ms: int, content: Any = None) -> Entry:
    if kind == b"stream":
        return Entry(key, kind, expires_ms, parts=await _stream(link, key))
    if content is None:
        content = await _read_in_steps(link, key, kind)
    return Entry(key, kind, expires_ms, parts=[content] if kind == b"string" else content)


async def _read_in_steps(link: Link, key: bytes, kind: bytes) -> list[bytes]:
    command = {b"hash": "HSCAN", b"zset": "ZSCAN"}.get(kind)
    if command is None:
        raise BackupError(f"{key!r} is of the type {kind.decode()}, which no key of ours has.")
    found: dict[bytes, bytes] = {}  # a scan may return a member twice
    cursor = b"0"
    while True:
        cursor, flat = await link.call(command, key, cursor, "COUNT", LARGE)
        found.update(zip(flat[::2], flat[1::2], strict=True))
        if cursor == b"0":
            return [part for pair in found.items() for part in pair]


async def _stream(link: Link, key: bytes) -> list[bytes]:
    entries = await _read_stream(link, key)
    if not entries:
        return []
    flat = await link.call("XINFO", "STREAM", key)
    about = dict(zip(flat[::2], flat[1::2], strict=True))
    if about[b"groups"]:
        raise BackupError(f"{key!r} has consumer groups, which a backup would lose.")
    added = str(about[b"entries-added"]).encode()
    parts = [about[b"last-generated-id"], added, about[b"max-deleted-entry-id"]]
    for entry_id, texts in entries:
        parts += [entry_id, str(len(texts)).encode(), *texts]
    return parts


async def _read_stream(link: Link, key: bytes) -> list[Any]:
    found: list[Any] = []
    after = "-"
    while batch := await link.call("XRANGE", key, after, "+", "COUNT", LARGE):
        found += batch
        after = "(" + batch[-1][0].decode()
    return found


async def write_entries(link: Link, entries: Sequence[Entry], now_ms: int) -> None:
    """Writes keys that do not exist yet; those that have expired are left out."""
    lasting = [entry for entry in entries if entry.expires_ms == FOR_EVER or entry.expires_ms > now_ms]
    commands = [command for entry in lasting for command in _commands_of(entry)]
    for batch in _batches(commands, COMMANDS_A_STEP):
        await asyncio.gather(*(link.call(*command) for command in batch))


def _commands_of(entry: Entry) -> list[tuple[Argument, ...]]:
    """Returns the commands that write an entry."""
    commands = _WRITERS[entry.kind](entry.key, entry.parts)
    if entry.expires_ms != FOR_EVER:
        commands.append(("PEXPIREAT", entry.key, entry.expires_ms))
    return commands


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _write_string(key: bytes, parts: list[bytes]) -> list[tuple[Argument, ...]]:
    return [("SET", key, parts[0])]


def _write_hash(key: bytes, parts: list[bytes]) -> list[tuple[Argument, ...]]:
    return [("HSET", key, *batch) for batch in _batches(parts, 2 * LARGE)]


def _write_zset(key: bytes, parts: list[bytes]) -> list[tuple[Argument, ...]]:
    scores_first = [part for member, score in zip(parts[::2], parts[1::2], strict=True) for part in (score, member)]
    return [("ZADD", key, *batch) for batch in _batches(scores_first, 2 * LARGE)]


def _write_stream(key: bytes, parts: list[bytes]) -> list[tuple[Argument, ...]]:
    last, added, deleted, *rest = parts
    commands: list[tuple[Argument, ...]] = []
    at = 0
    while at < len(rest):
        end = at + 2 + int(rest[at + 1])
        commands.append(("XADD", key, rest[at], *rest[at + 2 : end]))
        at = end
    return [*commands, ("XSETID", key, last, "ENTRIESADDED", added, "MAXDELETEDID", deleted)]


_WRITERS = {b"string": _write_string, b"hash": _write_hash, b"zset": _write_zset, b"stream": _write_stream}
