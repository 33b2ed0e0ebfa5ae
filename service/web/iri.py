"""Addresses of web pages in ASCII, as a `Location` has them: letters of other scripts are encoded (RFC 3987, 3.1)."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from schemas.fields import is_web_address

MAX_CHARS = 3072
"""Of the address in ASCII: with it the head of an answer still fits into the 4 KB that nginx has for one."""
_MAX_HOST_CHARS = 253
"""RFC 1035, 3.1; a name in letters is never longer than the same in ASCII."""
_AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))
"""What stays: encoded before or not, it is as its sender wrote it."""
_HOST = re.compile(r"[0-9A-Za-z._~\[\]:-]+")


def ascii_address(address: str) -> str:
    """An http(s) address with its host in IDNA and the rest percent-encoded; "" for what is none, or too long. Bytes
    that were no UTF-8 in a header are encoded as the bytes that they were."""
    if len(address) > MAX_CHARS or not is_web_address(address):
        return ""
    scheme, netloc, *rest = urlsplit(address)
    path, query, fragment = map(percent_encoded, rest)
    encoded = urlunsplit((scheme, _ascii_host(netloc), path or "/", query, fragment))
    return encoded if _HOST.fullmatch(urlsplit(encoded).netloc) and len(encoded) <= MAX_CHARS else ""


def percent_encoded(text: str) -> str:
    """A piece of an address, with all encoded that is no printable ASCII."""
    return quote(text, _AS_IT_IS, errors="surrogateescape")


def _ascii_host(netloc: str) -> str:
    """A host, perhaps with its port, as browsers look it up (UTS #46); "" for what is no name."""
    if netloc.isascii():
        return netloc
    name, colon, port = netloc.partition(":")
    if len(name) > _MAX_HOST_CHARS:
        return ""
    try:
        return idna.encode(name, uts46=True).decode() + colon + port
    except idna.IDNAError:
        return ""
