"""What moderators and operators call of a site's own reasons for decisions."""

from schemas.reasons import DecisionReasonsSchema, NewDecisionReasonsSchema
from service.api.wire_reasons import reason_of, reasons_json
from service.errors import StoreFullError
from service.use_cases import reasons
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation, outcome


@operation("Read the reasons for decisions", answers={200: DecisionReasonsSchema})
async def read_reasons(call: Call) -> Answer:
    return Answer(200, reasons_json(reasons.reasons_of(call.known_site)))


@operation(
    "Replace the reasons for decisions",
    body=NewDecisionReasonsSchema,
    answers={200: outcome("The reasons after the change.", DecisionReasonsSchema)},
    errors={StoreFullError: "Redis has no memory left, so that nothing was changed."},
)
async def set_reasons(call: Call) -> Answer:
    """Decisions that were made keep the code that they carry, also one that is in the list no longer."""
    given = call.body["reasons"]
    wanted = None if given is None else [reason_of(each) for each in given]
    changed = await reasons.set_reasons(call.desk, call.known_site, wanted, actor=call.known_caller.actor)
    return Answer(200, reasons_json(changed))
