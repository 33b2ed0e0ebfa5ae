"""What became of a comment on which a site's rules were tried, in the words and reasons of the queue."""

from typing import NamedTuple

from service.domain.comment import Comment
from service.domain.routing import Verdict
from service.domain.state import State
from service.domain.submission import Submission
from service.html.shown.comment import ShownComment, shown_comment
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.use_cases.rules import Trial

_STATES = {Verdict.PUBLISH: State.PUBLISHED, Verdict.HOLD: State.HELD, Verdict.REJECT: State.REJECTED}
_SAID = {
    Verdict.PUBLISH: marked("It would be published."),
    Verdict.HOLD: marked("It would wait for a moderator."),
    Verdict.REJECT: marked("It would be rejected."),
}
_KINDS = {Verdict.PUBLISH: "right", Verdict.HOLD: "warn", Verdict.REJECT: "wrong"}


class Tried(NamedTuple):
    """What would be done, as a sentence and a kind of note, and the comment with its marks and reasons."""

    said: str
    kind: str
    comment: ShownComment


def tried(trial: Trial, submission: Submission, thread: str, now_ms: int, texts: Texts) -> Tried:
    """Shows what `try_policy` found as the queue would, had the comment been sent."""
    routing, assessed = trial.routing, trial.assessed
    comment = Comment(
        comment_id="",
        thread=thread,
        parent_id=None,
        name=submission.name,
        website=None,
        body=submission.body,
        state=_STATES[routing.verdict],
        scores=assessed.rounded_scores,
        risk=assessed.risk,
        verdict=routing.verdict,
        reasons=routing.reasons,
        spans=assessed.spans,
        submitted_ms=now_ms,
        published_ms=None,
        revision=1,
        claim=None,
    )
    return Tried(texts.gettext(_SAID[routing.verdict]), _KINDS[routing.verdict], shown_comment(comment, texts))
