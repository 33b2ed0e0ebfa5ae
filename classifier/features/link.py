"""The links in a text: the hosts that they point at, and how much of the text they are."""

import re
from typing import NamedTuple

_ENDING = (
    r"(?:com|net|org|info|biz|ru|cn|xyz|top|shop|club|online|site|store|co|io|me|tv|uk|de|ly|in|us|eu|link|live|pro|vip|"
    r"win|bet|app|dev|gg|cc)\b"
)
_LINK = re.compile(
    rf"(?:https?://|www\.)[^\s<>\"\]\[]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]{{2,63}}\.){{1,10}}{_ENDING}(?:/[^\s<>\"\]\[]*)?",
    re.IGNORECASE,
)
"""A link with a scheme or www, or a host without either that ends as hosts do.

A host may start only where a run of the characters of hosts starts, and has at most ten labels of 63 characters (RFC
1035, 2.3.4), so that no part of a text is looked at more than once.
"""

_HOST_END = re.compile(rf"\.(?<=[a-z0-9-]{{2}}\.){_ENDING}", re.IGNORECASE)
"""The end of every host without a scheme. The pattern begins with one character, so the search takes a fiftieth of the
time."""

_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)

_DOTTED = bytes(
    ord("L") if chr(byte).isalnum() and byte < 128 else ord(".") if byte == ord(".") else ord(" ")
    for byte in range(256)
)
"""Byte -> "L" for an ASCII letter or digit, a dot for a dot, a space for anything else."""

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
    """The links of a text.

    hosts: the host of every link, in lower case and without www, in the order of the text
    chars: how many code points all links take together
    """

    hosts: list[str]
    chars: int


NO_LINKS = Links([], 0)


def host_of(link: str) -> str:
    """The host of an address in lower case and without www, or "" where there is none."""
    match = _HOST.match(link.strip())
    return match.group(1).lower().rstrip(".") if match else ""


_DOT_INSIDE = re.compile(rb"\.(?! |$)")
"""A dot that ends no sentence; most bodies have none."""


def _may_have_links(text: str, encoded: bytes) -> bool:
    """Whether the slower search for links is worth its time; it is False only where there are none."""
    if b"://" in encoded:
        return True
    if _DOT_INSIDE.search(encoded) is None:
        return False
    if b"L.L" not in encoded.translate(_DOTTED):
        return b"www." in encoded
    return b"www." in encoded.lower() or _HOST_END.search(text) is not None


def links_of(text: str, encoded: bytes) -> Links:
    """The links of a text, also those without a scheme; encoded: the text in an encoding that keeps ASCII."""
    if not _may_have_links(text, encoded):
        return NO_LINKS
    found = [match.group() for match in _LINK.finditer(text)]
    hosts = {link: host_of(link) for link in set(found)}  # spam repeats its links
    return Links([hosts[link] for link in found], sum(map(len, found)))


def is_shortener(host: str) -> bool:
    """Whether a host shortens addresses, and so hides where its links lead."""
    return host in SHORTENERS


def has_risky_ending(host: str) -> bool:
    """Whether the last label of a host is one that spam favours."""
    return host.rpartition(".")[2] in RISKY_ENDINGS
