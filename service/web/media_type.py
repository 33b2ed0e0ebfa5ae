"""A media type with its parameters, as Content-Type has it (RFC 9110, 8.3), read by one pattern."""

import re
from typing import NamedTuple

from service.errors import MalformedBodyError

MAX_CHARS = 200
"""Of the whole header: the longest that forms need, with a boundary of 70 characters, has 110."""
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})
_PARAMETER = (
    r";[ \t]*+(?:([!#$%&'*+.^_`|~0-9A-Za-z-]++)[ \t]*+"
    r'(?:=[ \t]*+("[^"\\\x00-\x1f\x7f-\U0010ffff]*+"|[!#-+\--:<-~]*+))?+[ \t]*+)?+'
)
"""Possessive throughout: what was read is not read in another way. Values that should be quoted need not be."""
_PARAMETERS = re.compile(f"(?:{_PARAMETER})*+")
_EACH_PARAMETER = re.compile(_PARAMETER)


class MediaType(NamedTuple):
    """The type in lower case, and its parameters: names in lower case, values without their quotes."""

    kind: str
    parameters: dict[str, str]


def kind_of(header: str) -> str:
    """The type alone, in lower case; too long a header has what stands within its bounds."""
    return header[:MAX_CHARS].partition(";")[0].strip().lower()


def read_media_type(header: str) -> MediaType:
    """MalformedBodyError for parameters that are none, too long, doubled, or of RFC 2231; and for another charset than
    UTF-8."""
    kind, semicolon, rest = header.partition(";")
    if len(header) > MAX_CHARS or not _PARAMETERS.fullmatch(semicolon + rest):
        raise MalformedBodyError("The Content-Type is not one.")
    parameters: dict[str, str] = {}
    for name, value in _EACH_PARAMETER.findall(semicolon + rest):
        if "*" in name or name.lower() in parameters:
            raise MalformedBodyError("The Content-Type is not one.")
        if name:
            parameters[name.lower()] = value.strip('"')
    if parameters.get("charset", "utf-8").lower().replace("_", "-") not in _UTF8:
        raise MalformedBodyError("Only UTF-8 is taken.")
    return MediaType(kind.strip().lower(), parameters)
