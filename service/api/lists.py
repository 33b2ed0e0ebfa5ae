"""The lists of a site's comments."""

from datetime import datetime

from schemas.lists import CommentsPageSchema, CommentsQuery
from service.api.cursors import name_cursor_after, ordinal_of
from service.api.wire import comment_json
from service.domain.routing import Verdict
from service.domain.selection import CommentsPage, Selection
from service.domain.state import State
from service.domain.times import rfc3339
from service.use_cases import lists
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import operation, outcome

COMMENTS = "comments"
"""What a cursor is good for."""


@operation(
    "Find comments",
    query=CommentsQuery,
    answers={200: outcome("The newest comments that pass all filters.", CommentsPageSchema)},
)
async def list_comments(call: Call) -> Answer:
    """What the machine published or rejected by itself is listed, and can be decided, as everything else."""
    query, site = call.query, call.known_site.site
    page = await lists.list_comments(
        call.desk,
        site,
        await lists.with_author(call.desk, site, selection_of(query), query["author_id"]),
        limit=query["limit"],
        below=ordinal_of(COMMENTS, query["cursor"]),
    )
    return Answer(200, _page_json(page))


def selection_of(query: Json) -> Selection:
    return Selection(
        state=State(query["state"]) if query["state"] else None,
        verdict=Verdict(query["verdict"]) if query["verdict"] else None,
        reason=query["reason"],
        rule=query["rule"],
        thread=query["thread"],
        since_ms=_ms_or_none(query["since"]),
        until_ms=_ms_or_none(query["until"]),
        query=query["q"] or "",
    )


def _ms_or_none(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)


def _page_json(page: CommentsPage) -> Json:
    return {
        "comments": [comment_json(comment) for comment in page.comments],
        "next_cursor": None if page.below is None else name_cursor_after(COMMENTS, str(page.below)),
        "scanned_until": None if page.scanned_ms is None else rfc3339(page.scanned_ms),
    }
