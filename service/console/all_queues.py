"""The queue over all sites of a moderator: as that of one, and each comment is decided on its own site."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from schemas.console_queue import ClaimFormSchema, LeavingFormSchema
from service.console.addresses import HOME
from service.console.frame import is_fragment
from service.console.navigation import first_address
from service.console.operation import console_page
from service.console.queue import CLAIMED_AT_ONCE, NOTHING, Scope, Told, find_undone, one_page, order_of
from service.console.repeats import replay_of_form
from service.domain.caller import Role
from service.domain.queue import QueueDepth
from service.domain.site import Site
from service.use_cases import held_everywhere
from service.use_cases.first_run import count_steps_left
from service.web.answer import Answer
from service.web.call import Call

ALL = "/console/_"
"""Before what is done to the queue over all sites."""


class SiteRow(NamedTuple):
    """A site, where its first page is that the member may open, "" for none, and what waits on it."""

    site: Site
    address: str
    waiting: int
    oldest_ms: int | None


def may_decide(call: Call) -> bool:
    """Whether the caller decides on comments at all."""
    return call.known_caller.is_admin or call.known_caller.may(Role.MODERATOR)


def site_rows(call: Call, depths: Sequence[QueueDepth]) -> list[SiteRow]:
    """Sites with what waits on each, first where the oldest comment waits; one that was removed meanwhile is left
    out."""
    there, caller = call.desk.registry.sites, call.known_caller
    ordered = sorted(depths, key=lambda each: (each.oldest_ms is None, each.oldest_ms or 0))
    sites = ((there[each.site], each) for each in ordered if each.site in there)
    return [SiteRow(site, first_address(caller, site), each.waiting, each.oldest_ms) for site, each in sites]


async def all_queues_page(call: Call, told: Told = NOTHING, *, of: str = "", decided: str | None = None) -> Answer:
    """The queue over all sites as it is now. `of` is the site of the comment that is to stand first, or that was
    decided last; what is of no site of the caller's is passed over."""
    caller = call.known_caller
    site = call.desk.registry.sites.get(of) if caller.may_act_on(of) else None
    everywhere = await held_everywhere.read_held_everywhere(
        call.desk, caller, order_of(call), first=told.show if site else "", of=of
    )
    rows = site_rows(call, everywhere.depths)
    scope = Scope(HOME, ALL, {each.site.site: each.site.title or each.site.site for each in rows})
    comments = [(everywhere.sites[each.comment.comment_id], each) for each in everywhere.held.comments]
    more = {
        "told": told,
        "undo": await find_undone(call, site, decided) if site and decided else None,
        "sites": rows,
        "left_out": everywhere.left_out,
        "steps_left": await count_steps_left(call.desk) if caller.is_admin and not comments else 0,
    }
    return await one_page(call, scope, everywhere.held, comments, more)


@console_page("Take the next comments of all sites", form=ClaimFormSchema)
async def claim_of_all(call: Call) -> Answer:
    await held_everywhere.claim_everywhere(
        call.desk, call.known_caller, order_of(call), limit=CLAIMED_AT_ONCE, replay=replay_of_form(call)
    )
    return await all_queues_page(call) if is_fragment(call) else back_to_all(call)


@console_page("Keep one's comments of all sites for a while longer", form=LeavingFormSchema)
async def renew_of_all(call: Call) -> Answer:
    await held_everywhere.renew_everywhere(call.desk, call.known_caller)
    return await all_queues_page(call) if is_fragment(call) else back_to_all(call)


@console_page("Give all comments of all sites back", form=LeavingFormSchema)
async def give_all_back(call: Call) -> Answer:
    await held_everywhere.give_back_everywhere(call.desk, call.known_caller)
    return back_to_all(call, back="1")


def back_to_all(call: Call, **query: str) -> Answer:
    """To the queue over all sites, as it was looked at."""
    asked = urlencode({name: value for name, value in {"order": call.body["order"], **query}.items() if value})
    return Answer(303, headers={"Location": f"{HOME}{'?' if asked else ''}{asked}"})
