"""What readers and websites call of threads: read one, count comments, set one."""

from collections.abc import Sequence

import orjson

from schemas.threads import (
    AskedThread,
    CountsQuery,
    CountsRequestSchema,
    CountsSchema,
    PageQuery,
    ThreadChangeSchema,
    ThreadPageSchema,
    ThreadSchema,
)
from service.api.cursors import PublicCursors
from service.api.page_cache import NO_PAGE, PAGES, Page
from service.api.wire import thread_json, thread_page_json
from service.domain.caller import Role
from service.domain.policy import Mode
from service.domain.thread import SITES_OWN, ThreadChange, ThreadOrder
from service.errors import ForbiddenError, InvalidFieldsError, ThreadNotFoundError
from service.use_cases import threads
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.entity_tag import conditional
from service.web.operation import doc_of, operation, outcome
from service.web.origins import is_of

COUNTS_BODY_BYTES = 320 * 1024
"""Two hundred ids of 256 characters, in any script, and those of the Basic Multilingual Plane as JSON's escapes too."""
_FORM = "2"
"""Of a page, in its tag: another number where the same comments look otherwise than before on the wire."""
_PLAIN_TEXT = "text/plain; charset=utf-8"
"""Of what is refused before it is known what it asks."""
_TAG = {"ETag": '"7be61be0f3c5d6a1"'}
_NOT_CHANGED = outcome("The copy that `If-None-Match` names is still true.", headers=_TAG)


@operation(
    "Read a thread",
    query=PageQuery,
    answers={
        200: outcome(doc_of(ThreadPageSchema()), ThreadPageSchema, headers=_TAG),
        304: _NOT_CHANGED,
    },
)
async def read_thread(call: Call) -> Answer:
    """Published comments alone. `order` is that of their writing, `oldest` or `newest` first, or that in which they
    were `published`; a cursor is good for its own order. An unknown thread is an empty one."""
    page = await _page(call, call.known_site.site, call.thread)
    return conditional(call.request, page.content, page.tag)


async def _page(call: Call, site: str, thread: str) -> Page:
    """A page of a thread as JSON. Its tag tells nothing but whether it is the same page: not when the thread began, nor
    how often it changed."""
    pages, desk = call.part(PAGES), call.desk
    order, limit, cursor = ThreadOrder(call.query["order"]), call.query["limit"], call.query["cursor"]
    cursors = PublicCursors(desk.vault, site, thread, order=order)
    after = cursors.position_of(cursor)
    key = (site, thread, order, limit, cursor)
    known = pages.get(key) or NO_PAGE
    page = await threads.read_thread(
        desk, site, thread, order=order, known_version=known.version, limit=limit, after=after
    )
    if page.comments is None:
        return known
    content = thread_page_json(thread, page, cursors.after(page.last))
    made = Page(page.version, content, desk.vault.digest("page", _FORM, *map(str, key), page.version))
    if page.comments:  # an empty page is made as quickly, and there are as many as there are names of threads
        pages.put(key, made)
    return made


@operation(
    "Count published comments",
    query=CountsQuery,
    answers={
        200: outcome(doc_of(CountsSchema()), CountsSchema, headers=_TAG),
        304: _NOT_CHANGED,
        400: outcome("The address is over 8,190 bytes: send the threads by POST.", content_type=_PLAIN_TEXT),
    },
)
async def count_published(call: Call) -> Answer:
    """Of up to 200 threads, each under its id as it was asked for. Send them by POST where they
    do not fit into an address."""
    counts = await _counts(call, call.query["thread"])
    content = orjson.dumps({"counts": counts})
    return conditional(call.request, content, call.desk.vault.digest("counts", content.decode()))


@operation(
    "Count published comments of many threads",
    body=CountsRequestSchema,
    answers={200: CountsSchema},
    max_body_bytes=COUNTS_BODY_BYTES,
)
async def count_published_of_many(call: Call) -> Answer:
    """Of up to 200 threads, each under its id as it was asked for. Nothing is changed: it may be sent again at will."""
    return Answer(200, {"counts": await _counts(call, call.body["threads"])})


async def _counts(call: Call, asked: Sequence[AskedThread]) -> dict[str, int]:
    """By id as asked; several spellings may ask for one thread."""
    ids = list(dict.fromkeys(each.thread for each in asked))
    counts = await threads.count_published(call.desk, call.known_site.site, ids)
    return {each.asked: counts[each.thread] for each in asked}


@operation(
    "Read a thread's settings",
    answers={200: ThreadSchema},
    errors={ThreadNotFoundError: "Nobody has set the thread, and it has no comment yet."},
)
async def read_thread_settings(call: Call) -> Answer:
    return Answer(200, thread_json(await threads.read_settings(call.desk, call.known_site.site, call.thread)))


@operation(
    "Set a thread",
    body=ThreadChangeSchema,
    answers={200: ThreadSchema},
    errors={
        ForbiddenError: "The token is of another role or site, or a website's, and `mode` is in the body.",
        InvalidFieldsError: "Fields are unknown or not valid, or `url` is of no origin that the site lists; `errors` "
        "names each.",
    },
)
async def set_thread(call: Call) -> Answer:
    """`mode` is for moderators and operators: a website's token lies where its pages are made, and must not publish.
    `url`, where readers' forms are led, is of one of the site's `allowed_origins` if it lists any."""
    body = call.body
    if "mode" in body and not call.known_caller.may(Role.MODERATOR, Role.OPERATOR, Role.ADMIN):
        raise ForbiddenError(errors={"mode": ["Moderators and operators set it."]})
    if body.get("url") and not is_of(body["url"], call.known_site.allowed_origins):
        raise InvalidFieldsError(errors={"url": ["Not of one of the site's allowed_origins."]})
    site, actor = call.known_site.site, call.known_caller.actor
    changed = await threads.set_settings(call.desk, site, call.thread, _change(body), actor=actor)
    return Answer(200, thread_json(changed))


def _change(body: Json) -> ThreadChange:
    given = dict(body)
    if "mode" in given:
        given["mode"] = SITES_OWN if given["mode"] is None else Mode(given["mode"])
    if "closes_at" in given:
        closes_at = given.pop("closes_at")
        given["closes_ms"] = SITES_OWN if closes_at is None else int(closes_at.timestamp() * 1000)
    return ThreadChange(**given)
