"""What happens on a site while its moderators work: told to their pages."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from service.api.live import news_of
from service.console.operation import console_page
from service.console.session import shown_secret
from service.use_cases.sessions import find_session
from service.web.call import Call
from service.web.server_sent import CONTENT_TYPE
from service.web.stream import Stream


@console_page("Follow what happens", is_use=False)
async def follow_news(call: Call) -> Stream:
    """The same as the API tells, for as long as the session lasts; to listen is no use of it."""
    return Stream(_while_signed_in(call), CONTENT_TYPE)


async def _while_signed_in(call: Call) -> AsyncGenerator[bytes, None]:
    secret = shown_secret(call.request)
    async with aclosing(news_of(call)) as news:
        async for chunk in news:
            if await find_session(call.desk, secret, is_use=False) is None:
                return
            yield chunk
