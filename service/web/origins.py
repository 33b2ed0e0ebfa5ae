"""Origins of web pages, as browsers send them and sites list them."""

from collections.abc import Collection
from urllib.parse import urlsplit

from schemas.fields import OWN_PORTS, is_web_address


def origin_of(address: str) -> str:
    """Scheme, host and a port that is not the scheme's own, in lower case; "" for what is no http(s) address."""
    if not is_web_address(address):
        return ""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(OWN_PORTS[parts.scheme])}"


def is_of(address: str, allowed: Collection[str]) -> bool:
    """Whether an article's address is of one of the origins that a site lists; any is where it lists none."""
    return not allowed or origin_of(address) in allowed
