"""How a site did over time."""

from service.desk import Desk
from service.domain.numbers import Numbers, Queue, plot_step_ms
from service.domain.series import Series, Span
from service.domain.site import Site
from service.store import series
from service.store.totals import measure_site


async def read_stats(desk: Desk, site: str, span: Span, step_ms: int | None = None) -> Series:
    """The points of a span up to now, as they are kept or in longer steps."""
    return await series.read_series(desk.link, site, span, desk.now_ms(), step_ms)


async def read_numbers(desk: Desk, site: Site, span: Span) -> Numbers:
    """What a page tells of a site: its queue now, what came and went in the last hour, and a span in as many points as
    can be drawn."""
    now_ms = desk.now_ms()
    measured = await measure_site(desk.link, site.site, now_ms)
    queue = Queue(measured.depth, measured.oldest_ms)
    last_hour = await read_stats(desk, site.site, Span.HOUR)
    points = await read_stats(desk, site.site, span, plot_step_ms(span))
    return Numbers(now_ms, queue, last_hour, points, site.waiting_target_minutes)
