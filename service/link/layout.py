"""Where the keys lie: on which servers and, in a cluster, which slots on which. Whoever reads or writes them all must
know that this stays: after a failover, a move of slots or a restart some keys may have been passed over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from service.link.info import read_info
from service.link.link import Link, Server, unavailable

AGREE_SECONDS = 5.0
"""Nodes of a cluster hear of a change one after the other; for so long we wait until all say the same."""
_AGAIN_SECONDS = 0.1
_SLOTS_AT = 8
"""In a line of CLUSTER NODES: before them come its id, address, flags, master, ping, pong, epoch and state."""


class ServerPlacement(NamedTuple):
    """A server in one of its lives, what it is, and who owns which slots of the cluster, as it knows."""

    run_id: str
    role: str
    node_id: str
    owners: frozenset[tuple[str, ...]]


@asynccontextmanager
async def unchanged(link: Link) -> AsyncIterator[None]:
    """StoreUnavailableError when the link does not reach all masters, or when at the end the keys do not lie where they
    lay at the beginning."""
    before = await _agreed(link)
    yield
    if await _layout(link) != before:
        raise unavailable("a server was restarted or replaced, or slots moved, before all was done; run it again")


async def _agreed(link: Link) -> frozenset[ServerPlacement]:
    deadline = asyncio.get_running_loop().time() + AGREE_SECONDS
    while True:
        layout = await _layout(link)
        wrong = next(_wrong(layout), None)
        if wrong is None:
            return layout
        if asyncio.get_running_loop().time() > deadline:
            raise unavailable(wrong)
        await asyncio.sleep(_AGAIN_SECONDS)


def _wrong(layout: frozenset[ServerPlacement]) -> Iterator[str]:
    views = {each.owners for each in layout}
    owners = {owner[0] for view in views for owner in view}
    slots = [slot for view in views for owner in view for slot in owner[1:]]
    if any(each.role != "master" for each in layout):
        yield "this server is a replica; name its master"
    if any(slot.startswith("[") for slot in slots):
        yield "slots are moving within the cluster; come again when they have arrived"
    if len(views) > 1 or owners != {each.node_id for each in layout if each.owners}:
        yield "not every master of the cluster is reached, or they do not agree on who has which slots"


async def _layout(link: Link) -> frozenset[ServerPlacement]:
    return frozenset(await asyncio.gather(*map(_placement_of, link.servers())))


async def _placement_of(server: Server) -> ServerPlacement:
    (info,) = await read_info(server, "server", "replication", "cluster")
    if info.get("cluster_enabled") != "1":
        return ServerPlacement(info["run_id"], info["role"], "", frozenset())
    lines = [line.split() for line in (await server.call("CLUSTER", "NODES")).decode().splitlines()]
    own = next(line[0] for line in lines if "myself" in line[2])
    owners = frozenset((line[0], *line[_SLOTS_AT:]) for line in lines if len(line) > _SLOTS_AT)
    return ServerPlacement(info["run_id"], info["role"], own, owners)
