"""Links in a text: what they point at and how much of the text they are."""

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
"""A host may start at the start of a run of its signs alone, and has at most ten labels of 63 signs (RFC 1035, 2.3.4),
so that no text is looked through more than once."""
_HOST_END = re.compile(rf"\.(?<=[a-z0-9-]{{2}}\.){_ENDING}", re.IGNORECASE)
"""What every host without a scheme ends with; begins with one sign, so that it is found in a fiftieth of the time."""

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


def _may_have_links(text: str, encoded: bytes) -> bool:
    if b"://" in encoded:
        return True
    if _DOT_INSIDE.search(encoded) is None:  # as in most bodies
        return False
    if b"L.L" not in encoded.translate(_DOTTED):
        return b"www." in encoded
    return b"www." in encoded.lower() or _HOST_END.search(text) is not None


def links_of(text: str, encoded: bytes) -> Links:
    """The links of a text, also those without a scheme; `encoded` is it in an encoding that keeps ASCII."""
    if not _may_have_links(text, encoded):
        return NO_LINKS
    found = [match.group() for match in _LINK.finditer(text)]
    hosts = {link: host_of(link) for link in set(found)}  # spam repeats its links
    return Links([hosts[link] for link in found], sum(map(len, found)))


def is_shortener(host: str) -> bool:
    """Whether a host hides where its links lead."""
    return host in SHORTENERS


def has_risky_ending(host: str) -> bool:
    """Whether a host's ending is one that spam favours."""
    return host.rpartition(".")[2] in RISKY_ENDINGS
