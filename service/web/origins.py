"""Origins of web pages, as browsers send them and sites list them."""

from collections.abc import Collection

from schemas.origin import origin_of


def is_listed(origin: str, allowed: Collection[str]) -> bool:
    """Whether what a browser sent as its page's `Origin` is one of those that a site lists."""
    return origin in allowed or origin_of(origin) in allowed


def is_of(address: str, allowed: Collection[str]) -> bool:
    """Whether an article's address is of one of the origins that a site lists; any is where it lists none."""
    return not allowed or origin_of(address) in allowed
