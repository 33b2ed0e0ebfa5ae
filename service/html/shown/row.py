"""A comment as a line of a list shows it."""

from dataclasses import dataclass

from service.domain.comment import Comment
from service.domain.decision import STATE_OF_DECISION, Decision
from service.domain.routing import Verdict
from service.domain.state import State
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.texts.sentence import marked
from service.texts.texts import Texts

GLIMPSE_CHARS, GLIMPSE_LINES = 600, 12
"""A longer text is cut in a list, whose page has many: it is read, and approved, on its own page."""
_BY_MACHINE = {
    (State.PUBLISHED, Verdict.PUBLISH): marked("published by the machine"),
    (State.REJECTED, Verdict.REJECT): marked("rejected by the machine"),
    (State.HELD, Verdict.HOLD): marked("held by the machine"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. `routed` says that the machine brought the comment where it is, or is ""; `risk` is as the
    language writes it, "" where it is not known; `decisions` are those that can be taken here, `claimed_by` the name of
    who holds it. Where the text is not `is_whole` it goes on on the comment's own page."""

    comment_id: str
    name: Shown
    glimpse: Shown
    thread: Shown
    thread_id: str
    state: State
    revision: int
    came: Moment
    routed: str
    risk: str
    decisions: tuple[Decision, ...]
    claimed_by: Shown | None
    is_whole: bool


def row_of(comment: Comment, now_ms: int, texts: Texts) -> Row:
    """A comment as a list shows it now."""
    return Row(
        comment.comment_id,
        shown(comment.name),
        glimpse_of(comment.body),
        thread=shown(comment.thread),
        thread_id=comment.thread,
        state=comment.state,
        revision=comment.revision,
        came=moment(comment.submitted_ms, now_ms, texts),
        routed=texts.gettext(_BY_MACHINE.get((comment.state, comment.verdict), "")) if _is_routed(comment) else "",
        risk="" if comment.risk is None else texts.share(comment.risk),
        decisions=decisions_here(comment.state, comment.body),
        claimed_by=shown(comment.claim.moderator) if comment.claim else None,
        is_whole=is_whole(comment.body),
    )


def changing(state: State) -> tuple[Decision, ...]:
    """The decisions that change something about a comment in this state."""
    if state is State.ERASED:
        return ()
    return tuple(decision for decision in Decision if STATE_OF_DECISION[decision] is not state)


def decisions_here(state: State, body: str) -> tuple[Decision, ...]:
    """Those that can be taken in a list: nothing is approved there that cannot be read there."""
    return tuple(each for each in changing(state) if is_whole(body) or each is not Decision.APPROVE)


def glimpse_of(body: str) -> Shown:
    """The beginning of a text, all of a short one."""
    if is_whole(body):
        return shown(body)
    return shown("\n".join(body[:GLIMPSE_CHARS].split("\n", GLIMPSE_LINES)[:GLIMPSE_LINES]) + "…")


def is_whole(body: str) -> bool:
    """Whether a list shows all of a text."""
    return len(body) <= GLIMPSE_CHARS and body.count("\n") < GLIMPSE_LINES


def _is_routed(comment: Comment) -> bool:
    return (comment.state, comment.verdict) in _BY_MACHINE
