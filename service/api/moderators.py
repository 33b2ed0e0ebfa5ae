"""What moderators call: the queue, claims, decisions, undo, a comment in full."""

from typing import Any

from marshmallow import ValidationError

from schemas.comments import CommentSchema, FullCommentSchema, QueuePageSchema, QueueQuery
from schemas.escalations import EscalationRequestSchema
from schemas.fields import field_errors
from schemas.moderation import (
    ClaimedSchema,
    ClaimRequestSchema,
    DecisionOfManySchema,
    DecisionResultsSchema,
    DecisionSchema,
    DecisionsSchema,
    UndoSchema,
)
from schemas.receipts import KnownCommentSchema
from service.api.cursors import position_of
from service.api.wire import claimed_json, comment_json, full_comment_json, known_comment_json, queue_page_json
from service.domain.caller import Role
from service.domain.comment import Comment
from service.domain.decision import Decision, Ruling
from service.domain.queue import QueueOrder, QueueView
from service.domain.site import Site
from service.errors import (
    ClaimedByAnotherError,
    InvalidFieldsError,
    NothingToUndoError,
    NotQueuedError,
    RequestError,
    StaleRevisionError,
    UnavailableError,
)
from service.use_cases import moderation
from service.use_cases.receipts import read_for_website
from service.web.answer import Answer
from service.web.body import MAX_BULK_BYTES
from service.web.call import Call, Json
from service.web.operation import operation, outcome
from service.web.problems import status_of

_DECISION_OF_MANY = DecisionOfManySchema()


@operation("See the queue", query=QueueQuery, answers={200: QueuePageSchema})
async def list_queue(call: Call) -> Answer:
    query, now_ms = call.query, call.desk.now_ms()
    page = await moderation.list_queue(
        call.desk,
        call.known_site.site,
        QueueView(QueueOrder(query["order"]), query["thread"]),
        limit=query["limit"],
        after=position_of(query["cursor"]),
        now_ms=now_ms,
    )
    return Answer(200, queue_page_json(page, now_ms))


@operation("Claim the next comments", body=ClaimRequestSchema, answers={200: ClaimedSchema})
async def claim(call: Call) -> Answer:
    body = call.body
    claimed = await moderation.claim(
        call.desk,
        call.known_site.site,
        call.known_caller,
        QueueView(QueueOrder(body["order"]), body["thread"]),
        limit=body["limit"],
        lease_ms=1000 * body["lease_seconds"],
        replay=call.replay,
    )
    return Answer(200, claimed_json(claimed))


@operation("Hand all claims back", answers={204: "No comment of the site is leased to this moderator any more."})
async def release_all(call: Call) -> Answer:
    await moderation.release_all(call.desk, call.known_site.site, call.known_caller)
    return Answer(204)


@operation(
    "Hand a claim back",
    answers={204: "The comment is free: it was handed back, or nobody held it."},
    errors={ClaimedByAnotherError: "Another moderator holds the comment."},
)
async def release(call: Call) -> Answer:
    """A moderator hands back what he holds; an administrator may end anybody's claim."""
    await moderation.release(call.desk, call.known_site.site, call.known_caller, call.comment_id)
    return Answer(204)


@operation(
    "Hand a comment to the others",
    body=EscalationRequestSchema,
    answers={200: outcome("The comment, escalated: now, or by the same moderator before.", CommentSchema)},
    errors={
        NotQueuedError: "The comment is not in the queue: nothing was done.",
        ClaimedByAnotherError: "Another moderator holds the comment: nothing was done.",
    },
)
async def escalate(call: Call) -> Answer:
    """Ends the moderator's claim. The comment is not leased to him again, and to the others before all that nobody
    escalated, until somebody decides on it."""
    site, note = call.known_site.site, call.body["note"]
    escalated = await moderation.escalate(
        call.desk, site, call.known_caller, call.comment_id, note=note, replay=call.replay
    )
    return Answer(200, comment_json(escalated))


@operation(
    "Decide on a comment",
    body=DecisionSchema,
    answers={200: outcome("The comment after the decision.", CommentSchema)},
    errors={
        ClaimedByAnotherError: "Another moderator holds the comment: nothing was decided.",
        StaleRevisionError: "The comment changed since the `revision` that was seen: nothing was decided.",
    },
)
async def decide(call: Call) -> Answer:
    ruling = _ruling(call.known_site, call.comment_id, call.body)
    decided = await moderation.decide(call.desk, call.known_site.site, call.known_caller, ruling, replay=call.replay)
    return Answer(200, comment_json(decided))


@operation(
    "Decide on many comments",
    body=DecisionsSchema,
    answers={
        200: outcome(
            "A result for each decision, in its place: also where some, or all, failed.", DecisionResultsSchema
        )
    },
    max_body_bytes=MAX_BULK_BYTES,
)
async def decide_all(call: Call) -> Answer:
    items = call.body["decisions"]
    rulings = [_checked_ruling(call.known_site, item) for item in items]
    done = await moderation.decide_all(call.desk, call.known_site.site, call.known_caller, rulings, replay=call.replay)
    if isinstance(done[0], UnavailableError) and all(isinstance(each, UnavailableError) for each in done):
        raise done[0]
    return Answer(200, {"results": [_result(item, each) for item, each in zip(items, done, strict=True)]})


@operation(
    "Undo the last decision",
    body=UndoSchema,
    answers={200: outcome("The comment as it was before the last decision.", CommentSchema)},
    errors={
        NothingToUndoError: "The comment is as the machine left it: every decision is undone.",
        StaleRevisionError: "The comment changed since the `revision` that was seen: nothing was undone.",
    },
)
async def undo(call: Call) -> Answer:
    undone = await moderation.undo(
        call.desk,
        call.known_site.site,
        call.known_caller,
        call.comment_id,
        revision=call.body["revision"],
        replay=call.replay,
    )
    return Answer(200, comment_json(undone))


@operation(
    "Read a comment",
    answers={
        200: outcome(
            "All about the comment, for moderators; or what its author may know, for a website's token.",
            FullCommentSchema,
            KnownCommentSchema,
        )
    },
)
async def read_comment(call: Call) -> Answer:
    """A moderator reads all of it; a website's token no more than its author may know."""
    site, comment_id = call.known_site.site, call.comment_id
    if not call.known_caller.may(Role.MODERATOR, Role.ADMIN):
        return Answer(200, known_comment_json(await read_for_website(call.desk, site, comment_id)))
    return Answer(200, full_comment_json(await moderation.read_comment(call.desk, site, comment_id)))


def _ruling(site: Site, comment_id: str, body: Json) -> Ruling:
    reason = body["reason"]
    return Ruling(
        comment_id,
        Decision(body["decision"]),
        reason,
        body["note"],
        body["revision"],
        reason_code=site.reason_code(reason),
    )


def _checked_ruling(site: Site, item: Any) -> Ruling | RequestError:
    try:
        checked: Json = _DECISION_OF_MANY.load(item)
    except ValidationError as error:
        return InvalidFieldsError(errors=field_errors(error))
    return _ruling(site, checked["comment_id"], checked)


def _result(item: Any, done: Comment | RequestError) -> Json:
    if isinstance(done, Comment):
        return {"comment_id": done.comment_id, "status": 200, "state": done.state, "revision": done.revision}
    named = item.get("comment_id") if isinstance(item, dict) else None
    result: Json = {
        "comment_id": named if isinstance(named, str) else None,
        "status": status_of(done),
        "code": done.code,
        "detail": str(done.detail) or done.title + ".",
    }
    return result if done.errors is None else result | {"errors": done.errors}
