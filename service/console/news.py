"""What happens on a site while its moderators work: told to their pages."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from service.api.live import news_of, read_chunks
from service.console.frame import fragment
from service.console.operation import console_page
from service.console.queue import oldest_of
from service.console.session import shown_secret
from service.domain.held import Held
from service.errors import RequestError
from service.use_cases.held import read_figures
from service.use_cases.held_everywhere import read_figures_everywhere
from service.use_cases.live import following_all
from service.use_cases.sessions import find_session
from service.web.admission import address_of
from service.web.answer import Answer
from service.web.call import Call
from service.web.server_sent import CONTENT_TYPE
from service.web.stream import Stream

QUIET_SECONDS = 1.0
"""A page is written to once a second at most, and its session looked up as often: what came meanwhile goes as one."""


@console_page("Follow what happens", is_use=False)
async def follow_news(call: Call) -> Stream:
    """The same as the API tells, for as long as the session lasts; to listen is no use of it."""
    return Stream(_while_signed_in(call, news_of(call)), CONTENT_TYPE)


@console_page("Follow what happens on all sites", is_use=False)
async def follow_all_news(call: Call) -> Stream:
    """What `follow_news` tells of each of one's sites, as one stream; of many sites the first. Who comes again reads
    anew: no place is one of all sites."""
    return Stream(_while_signed_in(call, _news_of_all(call)), CONTENT_TYPE)


async def _news_of_all(call: Call) -> AsyncGenerator[bytes, None]:
    async with following_all(call.desk, call.known_caller, address=address_of(call.request, call.context)) as listener:
        async for chunk in read_chunks(listener):
            yield chunk


@console_page("Tell how many wait", is_use=False)
async def read_figures_now(call: Call) -> Answer:
    """The figures of the queue's page alone, which its scripts ask for again and again: no use of the session."""
    return _figures(call, await read_figures(call.desk, call.known_site.site, call.known_caller))


@console_page("Tell how many wait on all sites", is_use=False)
async def read_all_figures(call: Call) -> Answer:
    """The same over all of one's sites."""
    return _figures(call, await read_figures_everywhere(call.desk, call.known_caller))


def _figures(call: Call, held: Held) -> Answer:
    return fragment(call, "console/queue-figures.html", held=held, oldest=oldest_of(call, held))


async def _while_signed_in(call: Call, told: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    secret = shown_secret(call.request)
    async with aclosing(told) as news:
        async for chunk in news:
            if not await _is_signed_in(call, secret):
                return
            yield chunk
            await asyncio.sleep(QUIET_SECONDS)


async def _is_signed_in(call: Call, secret: str) -> bool:
    """Where the store is away nobody can tell: then the stream ends too, in order, and its page comes again."""
    try:
        return await find_session(call.desk, secret, is_use=False) is not None
    except RequestError:
        return False
