"""The console's first page: the queue over all sites of who is signed in, or these sites where he decides nothing."""

from schemas.console_queue import AllQueuesQuery
from service.console.addresses import FIRST_RUN
from service.console.all_queues import all_queues_page, may_decide, site_rows
from service.console.frame import page
from service.console.operation import console_page
from service.console.queue import queue_page, told_first
from service.use_cases.first_run import is_empty
from service.use_cases.site_queues import queue_depths
from service.web.answer import Answer
from service.web.call import Call


@console_page("Show the queue over all of one's sites", query=AllQueuesQuery)
async def read_home(call: Call) -> Answer:
    """Whoever may set up an installation in which nobody has begun is led to its first steps. A moderator of one site
    alone has the queue of that."""
    if call.known_caller.is_admin and await is_empty(call.desk):
        return Answer(303, headers={"Location": FIRST_RUN})
    if not may_decide(call):
        depths, left_out = await queue_depths(call.desk, call.known_caller)
        return page(call, "console/home.html", sites=site_rows(call, depths), left_out=left_out)
    return await _queue(call)


@console_page("Look at the queue over all of one's sites again", query=AllQueuesQuery, is_use=False)
async def glance_at_all_queues(call: Call) -> Answer:
    """The same for a page that looks by itself at what changed: no use of the session."""
    return await _queue(call)


async def _queue(call: Call) -> Answer:
    decided = call.query["decided"]
    if call.site is not None:
        return await queue_page(call, told_first(call), decided=decided)
    return await all_queues_page(call, told_first(call), of=call.query["of"], decided=decided)
