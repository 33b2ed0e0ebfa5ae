"""An answer on its way out: made into bytes in one piece, so that it is written at once."""

import time
from http import HTTPStatus

_STATUS_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}" for each in HTTPStatus}
_WITHOUT_LENGTH = {204, 304}


class Response:
    """A status, headers that may still be added to, and a body; after one that `is_last` the connection is closed."""

    __slots__ = ("body", "headers", "is_last", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes | None = None) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.is_last = False

    def encoded(self, connection: str = "", *, is_head: bool = False) -> bytes:
        """Head and body; `connection` is what the header of that name says, the body is left out for HEAD.

        ValueError when a header would break its line: nobody writes headers into our answers.
        """
        body = self.body
        lines = [_STATUS_LINES[self.status], *[f"{name}: {value}" for name, value in self.headers.items()]]
        # Of a body that was not made for HEAD the length is not known, and then not told (RFC 9110, 8.6).
        if body is not None or not (is_head or self.status in _WITHOUT_LENGTH):
            lines.append(f"Content-Length: {len(body or b'')}")
        if connection:
            lines.append(f"Connection: {connection}")
        lines.append(_date_line())
        head = "\r\n".join(lines)
        if head.count("\r") + head.count("\n") + head.count("\0") != 2 * len(lines) - 2:
            raise ValueError("a header holds a line break")
        raw = f"{head}\r\n\r\n".encode()
        return raw if body is None or is_head else raw + body


_date: tuple[int, str] = (0, "")


def _date_line() -> str:
    """RFC 9110, 6.6.1; made once a second."""
    global _date
    now = int(time.time())
    if now != _date[0]:
        _date = (now, time.strftime("Date: %a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)))
    return _date[1]
