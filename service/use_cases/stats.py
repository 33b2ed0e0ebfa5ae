"""How a site did over time."""

from service.desk import Desk
from service.domain.series import Series, Span
from service.store import series


async def read_stats(desk: Desk, site: str, span: Span) -> Series:
    """The points of a span up to now."""
    return await series.read_series(desk.link, site, span, desk.now_ms())
