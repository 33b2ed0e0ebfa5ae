"""All keys as they were at one instant, of a database that is written meanwhile.

Scanning takes long, and what was read first has changed when the last is read. So every key that was written since it
was read is read again, until a round in which nothing was written: then all is as it is at that moment, of every site.
Rounds get shorter as there is less to read again. Where writers are too fast for that, they are held back while the
last rounds are read (CLIENT PAUSE, which ends by itself).

Of a cluster all masters are asked at once what was written. In the round in which none tells of anything, what was read
of each is what was in it from before the question to the first of them until after the answer of the last: so there is
one instant for all masters too. `layout.py` sees to it that they are all, and that no key moved between them.

Looked at and left: SYNC gives the same instant, but as an RDB, which only the server's own kind and version can read,
and many hosts refuse it; so do DUMP's payloads: Redis 7.0 takes none of Valkey 9. A script or MULTI that reads a whole
site would block the server for all it holds; a check of versions with retry never ends on a busy site.
"""

import asyncio
from collections.abc import Awaitable, Callable

from service.errors import RequestError
from service.link.layout import unchanged
from service.link.link import Link, Server, unavailable
from service.store import keys
from service.upkeep.changes import Changes

KEYS_A_STEP = 200
PATIENT_ROUNDS = 4
"""So many rounds are read before writers are held back."""
PAUSED_ROUNDS = 40
PAUSE_MS = 1000
"""Writers go on by themselves after so long when we cannot tell them to."""

Read = Callable[[list[bytes]], Awaitable[None]]


async def count_keys(link: Link) -> int:
    """How many keys are ours."""
    found: set[bytes] = set()
    await scan(link, lambda names: _add(found, names))
    return len(found)


async def count_all_keys(link: Link) -> int:
    """How many keys are there, others' included: what a look at all of ours passes over."""
    return sum(await link.call_each("DBSIZE"))


async def _add(found: set[bytes], names: list[bytes]) -> None:
    found.update(names)


async def read_all(
    link: Link, changes: Changes, read: Read, *, concerns: Callable[[bytes], bool], on_progress: Callable[[int], None]
) -> None:
    """Calls `read` with the names of our keys that concern the caller, each again when it changed, until all that was
    read is of one instant. `on_progress` hears how many more keys of the database were looked at.

    StoreUnavailableError when Redis is away or changes too fast.
    """
    changed: set[bytes] = set()

    async def look(names: list[bytes]) -> None:
        await read([name for name in names if concerns(name)])
        changed.update(await changes.since_last())
        on_progress(len(names))

    async with unchanged(link):
        await scan(link, look)
        await _settle(link, changes, read, concerns, changed)


async def scan(link: Link, look: Read) -> None:
    """Calls `look` with the names of all our keys, perhaps more than once with some."""
    for server in link.servers():
        await _scan_server(server, look)


async def _scan_server(server: Server, look: Read) -> None:
    cursor = b"0"
    while True:
        cursor, names = await server.call("SCAN", cursor, "MATCH", f"{keys.PREFIX}{{*", "COUNT", KEYS_A_STEP)
        await look(names)
        if cursor == b"0":
            return


async def _settle(
    link: Link, changes: Changes, read: Read, concerns: Callable[[bytes], bool], changed: set[bytes]
) -> None:
    is_paused = False
    try:
        for attempt in range(PATIENT_ROUNDS + PAUSED_ROUNDS):
            again = [name for name in changed if concerns(name)]
            if not again:
                return
            if attempt >= PATIENT_ROUNDS:
                is_paused = await _pause(link)
            for start in range(0, len(again), KEYS_A_STEP):
                await read(again[start : start + KEYS_A_STEP])
            changed = await changes.since_last()
    finally:
        if is_paused:
            await link.call_each("CLIENT", "UNPAUSE")
    raise unavailable("the store is written faster than it can be read; try at a quieter time")


async def _pause(link: Link) -> bool:
    """Whether writers are held back. A host that does not allow it leaves us to hope for a pause of their own."""
    try:
        await asyncio.gather(*(server.call("CLIENT", "PAUSE", PAUSE_MS, "WRITE") for server in link.servers()))
    except RequestError:
        return False
    return True
