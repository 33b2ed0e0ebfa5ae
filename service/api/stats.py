"""What operators and moderators see of how a site does."""

from schemas.stats import StatsQuery, StatsSchema
from service.api.wire_stats import stats_json
from service.domain.series import Span
from service.use_cases import stats
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation


@operation("See how the site does", query=StatsQuery, answers={200: StatsSchema})
async def read_stats(call: Call) -> Answer:
    """Arrivals, decisions, how long they took, and the queue, over a day by minutes or 90 days by hours. Nothing is
    kept of single comments here."""
    found = await stats.read_stats(call.desk, call.known_site.site, Span(call.query["span"]))
    return Answer(200, stats_json(found, call.desk.registry.name_of))
