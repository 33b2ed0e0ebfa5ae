"""What happens on a site while its moderators work: told to their pages."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from service.api.live import news_of
from service.console.frame import fragment
from service.console.operation import console_page
from service.console.queue import oldest_of
from service.console.session import shown_secret
from service.use_cases.held import read_figures
from service.use_cases.sessions import find_session
from service.web.answer import Answer
from service.web.call import Call
from service.web.server_sent import CONTENT_TYPE
from service.web.stream import Stream

QUIET_SECONDS = 1.0
"""A page is written to once a second at most, and its session looked up as often: what came meanwhile goes as one."""


@console_page("Follow what happens", is_use=False)
async def follow_news(call: Call) -> Stream:
    """The same as the API tells, for as long as the session lasts; to listen is no use of it."""
    return Stream(_while_signed_in(call), CONTENT_TYPE)


@console_page("Tell how many wait", is_use=False)
async def read_figures_now(call: Call) -> Answer:
    """The figures of the queue's page alone, which its scripts ask for again and again: no use of the session."""
    held = await read_figures(call.desk, call.known_site.site, call.known_caller)
    return fragment(call, "console/queue-figures.html", held=held, oldest=oldest_of(call, held))


async def _while_signed_in(call: Call) -> AsyncGenerator[bytes, None]:
    secret = shown_secret(call.request)
    async with aclosing(news_of(call)) as news:
        async for chunk in news:
            if await find_session(call.desk, secret, is_use=False) is None:
                return
            yield chunk
            await asyncio.sleep(QUIET_SECONDS)
