"""What anyone calls who has the receipt of a comment."""

from schemas.receipts import KnownStateSchema, ReceiptQuestionSchema
from service.api.wire import known_state_json
from service.errors import ReceiptNotFoundError
from service.use_cases.receipts import read_by_receipt
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation

MAX_QUESTION_BYTES = 4096
"""Of a body that holds a receipt and nothing else."""


@operation(
    "Ask what became of a comment",
    body=ReceiptQuestionSchema,
    answers={200: KnownStateSchema},
    errors={ReceiptNotFoundError: "The text is no receipt of this site, or of a comment that was erased."},
    is_rationed=True,
    max_body_bytes=MAX_QUESTION_BYTES,
)
async def read_receipt(call: Call) -> Answer:
    """Nothing is changed or kept: it is asked by POST so that no receipt is in an address. An Idempotency-Key is passed
    over, and the answer is the state of this moment."""
    return Answer(200, known_state_json(await read_by_receipt(call.desk, call.known_site.site, call.body["receipt"])))
