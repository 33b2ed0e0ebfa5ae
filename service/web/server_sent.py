"""Server-sent events (WHATWG HTML, 9.2) as bytes: aiohttp-sse writes the messages, and a `Stream` sends them."""

from collections.abc import Iterable
from typing import NamedTuple

from aiohttp_sse import EventSourceResponse

CONTENT_TYPE = "text/event-stream"
LAST_EVENT_ID = EventSourceResponse.DEFAULT_LAST_EVENT_HEADER
HEARTBEAT_SECONDS = 10.0
"""Proxies take a connection for dead on which nothing comes: nginx after a minute, in our example after 15 seconds."""
HEARTBEAT = b": still here\r\n\r\n"
"""A comment, which clients pass over."""


class Message(NamedTuple):
    """An event of a type, its data, and the id that a client names when it comes again."""

    event: str
    data: str
    message_id: str


class _Frames(EventSourceResponse):
    """A response that is never sent: it keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__(send_timeout=None)
        self.written = bytearray()

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data


async def frames_of(messages: Iterable[Message]) -> bytes:
    """The messages in their order, one behind the other."""
    frames = _Frames()
    for message in messages:
        await frames.send(message.data, id=message.message_id, event=message.event)
    return bytes(frames.written)
