"""What a moderator does at the queue: takes comments, decides, hands on, takes back, notes. Each is a form."""

from functools import partial
from urllib.parse import urlencode

from markupsafe import Markup, escape

from schemas.console_queue import ClaimFormSchema, DecisionFormSchema, LeavingFormSchema, NoteFormSchema, UndoFormSchema
from service.console.all_queues import all_queues_page, back_to_all
from service.console.frame import is_fragment, texts_at
from service.console.operation import console_page
from service.console.queue import CLAIMED_AT_ONCE, NOTHING, Told, kind_at, queue_page, view_at
from service.console.repeats import replay_of_form
from service.domain.comment import Comment, FullComment
from service.domain.decision import UNDO, Decision, Ruling
from service.domain.state import State
from service.errors import (
    ClaimedByAnotherError,
    CommentNotFoundError,
    NothingToUndoError,
    NotQueuedError,
    RequestError,
    StaleRevisionError,
)
from service.html.shown.kind import kind_of
from service.html.shown.moment import moment
from service.texts.sentence import marked
from service.use_cases import held, moderation, notes, picked_claims
from service.web.answer import Answer
from service.web.call import Call
from service.web.problems import status_of

_LEAVE = "leave"
_REFUSALS = (
    ClaimedByAnotherError,
    CommentNotFoundError,
    NothingToUndoError,
    NotQueuedError,
    StaleRevisionError,
)
_TOLD = {
    CommentNotFoundError: marked("No such comment, or it was erased."),
    NotQueuedError: marked("This comment waits no longer: it was decided meanwhile."),
    ClaimedByAnotherError: marked("A colleague has this comment in hand. Nothing was saved."),
    NothingToUndoError: marked("There is nothing to take back: the comment is as it was."),
}
_DECIDED = {
    State.PUBLISHED: marked("%(who)s approved this %(when)s. What you chose was not saved."),
    State.REJECTED: marked("%(who)s rejected this %(when)s. What you chose was not saved."),
    State.SPAM: marked("%(who)s marked this as spam %(when)s. What you chose was not saved."),
}
_TAKEN_BACK = marked("%(who)s decided on this, and took it back %(when)s: please decide anew.")
_CHANGED = marked("Corrected by its author meanwhile: please decide anew.")
_UNFOLDED = marked("The whole text stands here now. Approve it when you have read it.")


@console_page("Take the next comments", form=ClaimFormSchema)
async def claim(call: Call) -> Answer:
    kind, site, caller, view = kind_at(call), call.known_site.site, call.known_caller, view_at(call)
    if kind:
        wanted = partial(_is_of, kind)
        await picked_claims.claim_picked(call.desk, site, caller, view, wanted, limit=CLAIMED_AT_ONCE)
        return await queue_page(call) if is_fragment(call) else _back(call)
    await moderation.claim(
        call.desk,
        site,
        caller,
        view,
        limit=CLAIMED_AT_ONCE,
        lease_ms=held.LEASE_MS,
        replay=replay_of_form(call),
    )
    return await queue_page(call) if is_fragment(call) else _back(call)


def _is_of(kind: str, comment: Comment) -> bool:
    return str(kind_of(comment)) == kind


@console_page("Keep one's comments for a while longer", form=LeavingFormSchema)
async def renew(call: Call) -> Answer:
    await held.renew_claims(call.desk, call.known_site.site, call.known_caller)
    return await queue_page(call) if is_fragment(call) else _back(call)


@console_page("Give all comments back", form=LeavingFormSchema)
async def give_back(call: Call) -> Answer:
    await moderation.release_all(call.desk, call.known_site.site, call.known_caller)
    return _back(call, back="1")


@console_page("Decide on a comment", form=DecisionFormSchema)
async def decide(call: Call) -> Answer:
    """Approve publishes nothing that was folded away: it unfolds the text, and is pressed again."""
    body, comment_id = call.body, call.body["comment_id"]
    if body["folded"] and body["decision"] == Decision.APPROVE:
        told = Told("warn", texts_at(call).gettext(_UNFOLDED), show=comment_id, is_open=True)
        return await _page(call, told)
    try:
        await (_leave(call) if body["decision"] == _LEAVE else _decide(call))
    except _REFUSALS as error:
        return await _refused(call, comment_id, error)
    return await _done(call, comment_id)


async def _decide(call: Call) -> None:
    site, caller = call.known_site.site, call.known_caller
    await moderation.decide(call.desk, site, caller, _ruling(call), replay=replay_of_form(call))


async def _leave(call: Call) -> None:
    site, caller, comment_id = call.known_site.site, call.known_caller, call.body["comment_id"]
    await moderation.escalate(call.desk, site, caller, comment_id, note=None, replay=replay_of_form(call))


@console_page("Take a decision back", form=UndoFormSchema)
async def undo(call: Call) -> Answer:
    """The comment stands before the moderator again."""
    comment_id, site = call.body["comment_id"], call.known_site.site
    try:
        await held.undo_and_hold(
            call.desk, site, call.known_caller, comment_id, revision=call.body["revision"], replay=replay_of_form(call)
        )
    except _REFUSALS as error:
        return await _refused(call, comment_id, error)
    return await _page(call, Told(show=comment_id)) if is_fragment(call) else _back(call, show=comment_id)


@console_page("Write a note on a comment", form=NoteFormSchema)
async def write_note(call: Call) -> Answer:
    comment_id, site = call.body["comment_id"], call.known_site.site
    try:
        await notes.note_comment(
            call.desk, site, call.known_caller, comment_id, call.body["note"], replay=replay_of_form(call)
        )
    except CommentNotFoundError as error:
        return await _refused(call, comment_id, error)
    return await _page(call, Told(show=comment_id)) if is_fragment(call) else _back(call, show=comment_id)


def _ruling(call: Call) -> Ruling:
    body, site = call.body, call.known_site
    reason = body["reason"] or None
    return Ruling(
        body["comment_id"],
        Decision(body["decision"]),
        reason,
        None,
        body["revision"],
        reason_code=site.reason_code(reason),
    )


async def _page(call: Call, told: Told = NOTHING, *, decided: str | None = None) -> Answer:
    """The queue that the form was sent from: of the comment's site, or over all."""
    if call.body["over"]:
        return await all_queues_page(call, told, of=call.known_site.site, decided=decided)
    return await queue_page(call, told, decided=decided)


def _back(call: Call, **query: str) -> Answer:
    """To the queue, as it was looked at."""
    if call.body["over"]:
        return back_to_all(call, of=call.known_site.site, **query)
    kept = {name: call.body[name] for name in ("view", "order", "thread")} | {"reason": call.body["kind"]} | query
    asked = urlencode({name: value for name, value in kept.items() if value})
    return Answer(303, headers={"Location": f"/console/{call.known_site.site}{'?' if asked else ''}{asked}"})


async def _done(call: Call, comment_id: str) -> Answer:
    if not is_fragment(call):
        return _back(call, decided=comment_id)
    return await _page(call, decided=comment_id)


async def _refused(call: Call, comment_id: str, error: RequestError) -> Answer:
    """The queue with what became of the comment; nothing was done. One that waits still stands there as it is now."""
    try:
        full = await moderation.read_comment(call.desk, call.known_site.site, comment_id)
    except CommentNotFoundError:
        words = texts_at(call).gettext(_TOLD[CommentNotFoundError])
        return await _page(call, Told("wrong", words, status=status_of(error)))
    is_changed = isinstance(error, StaleRevisionError) and full.comment.state is State.HELD
    words = _words(call, full, error)
    return await _page(call, Told("wrong", words, show=comment_id if is_changed else "", status=status_of(error)))


def _words(call: Call, full: FullComment, error: RequestError) -> str | Markup:
    texts = texts_at(call)
    if isinstance(error, StaleRevisionError | NotQueuedError) and full.comment.state in _DECIDED and full.history:
        return _by_another(call, full, _DECIDED[full.comment.state])
    if isinstance(error, StaleRevisionError) and full.history and full.history[-1].act == UNDO:
        return _by_another(call, full, _TAKEN_BACK)
    if isinstance(error, ClaimedByAnotherError) and full.comment.claim:
        who = Markup("<bdi>{}</bdi>").format(full.comment.claim.moderator)
        said = escape(texts.gettext("%(who)s has this comment in hand. Nothing was saved."))
        return Markup(said) % {"who": who}  # noqa: S704 the message is ours, the name is escaped
    return texts.gettext(_TOLD.get(type(error), _CHANGED))


def _by_another(call: Call, full: FullComment, words: str) -> Markup:
    """What was done last, by whom and when."""
    texts, act = texts_at(call), full.history[-1]
    when = moment(act.at_ms, call.desk.now_ms(), texts).ago
    who = Markup("<bdi>{}</bdi>").format(act.moderator)
    message = Markup(texts.gettext(words))  # noqa: S704 the message is ours
    return message % {"who": who, "when": when}
