"""One call of the API, checked: what a handler works with."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from marshmallow import ValidationError

from schemas.author_records import AUTHOR_ID_PATTERN
from schemas.bulk import BULK_ID_PATTERN
from schemas.fields import COMMENT_ID_PATTERN, PlainText
from schemas.origin import PublicAddress
from schemas.threads import MAX_THREAD_CHARS
from service.desk import Desk
from service.domain.caller import Caller
from service.domain.replay import NO_REPLAY, Replay
from service.domain.site import Audience, Site
from service.errors import AuthorNotFoundError, BulkNotFoundError, CommentNotFoundError, InvalidFieldsError
from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.web.exchange import Request
from service.web.gate import Gate
from service.web.network import NetworkNames
from service.web.stream import Streams
from service.web.unsent import Unsent

Json = dict[str, Any]
T = TypeVar("T")
Networks = tuple[IPv4Network | IPv6Network, ...]
_COMMENT_ID = re.compile(COMMENT_ID_PATTERN)
_BULK_ID = re.compile(BULK_ID_PATTERN)
_AUTHOR_ID = re.compile(AUTHOR_ID_PATTERN)
_THREAD = PlainText(min_chars=1, max_chars=MAX_THREAD_CHARS)


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """What handlers may need of the process beside the desk."""

    measures: RequestMeasures
    counts: Counters
    acceptor: Acceptor
    trusted_proxies: Networks = ()
    public_url: PublicAddress | None = None
    metrics_token: str | None = None
    hosts: frozenset[str] = frozenset()
    openapi: Callable[[], Json] = dict
    demo: Audience = Audience.LOCAL
    embedded_dir: Path | None = None
    gate: Gate = field(default_factory=Gate)
    network_names: NetworkNames = field(default_factory=NetworkNames)
    unsent: Unsent = field(default_factory=Unsent)
    streams: Streams = field(default_factory=Streams)


def is_comment_id(text: str) -> bool:
    """Whether a text can be the id of a comment."""
    return _COMMENT_ID.match(text) is not None


PartKey = web.AppKey
"""Names a part of the application that only some operations need, such as a cache of theirs; `app.py` puts it there."""


@dataclass(slots=True)
class Call:
    """One call, checked: what the handler works with."""

    desk: Desk
    request: Request
    request_id: str
    caller: Caller | None
    site: Site | None
    body: Json
    query: Json
    context: ProcessContext
    is_form: bool = False
    replay: Replay = NO_REPLAY

    def part(self, key: PartKey[T]) -> T:
        """A part of the application by its key."""
        return self.request.app[key]

    @property
    def known_site(self) -> Site:
        """The site in the path; only for routes that have one."""
        assert self.site is not None  # noqa: S101
        return self.site

    @property
    def known_caller(self) -> Caller:
        """The token's holder; only for routes that need a token."""
        assert self.caller is not None  # noqa: S101
        return self.caller

    @property
    def thread(self) -> str:
        """The thread in the path, or InvalidFieldsError."""
        return self._checked("thread", _THREAD)

    @property
    def comment_id(self) -> str:
        """The comment in the path; CommentNotFoundError for what can be no id."""
        comment_id = self.request.match_info["comment_id"]
        if not is_comment_id(comment_id):
            raise CommentNotFoundError
        return comment_id

    @property
    def author_id(self) -> str:
        """The author in the path; AuthorNotFoundError for what can be no id."""
        author_id = self.request.match_info["author_id"]
        if not _AUTHOR_ID.match(author_id):
            raise AuthorNotFoundError
        return author_id

    @property
    def bulk_id(self) -> str:
        """The bulk in the path; BulkNotFoundError for what can be no id."""
        bulk_id = self.request.match_info["bulk_id"]
        if not _BULK_ID.match(bulk_id):
            raise BulkNotFoundError
        return bulk_id

    def _checked(self, name: str, text: PlainText) -> str:
        given = self.request.match_info[name]
        plain = text.plainly(given)
        if plain is not None:
            return plain
        try:
            checked: str = text.deserialize(given)
        except ValidationError as error:
            raise InvalidFieldsError(errors={name: list(map(str, error.messages))}) from error
        return checked
