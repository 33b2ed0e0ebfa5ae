"""Which comments of a site are meant: what a list shows, and what one act on many is done to."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.domain.comment import Comment
from service.domain.routing import Verdict
from service.domain.state import State


class Selection(NamedTuple):
    """Filters that a comment passes, each where it is given.

    `reason` is the code of one of the machine's reasons, or of the standing decision's; `rule` the name of a rule that
    it met; `author` a keyed hash of an email. It was submitted at `since_ms` or later, and before `until_ms`. Its risk
    is above `risk_above` and below `risk_below`, which that of an unscored one is not. `query` is what its name and
    body say, as `lists/query.py` reads it; `like` the comment_id of another that it reads like: these two are not asked
    by the lists themselves. `revisions` names the comments by their ids, each as it was at a revision: one that was
    changed since is not meant.
    """

    state: State | None = None
    verdict: Verdict | None = None
    reason: str | None = None
    rule: str | None = None
    thread: str | None = None
    author: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    risk_above: float | None = None
    risk_below: float | None = None
    query: str = ""
    like: str | None = None
    revisions: Mapping[str, int] | None = None

    def takes(self, comment: Comment) -> bool:
        """Whether a comment as it is now passes the filters, but for `author`, `query` and `like`, of which a `Comment`
        does not tell."""
        return (
            self.state in {None, comment.state}
            and self.verdict in {None, comment.verdict}
            and self.thread in {None, comment.thread}
            and (self.reason is None or self.reason in _codes_of(comment))
            and (self.rule is None or self.rule in _rules_of(comment))
            and self.spans(comment.submitted_ms)
            and self._takes_risk(comment.risk)
            and (self.revisions is None or self.revisions.get(comment.comment_id) == comment.revision)
        )

    def spans(self, at_ms: int) -> bool:
        """Whether a time, in ms since 1970, is among those that are meant."""
        return (self.since_ms is None or at_ms >= self.since_ms) and (self.until_ms is None or at_ms < self.until_ms)

    @property
    def is_of_risk(self) -> bool:
        return self.risk_above is not None or self.risk_below is not None

    @property
    def is_of_rows(self) -> bool:
        """Whether it asks for time or risk."""
        return self.is_of_risk or self.since_ms is not None or self.until_ms is not None

    def _takes_risk(self, risk: float | None) -> bool:
        if not self.is_of_risk:
            return True
        lowest = -1.0 if self.risk_above is None else self.risk_above
        highest = 2.0 if self.risk_below is None else self.risk_below
        return risk is not None and lowest < risk < highest


def _codes_of(comment: Comment) -> set[str | None]:
    return {comment.decision_reason, *(reason.code for reason in comment.reasons)}


def _rules_of(comment: Comment) -> set[object]:
    return {reason.values["rule"] for reason in comment.reasons if "rule" in reason.values}


class Listed(NamedTuple):
    """A comment in the lists of its site: its place in the order of arrival, its id, and when it was submitted, as that
    id tells."""

    ordinal: int
    comment_id: str
    submitted_ms: int


class ListPage(NamedTuple):
    """Comments that passed the filters a moment ago, newest first. The next page is of those whose ordinals are below
    `below`, which is None where there are no more. A page may hold fewer than were wanted though another follows."""

    found: Sequence[Listed]
    below: int | None


class CommentsPage(NamedTuple):
    """A page of a list: comments, newest first, and where the next one begins as in a `ListPage`. `scanned_ms` is when
    the last comment was submitted that a search looked at, None where it has looked at all, or no search was made."""

    comments: Sequence[Comment]
    below: int | None
    scanned_ms: int | None = None
