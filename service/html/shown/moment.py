"""A moment as people tell it."""

from datetime import UTC, datetime
from typing import NamedTuple

from service.domain.times import rfc3339
from service.texts.texts import Texts


class Moment(NamedTuple):
    """`at` is for programs (RFC 3339), `ago` tells how long ago it was, `exactly` the day and the minute in UTC."""

    at: str
    ago: str
    exactly: str


def moment(at_ms: int, now_ms: int, texts: Texts) -> Moment:
    """A moment as it is told now."""
    exactly = texts.moment(datetime.fromtimestamp(at_ms / 1000, UTC))
    return Moment(rfc3339(at_ms), texts.ago((now_ms - at_ms) / 1000), exactly)
