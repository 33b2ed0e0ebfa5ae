"""Following what happens in a site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.news import Place
from service.live.feeds import Audience
from service.live.listener import Listener

MOST_FOLLOWED = 50
"""So many sites one listener follows: a few µs of each tick are theirs."""


@asynccontextmanager
async def following(
    desk: Desk, site: str, caller: Caller, *, address: str, since: Place | None
) -> AsyncIterator[Listener]:
    """A listener to what happens in a site, from what he was told last on. TooManyStreamsError, StreamsFullError."""
    audience = Audience(caller.token_id, address)
    listener = await desk.feeds.open([site], audience, since)
    try:
        yield listener
    finally:
        desk.feeds.close(listener, audience)


@asynccontextmanager
async def following_all(desk: Desk, caller: Caller, *, address: str) -> AsyncIterator[Listener]:
    """A listener to what happens on all of the caller's sites from now on; of many the first. As `following`."""
    audience = Audience(caller.token_id, address)
    listener = await desk.feeds.open(desk.registry.sites_among(caller.sites)[:MOST_FOLLOWED], audience, None)
    try:
        yield listener
    finally:
        desk.feeds.close(listener, audience)
