"""What a moderator did last from a list, and the way back."""

from dataclasses import dataclass

from service.console.frame import texts_at
from service.domain.decision import UNDO
from service.errors import CommentNotFoundError
from service.html.shown.composition import Shown, shown
from service.texts.sentence import marked
from service.use_cases import moderation
from service.web.call import Call, is_comment_id

_DONE = {"approve": marked("Approved:"), "reject": marked("Rejected:"), "spam": marked("Marked as spam:")}


@dataclass(frozen=True, slots=True)
class LastAct:
    """A decision that can be taken back: on which comment, at which revision, and what was done with whose."""

    comment_id: str
    revision: int
    words: str
    name: Shown


async def find_last_act(call: Call, comment_id: str) -> LastAct | None:
    """The last act on a comment, where it is a decision of the caller's own; None of another's, or of no comment."""
    if not is_comment_id(comment_id):
        return None
    try:
        full = await moderation.read_comment(call.desk, call.known_site.site, comment_id)
    except CommentNotFoundError:
        return None
    act = full.history[-1] if full.history else None
    if act is None or act.act == UNDO or act.member_id != call.known_caller.actor:
        return None
    words = texts_at(call).gettext(_DONE[act.act])
    return LastAct(comment_id, full.comment.revision, words, shown(full.comment.name))
