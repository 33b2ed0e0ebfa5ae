"""Names of hosts: written alike, and held against lists of domains."""

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from schemas.origin import canonical_host
from service.domain.rule import Domains

BELOW = "*."
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """Mozilla's list as the package carries it: read once, when the first rule needs it."""
    return PublicSuffixList(accept_unknown=False)


def ascii_name(host: str) -> str:
    """A host's name in lower case and ASCII (IDNA), without a dot at its end, or "" for what is no name."""
    try:
        return canonical_host(host.strip().rstrip("."))
    except ValueError:
        return ""


def is_suffix(name: str) -> bool:
    """Whether names of many owners are below it: `com`, `co.uk`, `github.io`."""
    return bool(_suffixes().publicsuffix(name) == name)


def has_known_suffix(name: str) -> bool:
    """Whether it ends in a suffix that exists, with something before it."""
    return _suffixes().privatesuffix(name) is not None


def listed_as(written: str) -> str:
    """An entry of a list of domains as it is kept, or "" for what is none. ValueError for a public suffix by itself,
    which would stand for all of its domains: `*.` before it says so."""
    begin = BELOW if written.strip().startswith(BELOW) else ""
    name = ascii_name(written.strip().removeprefix(BELOW))
    if _NAME.fullmatch(name) is None:
        return ""
    if not begin and is_suffix(name):
        raise ValueError(name)
    if not begin and "." not in name:
        return ""
    return begin + name


def meets(domains: Domains, name: str) -> bool:
    """Whether a name, as `ascii_name` gives it, is among the domains, or where they are inverted is not."""
    return _is_among(domains.domains, name) is not domains.is_inverted


def _is_among(listed: frozenset[str], name: str) -> bool:
    if name in listed:
        return True
    above = name
    while "." in above:
        above = above.partition(".")[2]
        if above in listed or BELOW + above in listed:
            return True
    return False
