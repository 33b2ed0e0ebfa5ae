"""Comments in Redis as their authors may know them."""

from collections.abc import Sequence

from service.domain.comment import KnownComment
from service.domain.state import State
from service.errors import CommentNotFoundError
from service.link.link import Link
from service.store import keys
from service.store.format_1 import THREAD_FIELD, rewrite_comment

_FIELDS = (
    *(keys.COMMENT_FIELDS[name] for name in ("thread", "state", "submitted_ms", "published_ms")),
    THREAD_FIELD,
)
"""Of a comment's record as its author may know it, and a field that only records of format 1 have."""


async def read_known(link: Link, site: str, comment_id: str) -> KnownComment:
    """Reads what a comment's author may know of it. CommentNotFoundError, also for one that was erased. The same is
    read and done whatever became of the comment, so that neither the answer nor its time tells that."""
    name = keys.comment(site, comment_id)
    known = await link.call("HMGET", name, *_FIELDS)
    if known[-1] is not None and await rewrite_comment(link, site, comment_id):
        known = await link.call("HMGET", name, *_FIELDS)
    return _known(comment_id, known)


def _known(comment_id: str, known: Sequence[bytes | None]) -> KnownComment:
    """The comment of which `_FIELDS` were read. CommentNotFoundError."""
    thread, state, submitted_ms, published_ms, _ = known
    if thread is None or state is None or submitted_ms is None or state.decode() == State.ERASED:
        raise CommentNotFoundError
    told = State(state.decode()).known_to_author
    is_published = told is State.PUBLISHED and published_ms is not None
    return KnownComment(
        comment_id, thread.decode(), told, int(submitted_ms), int(published_ms or 0) if is_published else None
    )
