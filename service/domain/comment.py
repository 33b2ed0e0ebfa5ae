"""Comments, and the states that they are in."""

from enum import StrEnum


class State(StrEnum):
    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    ERASED = "erased"
