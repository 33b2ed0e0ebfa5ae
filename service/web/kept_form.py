"""What a person wrote in a form that is refused: it is read all the same, so that his page shows it to him again.

A refusal must stay cheap. Only so many forms that were refused unread are read, in a second and at once; those behind
them are told to go back in their browsers, where the text still is.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from aiohttp import hdrs

from service.errors import BodyTooLargeError, BodyTooSlowError, RequestError
from service.web import body as bodies
from service.web.acceptance import prefers_html
from service.web.buckets import Buckets, Rate
from service.web.exchange import BODY, FORM, Request
from service.web.media_type import kind_of

RATE = Rate(20, 40)
"""Of one process. A form of the largest size takes about 1 ms: these are 2% of a core."""
MOST_AT_ONCE = 32
"""With bodies of the largest size 5 MB."""
_ALL = b""
_KINDS = frozenset({bodies.URLENCODED, bodies.MULTIPART, bodies.PLAIN})


def is_persons_form(request: Request) -> bool:
    """Whether a browser sent a form by itself, and will show the answer."""
    is_form = kind_of(request.headers.get(hdrs.CONTENT_TYPE, "")) in _KINDS
    return request.method == hdrs.METH_POST and is_form and prefers_html(request)


class KeptForms:
    """Reads forms that are refused."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read = Buckets(1)
        self._at_once = 0

    async def keep(self, request: Request, error: RequestError | None, max_bytes: int) -> None:
        """Gives the request of a person's form its fields, as far as they can be read; none where its body has more
        bytes, or was refused for its size or its time."""
        if FORM in request or not is_persons_form(request):
            return
        if BODY not in request and not isinstance(error, BodyTooLargeError | BodyTooSlowError):
            await self._read_body(request, max_bytes)
        request[FORM] = bodies.salvage_form(request, request.get(BODY, b""))

    async def _read_body(self, request: Request, max_bytes: int) -> None:
        is_short = (request.content_length or 0) <= max_bytes
        if not is_short or hdrs.EXPECT in request.headers or not self._has_room():
            return
        self._at_once += 1
        try:
            with suppress(RequestError):
                request[BODY] = await bodies.read_body(request, max_bytes)
        finally:
            self._at_once -= 1

    def _has_room(self) -> bool:
        now = self._clock()
        if self._at_once >= MOST_AT_ONCE or self._read.wait(_ALL, RATE, now):
            return False
        self._read.spend(_ALL, RATE, now)
        return True
