"""A decision on those comments of the queue's list whose boxes were ticked: taken at once, and taken back as one."""

from schemas.console_bulk import PickedForm
from service.console.bulk_progress import WAITED_SECONDS
from service.console.frame import is_fragment, texts_at
from service.console.operation import console_page
from service.console.queue import Told, looked_address, queue_page
from service.console.repeats import replay_of_form
from service.domain.bulk import Bulk, BulkOrder
from service.domain.decision import Decision
from service.errors import InvalidFieldsError, NotQueuedError
from service.texts.sentence import marked
from service.use_cases import bulk_picked
from service.web.answer import Answer
from service.web.call import Call
from service.web.problems import status_of

_NOTHING_TICKED = marked("Nothing is selected: tick the boxes of some comments first.")
_GONE = marked("None of them waits as you saw it: they were decided, or corrected, meanwhile. Nothing was done.")
_UNFOLDED = marked("The whole texts stand here now. Approve them when you have read them.")


@console_page("Decide on comments that were ticked", form=PickedForm)
async def decide_picked(call: Call) -> Answer:
    """Approve publishes nothing that was folded away: it unfolds the texts, and is pressed again."""
    picked, texts = call.body["pick"], texts_at(call)
    if not picked:
        told = Told("warn", texts.gettext(_NOTHING_TICKED), status=status_of(InvalidFieldsError()))
        return await queue_page(call, told)
    if call.body["decision"] == Decision.APPROVE and not picked.keys().isdisjoint(call.body["folded"]):
        return await queue_page(call, Told("warn", texts.gettext(_UNFOLDED), picked=picked))
    found = await _decide(call)
    if found is None:
        return await queue_page(call, Told("wrong", texts.gettext(_GONE), status=status_of(NotQueuedError())))
    return await _done(call, found)


async def _decide(call: Call) -> Bulk | None:
    site, decision = call.known_site, Decision(call.body["decision"])
    reason = call.body["reason"] or None if decision is not Decision.APPROVE else None
    order = BulkOrder(
        bulk_picked.bulk_of(replay_of_form(call), call.desk.now_ms()),
        decision,
        reason,
        reason_code=site.reason_code(reason),
    )
    return await bulk_picked.decide_picked(
        call.desk, site.site, call.known_caller, order, call.body["pick"], seconds=WAITED_SECONDS
    )


async def _done(call: Call, found: Bulk) -> Answer:
    """The queue as it was looked at, with what was done and the way back."""
    if is_fragment(call):
        return await queue_page(call, bulk_id=found.bulk_id)
    return Answer(303, headers={"Location": looked_address(call, bulk=found.bulk_id)})
