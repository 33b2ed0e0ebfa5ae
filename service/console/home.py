"""The console's first page: the sites of who is signed in."""

from typing import NamedTuple

from service.console.addresses import FIRST_RUN
from service.console.frame import page
from service.console.navigation import first_address
from service.console.operation import console_page
from service.domain.site import Site
from service.use_cases.first_run import count_steps_left, is_empty
from service.use_cases.site_queues import queue_depths
from service.web.answer import Answer
from service.web.call import Call


class SiteRow(NamedTuple):
    """A site, where its first page is that the member may open, "" for none, and what waits on it."""

    site: Site
    address: str
    waiting: int
    oldest_ms: int | None


@console_page("Show one's sites")
async def read_home(call: Call) -> Answer:
    """Whoever may set up an installation in which nobody has begun is led to its first steps, and told of those that
    are left."""
    is_admin = call.known_caller.is_admin
    if is_admin and await is_empty(call.desk):
        return Answer(303, headers={"Location": FIRST_RUN})
    depths, left_out = await queue_depths(call.desk, call.known_caller)
    sites = ((call.desk.registry.site(each.site), each) for each in depths)
    rows = [SiteRow(site, first_address(call.known_caller, site), each.waiting, each.oldest_ms) for site, each in sites]
    steps_left = await count_steps_left(call.desk) if is_admin else 0
    return page(call, "console/home.html", sites=rows, left_out=left_out, steps_left=steps_left)
