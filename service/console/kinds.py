"""What waits, by what stood out first: counted among the first of the queue when its start page is drawn, so that a
comment that comes in costs nothing more for it."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from service.console.frame import texts_at
from service.domain.queue import QueueView
from service.html.shown.kind import kind_of, kind_words
from service.use_cases.picked_claims import is_left_by, read_first
from service.web.call import Call

MOST_KINDS = 8


class CountedKind(NamedTuple):
    """A kind, what it is called, how many comments of it wait, and where these are alone."""

    kind: str
    words: str
    waiting: int
    address: str


class Kinds(NamedTuple):
    """The commonest kinds among the first `looked_at` of `total` that wait, and how many of these the moderator himself
    left for others."""

    kinds: Sequence[CountedKind]
    looked_at: int
    total: int
    left: int


async def count_kinds(call: Call, view: QueueView) -> Kinds:
    """Of the site's queue, or of one thread's."""
    found, texts = await read_first(call.desk, call.known_site.site, view), texts_at(call)
    counted = Counter(kind_of(each) for each in found.comments).most_common(MOST_KINDS)
    thread = {"thread": view.thread} if view.thread else {}
    page = f"/console/{call.known_site.site}"
    kinds = [
        CountedKind(str(each), kind_words(each, texts), count, f"{page}?{urlencode({**thread, 'reason': str(each)})}")
        for each, count in counted
    ]
    left = sum(is_left_by(each, call.known_caller.actor) for each in found.comments)
    return Kinds(kinds, len(found.comments), found.total, left)
