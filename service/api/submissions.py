"""What readers and websites call to leave a comment."""

from schemas.fields import MAX_URL_CHARS
from schemas.submissions import MAX_USER_AGENT_CHARS, ReceiptSchema, SubmissionFormSchema, SubmissionSchema
from service.api.way_back import thread_path, way_back
from service.domain.state import State
from service.domain.submission import Receipt, Submission
from service.errors import InvalidFieldsError, RateLimitedError, StoreFullError, ThreadClosedError
from service.use_cases.submit import submit as submit_use_case
from service.web.admission import address_of
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import operation, outcome
from service.web.origins import is_of

_COMMENT = {"Location": "/v1/sites/default/comments/06h25h3cahjlp26l"}


@operation(
    "Leave a comment",
    body=SubmissionSchema,
    form=SubmissionFormSchema,
    is_scored=True,
    answers={
        201: outcome("It was published at once: anyone can read it now.", ReceiptSchema, headers=_COMMENT),
        202: outcome(
            "It was taken in and is not published, at least not yet: whatever else became of it, its sender is told "
            "`held`.",
            ReceiptSchema,
            headers=_COMMENT,
        ),
        303: outcome(
            "A form was taken in: back to the article that its field `return_to` or `article[url]` tells, or that the "
            "website set, or that it was sent from, with `commentdesk=published` or `held` in the query. Else to "
            "`/received`.",
            headers={"Location": "https://news.example/footbridge?commentdesk=held"},
        ),
    },
    errors={
        ThreadClosedError: "The thread takes no more comments.",
        InvalidFieldsError: "Fields are missing, unknown or not valid, or `parent_id` is of no comment of the thread; "
        "`errors` names each.",
        RateLimitedError: "The reader, or all readers of the site together, sent more than its policy allows; "
        "`Retry-After` says how long to wait.",
        StoreFullError: "Redis has no memory left for new comments; `Retry-After` says when to come again.",
    },
)
async def submit(call: Call) -> Answer:
    site, thread, submission = call.known_site, call.thread, submission_of(call)
    _count_mended(call, submission)
    receipt = await submit_use_case(call.desk, site, thread, submission, replay=call.replay)
    if call.is_form:
        return Answer(303, headers={"Location": await way_back(call, thread, receipt)})
    told = {"comment_id": receipt.comment_id, "state": receipt.state}
    return Answer(
        201 if receipt.state == State.PUBLISHED else 202,
        told | ({"receipt": receipt.proof} if receipt.proof else {}),
        {"Location": _location(call, thread, receipt)},
    )


def _location(call: Call, thread: str, receipt: Receipt) -> str:
    """Where the sender may read what became of the comment: a stranger among those of the thread that are published."""
    if call.caller is None:
        return thread_path(call.known_site.site, thread)
    return f"/v1/sites/{call.known_site.site}/comments/{receipt.comment_id}"


def submission_of(call: Call) -> Submission:
    """The submission in a call. What a stranger says of the article or of his own browser is not believed: his
    address is his connection's. A website vouches for its readers, and its own address is never taken for one; the
    article's is dropped where it is not of an origin that the site lists."""
    body = call.body
    sent = {"name": body["name"], "email": body["email"], "body": body["body"]}
    sent |= {"website": body["website"] or "", "parent_id": body["parent_id"] or ""}
    wants_proof = bool(body["receipt"])
    if call.caller is None:
        headers = call.request.headers
        return Submission(
            **sent,
            client_ip=address_of(call.request, call.context),
            is_stranger=True,
            wants_proof=wants_proof,
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
        actor=call.caller.actor,
        wants_proof=wants_proof,
        is_author_verified=bool(body.get("author_verified")),
    )


def _count_mended(call: Call, submission: Submission) -> None:
    """Counts what of a website's own words was cut, mended or left out; a stranger's were not asked for."""
    if call.caller is None:
        return
    article, client = call.body["article"], call.body["client"]
    mended = {field for told in (article, client) if told is not None for field in told.mended}
    if article is not None and article["url"] != submission.article_url:
        mended.add("article.url")
    for field in mended:
        call.context.measures.count_mended(field)
