"""Addresses of web pages in ASCII, as a `Location` has them: letters of other scripts are encoded (RFC 3987, 3.1)."""

from urllib.parse import quote, urlsplit

from schemas.origin import origin_of

MAX_CHARS = 3072
"""Of the address in ASCII: with it the head of an answer still fits into the 4 KB that nginx has for one."""
_AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))
"""What stays: encoded before or not, it is as its sender wrote it."""


def ascii_address(address: str) -> str:
    """An http(s) address with its origin as browsers write it and the rest percent-encoded; "" for what is none, or
    too long. Bytes that were no UTF-8 in a header are encoded as the bytes that they were."""
    origin = origin_of(address) if len(address) <= MAX_CHARS else ""
    if not origin:
        return ""
    path, query, fragment = map(percent_encoded, urlsplit(address)[2:])
    encoded = origin + (path or "/") + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    return encoded if len(encoded) <= MAX_CHARS else ""


def percent_encoded(text: str) -> str:
    """A piece of an address, with all encoded that is no printable ASCII."""
    return quote(text, _AS_IT_IS, errors="surrogateescape")
