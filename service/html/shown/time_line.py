"""What happened to a comment, in the order of time: the machine's verdict, then every act with who did it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain.comment import Comment, FullComment
from service.domain.decision import UNDO, Act
from service.domain.routing import Verdict
from service.domain.state import State
from service.html.shown.comment import shown_body
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.texts.sentence import marked
from service.texts.texts import Texts

_BY_MACHINE = {
    Verdict.PUBLISH: (marked("Published by the machine"), State.PUBLISHED),
    Verdict.HOLD: (marked("Held by the machine"), State.HELD),
    Verdict.REJECT: (marked("Rejected by the machine"), State.REJECTED),
}
_BY_PERSON = {
    "approve": marked("Approved"),
    "reject": marked("Rejected"),
    "spam": marked("Marked as spam"),
    UNDO: marked("Last decision taken back"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One act: what was done and `by` whom, None for the machine; `state` and `revision` are the comment's after it.
    `reason` is the title of one of the site's, or a moderator's own words; `is_of_many` says that it was one of many
    done at once."""

    at: Moment
    what: str
    by: Shown | None
    state: State
    revision: int
    before: State | None = None
    reason: Shown | None = None
    note: Shown | None = None
    is_of_many: bool = False


def time_line(full: FullComment, titles: Mapping[str, str], now_ms: int, texts: Texts) -> tuple[Happened, ...]:
    """All that is kept of what happened, oldest first. `titles` are those of the site's reasons, by their codes."""
    return (_routed(full.comment, now_ms, texts), *(_acted(act, titles, now_ms, texts=texts) for act in full.history))


def has_decision(history: Sequence[Act]) -> bool:
    """Whether a decision stands that can be taken back."""
    standing = 0
    for act in history:
        standing = max(0, standing - 1) if act.act == UNDO else standing + 1
    return standing > 0


def _routed(comment: Comment, now_ms: int, texts: Texts) -> Happened:
    words, state = _BY_MACHINE[comment.verdict]
    return Happened(moment(comment.submitted_ms, now_ms, texts), texts.gettext(words), None, state, revision=1)


def _acted(act: Act, titles: Mapping[str, str], now_ms: int, *, texts: Texts) -> Happened:
    return Happened(
        moment(act.at_ms, now_ms, texts),
        texts.gettext(_BY_PERSON.get(act.act, act.act)),
        shown(act.moderator),
        act.after,
        act.revision,
        before=act.before,
        reason=shown(titles.get(act.reason, act.reason)) if act.reason else None,
        note=shown_body(act.note) if act.note else None,
        is_of_many=act.bulk_id is not None,
    )
