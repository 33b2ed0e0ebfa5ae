"""Entity tags, by which a reader's copy of an answer is known again (RFC 9110, 8.8.3 and 13.1.2)."""

import re

from aiohttp import hdrs

from service.web.answer import Answer
from service.web.exchange import Request

PUBLIC = "public, max-age=0, s-maxage=1"
"""A browser asks each time whether its copy is still true. A shared cache answers for a second: what a moderator takes
away is gone after that, wherever it was kept. Without stale-while-revalidate, which browsers heed too: a reader would
see the page without the comment that he has just sent."""
_TAG = re.compile(r'"([^"]*)"')
_ENCODING = re.compile(r"[-;:]{1,2}(gzip|deflate|br|zstd)")
"""What servers that compress an answer on its way append to its tag, and do not take off again."""
_ANY = "*"


def conditional(request: Request, content: bytes, tag: str) -> Answer:
    """The answer with this tag, of hex digits, that anyone may keep; 304 where the reader has it already."""
    headers: dict[str, str] = {hdrs.ETAG: f'"{tag}"', hdrs.CACHE_CONTROL: PUBLIC}
    return Answer(304, headers=headers) if _is_known(request, tag) else Answer(200, content, headers)


def _is_known(request: Request, tag: str) -> bool:
    """Whether the reader's copy, weak or strong, one of several, compressed or not, has this tag; `*` is any copy."""
    given = ",".join(request.headers.getall(hdrs.IF_NONE_MATCH, ()))
    return given.strip() == _ANY or any(_is_same(each, tag) for each in _TAG.findall(given))


def _is_same(given: str, tag: str) -> bool:
    return given == tag or (given.startswith(tag) and _ENCODING.fullmatch(given, len(tag)) is not None)
