"""What a moderator sees before many comments are decided on at once: how many, a few of them, and whom to spare."""

from collections.abc import Collection, Sequence

from service.desk import Desk, new_id
from service.domain.bulk import BULK, ApprovedAuthor, Preview
from service.domain.comment import Comment
from service.domain.replay import NO_REPLAY, Replay
from service.domain.selection import Listed, Selection
from service.lists.query import Query, query_of
from service.near.likeness import typical_and_strangest
from service.store.bulks import MOST_COMMENTS
from service.store.glimpses import Glimpse, KnownAuthor, read_approved, read_glimpses
from service.store.near import read_some
from service.store.search import Budget
from service.use_cases.likeness import find_like

SEARCH_BUDGET = Budget(MOST_COMMENTS, 5.0)
"""So many comments are looked through where words are asked for."""
MOST_WARNED = 10
_LISTED_AT_ONCE = 999
_READ_AT_ONCE = 50
STRANGE_EXAMPLES = 3
MOST_COMPARED = 200
"""Examples are the most typical and the strangest of so many, which are spread over all that was chosen."""


async def preview(
    desk: Desk, site: str, selection: Selection | None, left_out: Collection[str], *, replay: Replay
) -> Preview:
    """Looks at what is selected, nothing without a selection, and keeps it for a bulk: the newest `MOST_COMMENTS` at
    most. Asked again it looks again, as nothing was changed. InvalidFieldsError for a query or a `like` that cannot be
    read, IdempotencyKeyReusedError."""
    if replay != NO_REPLAY:
        await desk.comments.reserve(site, replay)
    now_ms = desk.now_ms()
    chosen, is_whole = await choose(desk, site, selection, left_out) if selection else ([], True)
    bulk_id = BULK + new_id(now_ms)
    await desk.bulks.keep_preview(
        site, bulk_id, [each.comment_id for each in chosen], selection.state if selection else None, now_ms=now_ms
    )
    warned_count, warned = await _approved_among(desk, site, chosen)
    examples = await _examples(desk, site, _spread(chosen))
    return Preview(
        bulk_id,
        len(chosen),
        typical=examples[0] if examples else None,
        strange=examples[1:],
        warned_count=warned_count,
        warned=warned,
        is_whole=is_whole,
    )


async def choose(desk: Desk, site: str, selection: Selection, left_out: Collection[str]) -> tuple[list[Glimpse], bool]:
    """What is selected as it is now, newest first, and whether there is no more."""
    if selection.revisions is None:
        found, is_whole = await _find(desk, site, selection)
        ids = [each.comment_id for each in found if selection.spans(each.submitted_ms)]
    else:
        ids, is_whole = sorted(selection.revisions, reverse=True), True  # ids sort by time
    kept = [each for each in ids if each not in left_out]
    return [each async for each in read_glimpses(desk.link, site, kept) if each.passes(selection)], is_whole


async def _find(desk: Desk, site: str, selection: Selection) -> tuple[list[Listed], bool]:
    """The comments that pass the filters, newest first, as the lists tell, and whether there are no more."""
    query = query_of(selection.query) if selection.query else None
    if selection.like is not None:
        alike = await find_like(desk, site, selection.like)
        return (alike if query is None else await _saying(desk, site, alike, query)), True
    found: list[Listed] = []
    below: int | None = None
    while len(found) < MOST_COMMENTS:
        more, below = await _find_more(desk, site, selection, query, below=below, most=MOST_COMMENTS - len(found))
        found += more
        if below is None or query is not None:
            break
    return found, below is None


async def _saying(desk: Desk, site: str, listed: Sequence[Listed], query: Query) -> list[Listed]:
    """Those of some comments that say what the query asks for."""
    found: list[Listed] = []
    for start in range(0, len(listed), _READ_AT_ONCE):
        step = listed[start : start + _READ_AT_ONCE]
        comments = await desk.comments.read_some(site, [each.comment_id for each in step], desk.now_ms())
        saying = {each.comment_id for each in comments if query.matches(each.name, each.body)}
        found += [each for each in step if each.comment_id in saying]
    return found


async def _find_more(
    desk: Desk, site: str, selection: Selection, query: Query | None, *, below: int | None, most: int
) -> tuple[Sequence[Listed], int | None]:
    if query is None:
        page = await desk.lists.find(site, selection, below=below, most=min(most, _LISTED_AT_ONCE))
        return page.found, page.below
    searched = await desk.search.find(site, selection, query, below=below, most=most, budget=SEARCH_BUDGET)
    return searched.found, searched.below


def _spread(chosen: Sequence[Glimpse]) -> list[Glimpse]:
    """Some from all over what was chosen."""
    count = min(MOST_COMPARED, len(chosen))
    return [chosen[place * len(chosen) // count] for place in range(count)]


async def _examples(desk: Desk, site: str, some: Sequence[Glimpse]) -> list[Comment]:
    """The one that is most like the others, then those that are least like it and each other: by their signatures, of
    which old comments have none, so that they count as strange."""
    signatures = await read_some(desk.link, site, [each.ordinal for each in some])
    places = typical_and_strangest(signatures, STRANGE_EXAMPLES)
    return await desk.comments.read_some(site, [some[place].comment_id for place in places], desk.now_ms())


async def _approved_among(desk: Desk, site: str, chosen: Sequence[Glimpse]) -> tuple[int, list[ApprovedAuthor]]:
    """How many authors of the chosen have approved comments, and the first of them."""
    comment_of = {each.author: each.comment_id for each in reversed(chosen)}
    known = await read_approved(desk.link, site, list(comment_of))
    first = sorted(known, key=lambda author: -author.approved)[:MOST_WARNED]
    comments = await desk.comments.read_some(site, [comment_of[each.author] for each in first], desk.now_ms())
    by_id = {each.comment_id: each for each in comments}
    told = [_approved_author(each, by_id.get(comment_of[each.author])) for each in first]
    return len(known), [each for each in told if each is not None]


def _approved_author(author: KnownAuthor, comment: Comment | None) -> ApprovedAuthor | None:
    if comment is None:
        return None
    return ApprovedAuthor(author.author_id or None, comment.comment_id, comment.name, author.approved)
