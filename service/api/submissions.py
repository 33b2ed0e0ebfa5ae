"""What readers and websites call to leave a comment."""

from schemas.fields import MAX_URL_CHARS
from schemas.side_data import SideValues
from schemas.submissions import MAX_USER_AGENT_CHARS, ReceiptSchema, SubmissionSchema
from service.api.way_back import way_back
from service.domain.state import State
from service.domain.submission import Submission
from service.html.refusal import write_form_error
from service.use_cases.submit import submit as submit_use_case
from service.web.admission import address_of
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation
from service.web.origins import is_of

_NOTHING_PASSED_ON = SideValues({}, ())


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
    site, thread, submission = call.known_site, call.thread, submission_of(call)
    _count_mended(call, submission)
    receipt = await submit_use_case(call.desk, site, thread, submission, replay=call.replay)
    if call.is_form:
        return Answer(303, headers={"Location": await way_back(call, thread, receipt)})
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
    article, client = body["article"] or _NOTHING_PASSED_ON, body["client"] or _NOTHING_PASSED_ON
    url = article.values.get("url", "")
    return Submission(
        **sent,
        article_title=article.values.get("title", ""),
        article_url=url if is_of(url, allowed) else "",
        client_ip=client.values.get("ip", ""),
        user_agent=client.values.get("user_agent", ""),
        referrer=client.values.get("referrer", ""),
        actor=call.caller.token_id,
    )


def _count_mended(call: Call, submission: Submission) -> None:
    """Counts what of a website's own words was cut, mended or left out; a stranger's were not asked for."""
    if call.caller is None:
        return
    article, client = call.body["article"] or _NOTHING_PASSED_ON, call.body["client"] or _NOTHING_PASSED_ON
    mended = {*article.mended, *client.mended}
    if article.values.get("url", "") != submission.article_url:
        mended.add("article.url")
    for field in mended:
        call.context.measures.count_mended(field)
