"""The queue of comments that await a decision."""

from enum import StrEnum


class QueueOrder(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"
    RISKIEST = "riskiest"
    UNCERTAIN = "uncertain"
