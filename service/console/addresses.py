"""Where the console's pages are."""

import re
from urllib.parse import unquote

HOME = "/console"
SIGN_IN = "/console/_/sign-in"
SIGN_OUT = "/console/_/sign-out"
SESSIONS = "/console/_/sessions"
SETTINGS = "/console/_/settings"
FIRST_RUN = "/console/_/first-run"
_OWN = re.compile(r"/console(/(?!_/(sign-|link))[!-.0-9:-\[\]-~/]*)?(\?[!-\[\]-~]*)?")
"""A path of a page in ASCII, which is no page of signing in: nothing that leads to another host."""


_NO_PART = frozenset({"", ".", ".."})
"""Parts of a path that browsers take out, or take for the beginning of a host."""


def own_next(address: str) -> str:
    """The address where it is one of the console's pages, which a sign-in may go on to; else ""."""
    parts = address.partition("?")[0].split("/")[1:]
    return address if _OWN.fullmatch(address) and _NO_PART.isdisjoint(map(unquote, parts)) else ""
