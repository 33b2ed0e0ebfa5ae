"""The states of a comment."""

from enum import StrEnum


class State(StrEnum):
    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    ERASED = "erased"
