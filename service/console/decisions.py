"""Decisions on one comment from any page but the queue, and taking them back."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from schemas.console_forms import DecisionForm, UndoForm
from schemas.fields import MAX_REVISION
from schemas.loader import Loader
from schemas.moderation import DecisionSchema, UndoSchema
from service.console.addresses import own_next
from service.console.comment import draw_comment
from service.console.operation import console_page
from service.console.places import comment_address
from service.console.repeats import replay_of_form
from service.domain.decision import Decision, Ruling
from service.errors import (
    ClaimedByAnotherError,
    IdempotencyKeyReusedError,
    InvalidFieldsError,
    NothingToUndoError,
    StaleRevisionError,
)
from service.use_cases import moderation
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked

TOLD_BESIDE = (
    ClaimedByAnotherError,
    IdempotencyKeyReusedError,
    InvalidFieldsError,
    NothingToUndoError,
    StaleRevisionError,
)
"""Refusals that are told on the comment's own page, as it is now."""
_MOST_DIGITS = len(str(MAX_REVISION))
_DECISION, _UNDO = Loader(DecisionSchema()), Loader(UndoSchema())


@console_page("Decide on a comment", form=DecisionForm)
async def decide(call: Call) -> Answer:
    """Whoever saw another revision is shown the comment as it is, and nothing is decided."""
    try:
        ruling = _ruling(call)
        await moderation.decide(call.desk, call.known_site.site, call.known_caller, ruling, replay=replay_of_form(call))
    except TOLD_BESIDE as error:
        return await draw_comment(call, refused=error)
    return _back(call, did=call.comment_id)


@console_page("Undo the last decision", form=UndoForm)
async def undo(call: Call) -> Answer:
    try:
        body = checked(_UNDO, _filled(call.body, "revision"))
        await moderation.undo(
            call.desk,
            call.known_site.site,
            call.known_caller,
            call.comment_id,
            revision=body["revision"],
            replay=replay_of_form(call),
        )
    except TOLD_BESIDE as error:
        return await draw_comment(call, refused=error)
    return _back(call)


def _ruling(call: Call) -> Ruling:
    """The decision of the form, checked as the API checks it. InvalidFieldsError."""
    body = checked(_DECISION, _filled(call.body, "decision", "reason", "revision"))
    reason = body["reason"]
    return Ruling(
        call.comment_id,
        Decision(body["decision"]),
        reason,
        None,
        body["revision"],
        reason_code=call.known_site.reason_code(reason),
    )


def _filled(body: Json, *names: str) -> Json:
    """What was filled in, with the revision as a number where it is one."""
    filled = {name: body[name] for name in names if body[name]}
    revision = filled.get("revision", "")
    is_number = revision.isascii() and revision.isdigit() and len(revision) <= _MOST_DIGITS
    return filled | {"revision": int(revision)} if is_number else filled


def _back(call: Call, did: str = "") -> Answer:
    """To the page that had the form, which is told what was done; without one to the comment's own."""
    place = urlsplit(own_next(call.body["back"]) or comment_address(call.known_site.site, call.comment_id))
    given = [(name, value) for name, value in parse_qsl(place.query) if name != "did"]
    query = urlencode([*given, ("did", did)] if did else given)
    return Answer(303, headers={"Location": f"{place.path}?{query}" if query else place.path})
