"""What a moderator has in hand on a site, and what others have."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.domain.comment import FullComment
from service.domain.queue import QueueDepth, QueueOrder


class Claims(NamedTuple):
    """The claims on a site that last: the comments of one moderator, until when he holds the first of them, ms since
    1970, None where he holds none; and how many each of the others holds, by name."""

    ids: Sequence[str]
    expires_ms: int | None
    others: Mapping[str, int]


class Held(NamedTuple):
    """The comments that a moderator holds, in his order, and how many these are in all; with what stands around the
    queue: how many wait, and when the oldest came, ms since 1970."""

    comments: Sequence[FullComment]
    total: int
    expires_ms: int | None
    others: Mapping[str, int]
    waiting: int
    oldest_ms: int | None


class HeldEverywhere(NamedTuple):
    """What a moderator holds on all of his sites, as if these were one, and the site of each comment by its id; how
    much waits on each of them, and how many sites were not looked at."""

    held: Held
    sites: Mapping[str, str]
    depths: Sequence[QueueDepth]
    left_out: int


def in_order(comments: Sequence[FullComment], order: QueueOrder) -> list[FullComment]:
    """Comments as the queue has them in an order; one that could not be scored is as risky, and as uncertain, as can
    be."""

    def place(full: FullComment) -> tuple[float, int]:
        comment = full.comment
        risk = 1.0 if comment.risk is None else comment.risk
        if order is QueueOrder.RISKIEST:
            return -risk, comment.submitted_ms
        if order is QueueOrder.UNCERTAIN:
            return 0.0 if comment.risk is None else abs(risk - 0.5), comment.submitted_ms
        return 0.0, comment.submitted_ms if order is QueueOrder.OLDEST else -comment.submitted_ms

    return sorted(comments, key=place)
