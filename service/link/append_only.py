"""The append-only files of the servers: what was taken out of the store is in them until they are written anew."""

import asyncio

from service.errors import RequestError
from service.link.info import fields
from service.link.link import Link, Server

REWRITE_SECONDS = 3600.0
_REWRITING, _SCHEDULED = "aof_rewrite_in_progress", "aof_rewrite_scheduled"
_POLL_SECONDS = 0.2


async def rewrite_logs(link: Link) -> bool:
    """Has every server write its append-only file anew: the one that it has still holds what is gone. Returns when they
    have; False when one cannot or may not."""
    try:
        return all([await _rewrite_log(server) for server in link.servers()])
    except (RequestError, TimeoutError):
        return False


async def _rewrite_log(server: Server) -> bool:
    if (await _persistence(server)).get("aof_enabled") != "1":
        return True
    async with asyncio.timeout(REWRITE_SECONDS):
        await _until_idle(server)  # one that began before would not be of now
        await server.call("BGREWRITEAOF")
        await _until_idle(server)
    return (await _persistence(server)).get("aof_last_bgrewrite_status") == "ok"


async def _until_idle(server: Server) -> None:
    while True:
        told = await _persistence(server)
        if "1" not in (told.get(_REWRITING), told.get(_SCHEDULED)):
            return
        await asyncio.sleep(_POLL_SECONDS)


async def _persistence(server: Server) -> dict[str, str]:
    return fields(await server.call("INFO", "persistence"))
