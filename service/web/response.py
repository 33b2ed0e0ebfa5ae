"""An answer whose body is ready: its head and its body are written at once."""

import time
from collections.abc import Mapping

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

_HTTP_1_1 = (1, 1)
_WITHOUT_BODY = {204, 304}


class Response(web.StreamResponse):
    """A status, headers that may still be added to, and a body.

    `web.Response` finds out in a dozen steps what is known here, and adds a header that names its software: it took
    4 µs more of 27 that aiohttp and `web` take for a request.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes | None = None) -> None:
        super().__init__(status=status, headers=headers)
        self.body = body
        self.is_begun = False
        """Whether its head is written."""
        self.goes_on = False
        """Whether the connection is kept for more; known when its head is written."""

    @property
    def keep_alive(self) -> bool:
        return self.goes_on

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Writes all of it, unless it is begun; for HEAD without the body."""
        if not self.is_begun:
            writer = await self.begin(request)
            await writer.write_eof(b"" if self.body is None or request.method == hdrs.METH_HEAD else self.body)
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to write."""

    async def begin(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Writes the head, which goes out with the first bytes of the body."""
        headers, writer = self.headers, request.writer
        self.is_begun = True
        self.goes_on = request.keep_alive and super().keep_alive is not False
        self._frame(request)
        headers[hdrs.DATE] = _date()
        if not self.goes_on:
            headers[hdrs.CONNECTION] = "close"
        elif request.version != _HTTP_1_1:
            headers[hdrs.CONNECTION] = "keep-alive"
        await writer.write_headers(f"HTTP/1.1 {self.status} {self.reason}", headers)
        return writer

    def _frame(self, request: web.BaseRequest) -> None:
        """Says how long the body is. Of one that was not made for HEAD that is not known, and then not told (RFC 9110,
        8.6)."""
        if self.body is not None or not (request.method == hdrs.METH_HEAD or self.status in _WITHOUT_BODY):
            self.headers[hdrs.CONTENT_LENGTH] = str(len(self.body or b""))


class StreamedResponse(Response):
    """An answer whose body is written chunk by chunk; in HTTP/1.0 it ends with the connection."""

    def _frame(self, request: web.BaseRequest) -> None:
        if request.method == hdrs.METH_HEAD:
            return
        if request.version == _HTTP_1_1:
            self.headers[hdrs.TRANSFER_ENCODING] = "chunked"
            request.writer.enable_chunking()
        else:
            self.goes_on = False


_made: tuple[int, str] = (0, "")


def _date() -> str:
    """RFC 9110, 6.6.1; made once a second."""
    global _made
    now = int(time.time())
    if now != _made[0]:
        _made = (now, time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)))
    return _made[1]
