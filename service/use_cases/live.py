"""Following what happens in a site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.news import Place
from service.live.feeds import Audience
from service.live.listener import Listener


@asynccontextmanager
async def following(
    desk: Desk, site: str, caller: Caller, *, address: str, since: Place | None
) -> AsyncIterator[Listener]:
    """A listener to what happens in a site, from what he was told last on. TooManyStreamsError, StreamsFullError."""
    audience = Audience(caller.token_id, address)
    listener = await desk.feeds.open(site, audience, since)
    try:
        yield listener
    finally:
        desk.feeds.close(listener, audience)
