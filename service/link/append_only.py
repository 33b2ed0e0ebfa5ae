"""Rewrites the append-only files of the servers: they hold deleted data until they are rewritten."""

import asyncio

from service.errors import RequestError
from service.link.info import fields
from service.link.link import Link, Server

REWRITE_SECONDS = 3600.0
_REWRITING, _SCHEDULED = "aof_rewrite_in_progress", "aof_rewrite_scheduled"
_POLL_SECONDS = 0.2


async def rewrite_logs(link: Link) -> bool:
    """Makes every server rewrite its append-only file, and returns when all are done.

    Returns False when a server fails, may not rewrite it, or takes longer than REWRITE_SECONDS.
    """
    try:
        return all([await _rewrite_log(server) for server in link.servers()])
    except (RequestError, TimeoutError):
        return False


async def _rewrite_log(server: Server) -> bool:
    if (await _persistence(server)).get("aof_enabled") != "1":
        return True
    async with asyncio.timeout(REWRITE_SECONDS):
        await _until_idle(server)  # a rewrite that began earlier may hold what was deleted since
        await server.call("BGREWRITEAOF")
        await _until_idle(server)
    return (await _persistence(server)).get("aof_last_bgrewrite_status") == "ok"


async def _until_idle(server: Server) -> None:
    while True:
        persistence = await _persistence(server)
        if "1" not in (persistence.get(_REWRITING), persistence.get(_SCHEDULED)):
            return
        await asyncio.sleep(_POLL_SECONDS)


async def _persistence(server: Server) -> dict[str, str]:
    return fields(await server.call("INFO", "persistence"))
