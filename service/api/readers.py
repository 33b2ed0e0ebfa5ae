"""What readers and websites call: leave a comment, read a thread, count comments, set a thread."""

from urllib.parse import quote, urlsplit

from schemas.fields import MAX_URL_CHARS
from schemas.submissions import MAX_USER_AGENT_CHARS, ReceiptSchema, SubmissionSchema
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
from service.domain.state import State
from service.domain.submission import Receipt, Submission
from service.domain.thread import SITES_OWN, ThreadChange
from service.errors import ForbiddenError, InvalidFieldsError, ThreadNotFoundError
from service.html.refusal import write_form_error
from service.use_cases import threads
from service.use_cases.submit import submit as submit_use_case
from service.web.admission import address_of
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import operation
from service.web.origins import is_of, origin_of

RECEIVED = "/received"
"""The page of thanks for those whose article's address is not known."""


@operation(
    "Leave a comment",
    body=SubmissionSchema,
    is_form_taken=True,
    is_scored=True,
    answers={
        201: ReceiptSchema,
        202: ReceiptSchema,
        303: "A form was sent: back to the article, `commentdesk=published` or `held` in its query.",
    },
    errors=(404, 409, 429),
    error_writer=write_form_error,
)
async def submit(call: Call) -> Answer:
    site, thread = call.known_site, call.thread
    receipt = await submit_use_case(call.desk, site, thread, submission_of(call), replay=call.replay)
    if call.is_form:
        return Answer(303, headers={"Location": await _way_back(call, thread, receipt)})
    return Answer(
        201 if receipt.state == State.PUBLISHED else 202,
        {"comment_id": receipt.comment_id, "state": receipt.state},
        {"Location": f"/v1/sites/{site.site}/comments/{receipt.comment_id}"},
    )


def submission_of(call: Call) -> Submission:
    """The submission in a call. What a stranger says of the article or of his own browser is not believed: his
    address is his connection's. A website vouches for its readers, and its own address is never taken for one; the
    article's is dropped where it is not of an origin that the site lists."""
    body = call.body
    sent = {"name": body["name"], "email": body["email"], "body": body["body"]}
    sent |= {"website": body["website"] or "", "parent_id": body["parent_id"] or ""}
    if call.caller is None:
        headers = call.request.headers
        return Submission(
            **sent,
            client_ip=address_of(call.request, call.context),
            is_stranger=True,
            user_agent=headers.get("User-Agent", "")[:MAX_USER_AGENT_CHARS].encode("utf-8", "replace").decode(),
            referrer=headers.get("Referer", "")[:MAX_URL_CHARS].encode("utf-8", "replace").decode(),
        )
    allowed = call.site.allowed_origins if call.site else ()
    article: Json = body["article"] or {"title": "", "url": ""}
    client: Json = body["client"] or {"ip": "", "user_agent": "", "referrer": ""}
    return Submission(
        **sent,
        article_title=article["title"],
        article_url=article["url"] if is_of(article["url"], allowed) else "",
        client_ip=client["ip"],
        user_agent=client["user_agent"],
        referrer=client["referrer"],
        actor=call.caller.token_id,
    )


async def _way_back(call: Call, thread: str, receipt: Receipt) -> str:
    """Where a form's sender goes: to the article as its website told its address, unless the site lists origins by now
    and that is of none of them; else to the page that he came from if it is on a listed origin or its website sent the
    form, else to a page of thanks, or to the thread itself when no browser asks."""
    try:
        url = (await threads.read_settings(call.desk, call.known_site.site, thread)).url
    except ThreadNotFoundError:
        url = ""
    url = url if is_of(url, call.known_site.allowed_origins) else ""
    referrer = call.request.headers.get("Referer", "")
    origin = origin_of(referrer) if not url and referrer.isascii() else ""
    if origin:
        parts = urlsplit(referrer)
        is_known = call.caller is not None or origin in call.known_site.allowed_origins
        is_ours = parts.netloc == call.request.host and parts.path != call.request.rel_url.raw_path
        url = referrer if is_known or is_ours else ""
    if not url and "text/html" in call.request.headers.get("Accept", ""):
        return f"{RECEIVED}?commentdesk={receipt.state}"
    if not url:
        return f"/v1/sites/{call.known_site.site}/threads/{quote(thread, safe='')}/comments"
    return with_receipt(url, receipt)


def with_receipt(url: str, receipt: Receipt) -> str:
    """The article's address with what became of the comment, and the comment as its fragment."""
    page = url.partition("#")[0]
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}commentdesk={receipt.state}&comment_id={receipt.comment_id}#comment-{receipt.comment_id}"


@operation(
    "Read a thread",
    query=PageQuery,
    answers={200: ThreadPageSchema, 304: "The reader's copy is still true."},
    errors=(404,),
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


@operation("Count published comments", query=CountsQuery, answers={200: CountsSchema}, errors=(404,))
async def count_published(call: Call) -> Answer:
    counts = await threads.count_published(call.desk, call.known_site.site, call.query["thread"])
    return Answer(200, {"counts": counts})


@operation("Read a thread's settings", answers={200: ThreadSchema}, errors=(404,))
async def read_thread_settings(call: Call) -> Answer:
    return Answer(200, thread_json(await threads.read_settings(call.desk, call.known_site.site, call.thread)))


@operation("Set a thread", body=ThreadChangeSchema, answers={200: ThreadSchema}, errors=(404,))
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
