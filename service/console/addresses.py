"""Where the console's pages are."""

import re

HOME = "/console"
SIGN_IN = "/console/_/sign-in"
SIGN_OUT = "/console/_/sign-out"
SESSIONS = "/console/_/sessions"
SETTINGS = "/console/_/settings"
FIRST_RUN = "/console/_/first-run"
_OWN = re.compile(r"/console(/(?!_/(sign-|link))[!-.0-9:-\[\]-~/]*)?(\?[!-\[\]-~]*)?")
"""A path of a page in ASCII, which is no page of signing in: nothing that leads to another host."""


def own_next(address: str) -> str:
    """The address where it is one of the console's pages, which a sign-in may go on to; else ""."""
    return address if _OWN.fullmatch(address) and "//" not in address and "/../" not in address else ""
