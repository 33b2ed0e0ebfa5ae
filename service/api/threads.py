"""What readers and websites call of threads: read one, count comments, set one."""

from schemas.threads import (
    CountsQuery,
    CountsSchema,
    PageQuery,
    ThreadChangeSchema,
    ThreadPageSchema,
    ThreadSchema,
)
from service.api.cursors import public_cursor_after, public_position_of
from service.api.page_cache import NO_PAGE, PAGES, Page
from service.api.wire import thread_json, thread_page_json
from service.domain.caller import Role
from service.domain.policy import Mode
from service.domain.thread import SITES_OWN, ThreadChange
from service.errors import ForbiddenError, InvalidFieldsError, ThreadNotFoundError
from service.use_cases import threads
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import doc_of, operation, outcome
from service.web.origins import is_of

_TAG = {"ETag": '"7be61be0f3c5d6a1"'}


@operation(
    "Read a thread",
    query=PageQuery,
    answers={
        200: outcome(doc_of(ThreadPageSchema()), ThreadPageSchema, headers=_TAG),
        304: outcome("The copy that `If-None-Match` names is still true.", headers=_TAG),
    },
)
async def read_thread(call: Call) -> Answer:
    page = await _page(call, call.known_site.site, call.thread)
    headers = {"ETag": f'"{page.tag}"', "Cache-Control": "no-cache"}
    is_known = f'"{page.tag}"' in call.request.headers.get("If-None-Match", "")  # weak or strong, one of several
    return Answer(304, headers=headers) if is_known else Answer(200, page.content, headers)


async def _page(call: Call, site: str, thread: str) -> Page:
    """A page of a thread as JSON. Its tag tells nothing but whether it is the same page: not when the thread began, nor
    how often it changed."""
    pages = call.part(PAGES)
    desk, limit, cursor = call.desk, call.query["limit"], call.query["cursor"]
    after = public_position_of(desk.vault, site, thread, cursor)
    key = (site, thread, limit, cursor)
    known = pages.get(key) or NO_PAGE
    page = await threads.read_thread(desk, site, thread, known_version=known.version, limit=limit + 1, after=after)
    if page.comments is None:
        return known
    shown = page.comments[:limit]
    last = shown[-1].position if len(page.comments) > limit else None
    content = thread_page_json(thread, page, shown, public_cursor_after(desk.vault, site, thread, last))
    made = Page(page.version, content, desk.vault.digest("page", *map(str, key), page.version))
    if shown:  # an empty page is made as quickly, and there are as many as there are names of threads
        pages.put(key, made)
    return made


@operation("Count published comments", query=CountsQuery, answers={200: CountsSchema})
async def count_published(call: Call) -> Answer:
    counts = await threads.count_published(call.desk, call.known_site.site, call.query["thread"])
    return Answer(200, {"counts": counts})


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
    if "mode" in body and call.known_caller.role is Role.WEBSITE:
        raise ForbiddenError(errors={"mode": ["Moderators and operators set it."]})
    if body.get("url") and not is_of(body["url"], call.known_site.allowed_origins):
        raise InvalidFieldsError(errors={"url": ["Not of one of the site's allowed_origins."]})
    site, actor = call.known_site.site, call.known_caller.token_id
    changed = await threads.set_settings(call.desk, site, call.thread, _change(body), actor=actor)
    return Answer(200, thread_json(changed))


def _change(body: Json) -> ThreadChange:
    given = dict(body)
    if "mode" in given:
        given["mode"] = SITES_OWN if given["mode"] is None else Mode(given["mode"])
    return ThreadChange(**given)
