"""Answers as bytes."""

import pytest

from service.web.response import Response


def test_a_header_cannot_begin_another() -> None:
    for value in ("a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b"):
        with pytest.raises(ValueError, match="line break"):
            Response(200, {"Location": value}, b"").encoded()


@pytest.mark.parametrize(
    ("status", "body", "length"),
    [(200, b"abc", "3"), (200, b"", "0"), (303, None, "0"), (204, None, ""), (304, None, "")],
)
def test_the_length_is_told_where_there_can_be_a_body(status: int, body: bytes | None, length: str) -> None:
    head, _, sent = Response(status, {"A": "b"}, body).encoded().partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert (lines.get("Content-Length", ""), sent) == (length, body or b"")
    assert lines["Date"].endswith(" GMT")
    assert "Connection" not in lines
