"""Links in a text: what they point at and how much of the text they are."""

import re
from typing import NamedTuple

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"\]\[]+|(?<![\w@.])(?:[a-z0-9-]{2,}\.)+(?:com|net|org|info|biz|ru|cn|xyz|top|shop|club|"
    r"online|site|store|co|io|me|tv|uk|de|ly|in|us|eu|link|live|pro|vip|win|bet|app|dev|gg|cc)\b(?:/[^\s<>\"\]\[]*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)

_DOTTED = bytes(
    ord("L") if chr(byte).isalnum() and byte < 128 else ord(".") if byte == ord(".") else ord(" ")
    for byte in range(256)
)
"""Letters and digits as L, dots as they are."""

_SHORTENERS_LISTED = (
    "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd buff.ly adf.ly cutt.ly rb.gy shorturl.at t.me wa.me lnkd.in "
    "rebrand.ly tiny.cc v.gd s.id t.ly bl.ink soo.gd clck.ru linktr.ee"
)
SHORTENERS = frozenset(_SHORTENERS_LISTED.split())
_RISKY_ENDINGS_LISTED = (
    "ru cn xyz top shop club online site store pw tk ml ga cf gq win bet vip bid loan click link live icu buzz "
    "fun cc ws biz info su work party trade date racing stream download review men science cam rest monster"
)
RISKY_ENDINGS = frozenset(_RISKY_ENDINGS_LISTED.split())


class Links(NamedTuple):
    """The links of a text: their hosts, lower case without www, and how many code points they take."""

    hosts: list[str]
    chars: int


NO_LINKS = Links([], 0)


def host_of(link: str) -> str:
    """The host of an address, lower case, without www."""
    match = _HOST.match(link.strip())
    return match.group(1).lower().rstrip(".") if match else ""


_DOT_INSIDE = re.compile(rb"\.(?! |$)")


def may_have_links(encoded: bytes) -> bool:
    """Whether a body, in an encoding that keeps ASCII, can have links at all; much quicker than looking."""
    if _DOT_INSIDE.search(encoded) is None:  # as in most bodies, found in a fifth of the time of the rest
        return b"/" in encoded and b"://" in encoded
    return b"://" in encoded or b"L.L" in encoded.translate(_DOTTED) or b"www." in encoded


def links_of(text: str) -> Links:
    """The links of a text, also those without a scheme."""
    found = [match.group() for match in _LINK.finditer(text)]
    hosts = {link: host_of(link) for link in set(found)}  # spam repeats its links
    return Links([hosts[link] for link in found], sum(map(len, found)))


def is_shortener(host: str) -> bool:
    """Whether a host hides where its links lead."""
    return host in SHORTENERS


def has_risky_ending(host: str) -> bool:
    """Whether a host's ending is one that spam favours."""
    return host.rpartition(".")[2] in RISKY_ENDINGS
