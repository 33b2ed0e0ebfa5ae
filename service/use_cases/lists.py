"""Lists of a site's comments, and search in them."""

from collections.abc import Sequence

from service.desk import Desk
from service.domain.comment import Comment
from service.domain.selection import CommentsPage, Listed, Selection
from service.errors import AuthorNotFoundError
from service.lists.query import Query, query_of
from service.store.author_names import find_author

_MOST_ROUNDS = 3
"""So often a page is filled up where comments changed while it was made."""


_NOTHING = CommentsPage([], None)


async def with_author(desk: Desk, site: str, selection: Selection, author_id: str | None) -> Selection | None:
    """The selection of an author's comments alone, where one is named; None where nobody is found by that name."""
    if author_id is None:
        return selection
    try:
        return selection._replace(author=await find_author(desk.link, site, author_id))
    except AuthorNotFoundError:
        return None


async def list_comments(
    desk: Desk, site: str, selection: Selection | None, *, limit: int, below: int | None
) -> CommentsPage:
    """The newest comments that pass the filters, whose ordinals are below `below` where one is given; none without a
    selection. A page may hold fewer than its limit, and none, though another follows. InvalidFieldsError for a query
    that cannot be read."""
    if selection is None:
        return _NOTHING
    if selection.query:
        return await _search(desk, site, selection, query_of(selection.query), limit=limit, below=below)
    comments: list[Comment] = []
    for _ in range(_MOST_ROUNDS):
        page = await desk.lists.find(site, selection, below=below, most=limit - len(comments))
        comments += await _read(desk, site, selection, page.found)
        below = page.below
        if below is None or len(comments) == limit:
            break
    return CommentsPage(comments, below)


async def read_comments(desk: Desk, site: str, comment_ids: Sequence[str]) -> list[Comment]:
    """Comments as they are now, in this order, without those that there are not."""
    return await desk.comments.read_some(site, comment_ids, desk.now_ms())


async def _search(
    desk: Desk, site: str, selection: Selection, query: Query, *, limit: int, below: int | None
) -> CommentsPage:
    searched = await desk.search.find(site, selection, query, below=below, most=limit)
    comments = await _read(desk, site, selection, searched.found)
    return CommentsPage(comments, searched.below, searched.scanned_ms)


async def _read(desk: Desk, site: str, selection: Selection, found: Sequence[Listed]) -> list[Comment]:
    """Those that pass as they are now: what the lists told may be a moment old."""
    comments = await read_comments(desk, site, [each.comment_id for each in found])
    return [each for each in comments if selection.takes(each) and await _is_author(desk, site, selection, each)]


async def _is_author(desk: Desk, site: str, selection: Selection, comment: Comment) -> bool:
    if selection.author is None:
        return True
    return (await desk.comments.find_home(site, comment.comment_id)).author == selection.author
