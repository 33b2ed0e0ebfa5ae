"""What moderators of several sites call."""

from schemas.queues import SitesQueuePageSchema, SitesQueueQuery
from service.api.cursors import position_of
from service.api.wire import sites_queue_page_json
from service.domain.queue import QueueOrder
from service.use_cases import site_queues
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation


@operation("See the queue over all sites", query=SitesQueueQuery, answers={200: SitesQueuePageSchema})
async def list_queues(call: Call) -> Answer:
    """Of all sites that the token is for, in one order. Each comment names its site, where it is claimed and decided.
    Where a part of the store is away there is no answer (503): the queues of the other sites are read one by one."""
    query, now_ms = call.query, call.desk.now_ms()
    page = await site_queues.list_queues(
        call.desk,
        call.known_caller,
        QueueOrder(query["order"]),
        limit=query["limit"],
        after=position_of(query["cursor"]),
        now_ms=now_ms,
    )
    return Answer(200, sites_queue_page_json(page, now_ms))
