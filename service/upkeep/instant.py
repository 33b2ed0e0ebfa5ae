"""Reads all keys as they are at one instant from a database that is written meanwhile.

A scan takes long, and keys that were read first have changed when the last one is read. So every key that was written
since it was read is read again, until a round in which no key was written: then all data is as it is at that moment, in
every site. Rounds get shorter as there is less to read again. Where writers are too fast for that, they are paused
during the last rounds (CLIENT PAUSE, which ends by itself).

All masters of a cluster are asked at once which keys were written. In the round in which none names a key, the data
read from each master is what it held from before the first question until after the last answer: so there is one
instant for all masters too. `layout.py` checks that these are all masters, and that no key moved between them.

Other ways were rejected. SYNC gives one instant, but as an RDB, which only the same kind and version of server can
read, and many hosts refuse it. The payloads of DUMP have the same limit: Redis 7.0 reads none of Valkey 9. A script or
MULTI that reads a whole site would block the server. A check of versions with retries never ends on a busy site.
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
"""The number of rounds before writers are paused."""
PAUSED_ROUNDS = 40
PAUSE_MS = 1000
"""Writers continue after this time when this process cannot end the pause."""

Read = Callable[[list[bytes]], Awaitable[None]]


async def count_keys(link: Link) -> int:
    """Returns the number of keys of commentdesk."""
    found: set[bytes] = set()
    await scan(link, lambda names: _add(found, names))
    return len(found)


async def count_all_keys(link: Link) -> int:
    """Returns the number of all keys of the database, which is how many a scan passes."""
    return sum(await link.call_each("DBSIZE"))


async def _add(found: set[bytes], names: list[bytes]) -> None:
    found.update(names)


async def read_all(
    link: Link, changes: Changes, read: Read, *, concerns: Callable[[bytes], bool], on_progress: Callable[[int], None]
) -> None:
    """Calls `read` with the names of the keys for which `concerns` is true, and again with those that changed, until
    all data that was read is of one instant.

    `on_progress` is called with the number of keys of each step of the scan. Raises StoreUnavailableError when Redis
    does not answer, or when its keys change too fast.
    """
    changed: set[bytes] = set()

    async def look(names: list[bytes]) -> None:
        await read([name for name in names if concerns(name)])
        changed.update(await changes.since_last())
        on_progress(len(names))

    async with unchanged(link):
        await scan(link, look)
        await _settle(link, changes, read, concerns=concerns, changed=changed)


async def scan(link: Link, look: Read) -> None:
    """Calls `look` with the names of all keys of commentdesk in batches; a name may come more than once."""
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
    link: Link, changes: Changes, read: Read, *, concerns: Callable[[bytes], bool], changed: set[bytes]
) -> None:
    """Reads the changed keys again, round by round, until no key changes in a round."""
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
    """Pauses all writers, and returns False where the host does not allow that: they may still pause by themselves."""
    try:
        await asyncio.gather(*(server.call("CLIENT", "PAUSE", PAUSE_MS, "WRITE") for server in link.servers()))
    except RequestError:
        return False
    return True
