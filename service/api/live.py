"""What moderators follow: the news of a site as server-sent events."""

from collections.abc import AsyncGenerator

from service.domain.news import place_of
from service.errors import StreamsFullError, TooManyStreamsError
from service.live.listener import Listener
from service.use_cases.live import following
from service.web.admission import address_of
from service.web.call import Call
from service.web.operation import operation, outcome
from service.web.server_sent import CONTENT_TYPE, HEARTBEAT, HEARTBEAT_SECONDS, LAST_EVENT_ID
from service.web.stream import Stream


@operation(
    "Follow what happens",
    answers={200: outcome("Server-sent events, until one side closes the connection.", content_type=CONTENT_TYPE)},
    errors={
        TooManyStreamsError: "This token, or this address, has as many streams open as it may.",
        StreamsFullError: "As many streams are open as the process has.",
    },
)
async def follow_news(call: Call) -> Stream:
    """What happens in the site, as it happens: a comment entered the queue or left it, was claimed, released,
    decided, undone, published or escalated; a bulk started, went on, was undone or finished. An event's data is a
    JSON object with its `type`, `at`, and what there is of `comment_id`, `thread`, `by`, `moderator`, `state`,
    `revision` and `detail`; of a bulk `bulk_id`, and of its acts on comments only `entered`, `left` and, together,
    `bulk_progress`. It never holds a comment's words or its author.
    A claim that runs out is told as `released` when somebody claims next, and `left` ends a claim too.

    A new stream begins with `open`: read the queue after it, and nothing is missed. A client that comes again
    with the id of what it was told last, in the header `Last-Event-ID` as browsers send it, is told what it missed, and
    nothing twice; or `reset`, where that is too long ago: read the queue anew. Every 10 seconds a comment line
    shows that the connection lives. Events come within a quarter of a second, four times a second at most. The stream
    ends when the token is revoked or expires, when its client does not read, and when the service restarts.
    """
    return Stream(news_of(call), CONTENT_TYPE)


async def news_of(call: Call) -> AsyncGenerator[bytes, None]:
    told_last = call.request.headers.get(LAST_EVENT_ID)
    since = None if told_last is None else place_of(told_last)
    address = address_of(call.request, call.context)
    site = call.known_site.site
    async with following(call.desk, site, call.known_caller, address=address, since=since) as listener:
        async for chunk in read_chunks(listener):
            yield chunk


async def read_chunks(listener: Listener) -> AsyncGenerator[bytes, None]:
    """What a listener is told, until it is ended; a heartbeat where that is nothing."""
    yield await listener.read(0) or HEARTBEAT
    while (chunk := await listener.read(HEARTBEAT_SECONDS)) is not None:
        yield chunk or HEARTBEAT
