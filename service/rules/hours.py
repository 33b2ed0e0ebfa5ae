"""Hours of the day in a place."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.domain.rule import Hours


def is_known(time_zone: str) -> bool:
    """Whether the database of this machine has the zone."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True


def is_outside(hours: Hours, now_ms: int) -> bool:
    """Whether the clock of the place shows a time outside of the hours; those that end before they begin cross
    midnight."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(hours.time_zone)).time()
    if hours.begin <= hours.end:
        return not hours.begin <= now < hours.end
    return hours.end <= now < hours.begin
