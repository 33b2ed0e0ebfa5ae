"""One decision on many comments, made in the background."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.comment import Comment
from service.domain.decision import Decision
from service.domain.state import State

BULK = "b"
"""What the id of a bulk begins with, before that of its time."""


class BulkOrder(NamedTuple):
    """What is to be done with all that a preview named; `reason` and `reason_code` as of a ruling on one comment."""

    bulk_id: str
    decision: Decision
    reason: str | None = None
    note: str | None = None
    reason_code: str = ""


class ApprovedAuthor(NamedTuple):
    """An author of whom a person approved comments, and one of his among those that were selected. One whom an older
    version wrote may have no author_id yet."""

    author_id: str | None
    comment_id: str
    name: str
    approved: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a selection holds: so many comments, a few of them, and what speaks against deciding on all of them alike.

    `typical` and `strange` are among the selected: the one that is most like the others, and those least like them and
    each other. `warned` are at most ten of the `warned_count` authors with approved comments. It is whole unless there
    may be more than one bulk takes.
    """

    bulk_id: str
    count: int
    typical: Comment | None
    strange: Sequence[Comment]
    warned_count: int
    warned: Sequence[ApprovedAuthor]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Undoing:
    """A bulk that is taken back: `done` of `total` comments were looked at, `skipped` of them left as they are, as
    somebody acted on them since."""

    is_running: bool
    actor: str
    token_id: str
    moderator: str
    started_ms: int
    finished_ms: int | None
    total: int
    done: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk as far as it is: `done` of `total` comments were looked at, and `skipped` of them were left alone, of
    which another moderator had claimed `claimed`."""

    bulk_id: str
    is_running: bool
    decision: Decision
    reason: str | None
    reason_code: str
    note: str | None
    actor: str
    token_id: str
    moderator: str
    started_ms: int
    finished_ms: int | None
    total: int
    done: int
    skipped: int
    claimed: int
    undo: Undoing | None

    @property
    def is_at_work(self) -> bool:
        """Whether something of it, or of its undo, is left to do."""
        return self.is_running or (self.undo is not None and self.undo.is_running)

    @property
    def changed(self) -> int:
        """How many comments it decided on."""
        return self.done - self.skipped

    @property
    def is_stopped(self) -> bool:
        """Whether it ended before all was done: it was taken back, or its store was restored from a backup."""
        return not self.is_running and self.done < self.total


@dataclass(frozen=True, slots=True)
class BulkWork:
    """What carries a bulk on needs to know of it: the comments, the state that the selection asked for, and when."""

    bulk: Bulk
    ids: Sequence[str]
    asked: State | None
    previewed_ms: int
