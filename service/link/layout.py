"""Compares on which servers the keys lie before and after a pass over all of them: after a failover, a move of slots or
a restart, the pass may have missed some keys."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from service.link.info import read_info
from service.link.link import Link, Server, unavailable

AGREE_SECONDS = 5.0
"""A change reaches the nodes of a cluster one after the other; they have this time to agree."""
_AGAIN_SECONDS = 0.1
_SLOTS_AT = 8
"""The slots follow id, address, flags, master, ping, pong, epoch and state in a line of CLUSTER NODES."""


class ServerPlacement(NamedTuple):
    """One run of a server, its role, and which node owns which slots of the cluster, by its own account."""

    run_id: str
    role: str
    node_id: str
    owners: frozenset[tuple[str, ...]]


@asynccontextmanager
async def unchanged(link: Link) -> AsyncIterator[None]:
    """Raises StoreUnavailableError when the link does not reach all masters at the start, or when the keys lie
    elsewhere at the end."""
    before = await _agreed(link)
    yield
    if await _layout(link) != before:
        raise unavailable("a server was restarted or replaced, or slots moved, before all was done; run it again")


async def _agreed(link: Link) -> frozenset[ServerPlacement]:
    """Returns the layout as soon as all servers agree on it; raises StoreUnavailableError after AGREE_SECONDS."""
    deadline = asyncio.get_running_loop().time() + AGREE_SECONDS
    while True:
        layout = await _layout(link)
        obstacle = next(_obstacles(layout), None)
        if obstacle is None:
            return layout
        if asyncio.get_running_loop().time() > deadline:
            raise unavailable(obstacle)
        await asyncio.sleep(_AGAIN_SECONDS)


def _obstacles(layout: frozenset[ServerPlacement]) -> Iterator[str]:
    """Yields each reason why a pass over these servers would not reach every key."""
    views = {placement.owners for placement in layout}
    owners = {owner[0] for view in views for owner in view}
    slots = [slot for view in views for owner in view for slot in owner[1:]]
    if any(placement.role != "master" for placement in layout):
        yield "this server is a replica; name its master"
    if any(slot.startswith("[") for slot in slots):
        yield "slots are moving within the cluster; come again when they have arrived"
    if len(views) > 1 or owners != {placement.node_id for placement in layout if placement.owners}:
        yield "not every master of the cluster is reached, or they do not agree on who has which slots"


async def _layout(link: Link) -> frozenset[ServerPlacement]:
    return frozenset(await asyncio.gather(*map(_placement_of, link.servers())))


async def _placement_of(server: Server) -> ServerPlacement:
    (info,) = await read_info(server, "server", "replication", "cluster")
    if info.get("cluster_enabled") != "1":
        return ServerPlacement(info["run_id"], info["role"], "", owners=frozenset())
    lines = [line.split() for line in (await server.call("CLUSTER", "NODES")).decode().splitlines()]
    own = next(line[0] for line in lines if "myself" in line[2])
    owners = frozenset((line[0], *line[_SLOTS_AT:]) for line in lines if len(line) > _SLOTS_AT)
    return ServerPlacement(info["run_id"], info["role"], own, owners=owners)
