"""The website that a reader gives of himself: made an address of what he typed, or left out."""

import re
import unicodedata
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from marshmallow import fields

from schemas import controls, visibility
from schemas.fields import MAX_URL_CHARS, is_web_address

_BEGINNING = re.compile(r"(https?):[/\\]*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
"""What stands before a colon is a scheme, but before a port it is a host."""
_AUTHORITY_END = re.compile(r"[/?#]")
_TO_BE_ESCAPED = re.compile(r'[\s<>"\\^`{|}]')
_DOT = re.compile("[.\u3002\uff0e\uff61]")
"""What separates the labels of a host (UTS #46)."""
_LABEL = re.compile(r"(?!-)[a-z0-9_\-\u0080-\U0010ffff]{1,63}(?<!-)")
_LAST_LABEL = re.compile(r"(?!\d+\Z).{2,}|[\u0080-\U0010ffff]")


class Website(fields.String):
    """The address of a reader's website. Any text is taken: `http://` is put before an address without a scheme, and
    what is no http or https address of at most 2,048 characters is left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default="", allow_none=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return typed_address(super()._deserialize(value, attr, data, **kwargs))


def typed_address(text: str) -> str:
    """Returns the web address that a person meant; "" for what is none, such as `n/a` or an email address.

    One without a scheme gets `http://`, as in WordPress: nearly all servers lead from there to https, while https at a
    server that has none leads nowhere. Its host is one that others can reach: of several labels, an IP address, or
    localhost.
    """
    text = text.strip()
    if not text or len(text) > MAX_URL_CHARS:
        return ""
    if beginning := _BEGINNING.match(text):
        text = f"{beginning[1]}://{text[beginning.end() :]}"
    elif _OTHER_SCHEME.match(text):
        return ""
    else:
        text = "http://" + text.lstrip("/\\")
    address = complete_address(text)
    return address if address and _is_reachable(urlsplit(address).hostname or "") else ""


def complete_address(text: str) -> str:
    """Returns the web address that a text of any length is; "" where it is none. What is invisible is left out, and
    what stands in no path, query or fragment is escaped."""
    if len(text) > MAX_URL_CHARS or visibility.has_too_many_marks(text):
        return ""
    seen = visibility.without_hidden(controls.in_one_line(text, gap="")).strip()
    address = _escaped(unicodedata.normalize("NFC", seen))
    return address if len(address) <= MAX_URL_CHARS and is_web_address(address) else ""


def _escaped(address: str) -> str:
    start, _, rest = address.partition("://")
    end = _AUTHORITY_END.search(rest)
    if end is None:
        return address
    path = _TO_BE_ESCAPED.sub(lambda found: quote(found[0]), rest[end.start() :])
    return f"{start}://{rest[: end.start()]}{path}"


def _is_reachable(host: str) -> bool:
    labels = _DOT.split(host.removesuffix("."))
    if len(labels) > 1 and _LAST_LABEL.fullmatch(labels[-1]) and all(map(_LABEL.fullmatch, labels)):
        return True
    try:
        return host == "localhost" or bool(ip_address(host))
    except ValueError:
        return False
