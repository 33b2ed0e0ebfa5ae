"""The states of a comment."""

from enum import StrEnum


class State(StrEnum):
    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    ERASED = "erased"

    @property
    def known_to_author(self) -> "State":
        """What whoever wrote the comment may know: `held` for all that is not published, so that nobody who sends spam
        learns what was found out."""
        return State.PUBLISHED if self is State.PUBLISHED else State.HELD
