"""What moderators call to decide on many comments at once."""

from schemas.bulk import (
    BulkListSchema,
    BulkPreviewRequestSchema,
    BulkPreviewSchema,
    BulkRecordSchema,
    BulkRequestSchema,
    BulkStartedSchema,
)
from service.api.lists import selection_of
from service.api.wire_bulk import bulk_json, preview_json
from service.domain.bulk import BulkOrder
from service.domain.decision import Decision
from service.errors import InvalidFieldsError
from service.use_cases import bulk
from service.use_cases.bulk_preview import preview
from service.use_cases.lists import with_author
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation, outcome


@operation(
    "See what a bulk would decide on",
    body=BulkPreviewRequestSchema,
    answers={200: outcome("How many comments are selected, and what they are like.", BulkPreviewSchema)},
)
async def preview_bulk(call: Call) -> Answer:
    """Nothing is decided yet. What came, or was decided, after this look is in no bulk on its token."""
    select, desk, site = call.body["select"], call.desk, call.known_site.site
    of_bulk = {name: select[name] for name in ("risk_above", "risk_below", "like")}
    selection = selection_of(select)._replace(**of_bulk)
    try:
        of_author = await with_author(desk, site, selection, select["author_id"])
        found = await preview(desk, site, of_author, frozenset(call.body["left_out"]), replay=call.replay)
    except InvalidFieldsError as error:
        raise InvalidFieldsError(
            errors={f"select.{name}": of_it for name, of_it in (error.errors or {}).items()}
        ) from error
    return Answer(200, preview_json(found))


@operation(
    "Decide on all of a preview",
    body=BulkRequestSchema,
    answers={202: outcome("It is carried out in the background.", BulkStartedSchema)},
    errors={
        InvalidFieldsError: "Fields are missing, unknown or not valid; or the preview is older than half an hour, or "
        "was decided on otherwise. `errors` names each."
    },
)
async def start_bulk(call: Call) -> Answer:
    """A comment on which somebody acted since the preview, or that another moderator has claimed, is skipped. The same
    call again gives the same bulk."""
    body, site = call.body, call.known_site
    order = BulkOrder(
        body["preview_token"],
        Decision(body["decision"]),
        body["reason"],
        body["note"],
        site.reason_code(body["reason"]),
    )
    started = await bulk.start(call.desk, site.site, call.known_caller, order, replay=call.replay)
    location = f"/v1/sites/{site.site}/bulk/{started.bulk_id}"
    return Answer(202, {"bulk_id": started.bulk_id}, {"Location": location})


@operation("List the bulks", answers={200: BulkListSchema})
async def list_bulks(call: Call) -> Answer:
    found = await bulk.list_bulks(call.desk, call.known_site.site)
    return Answer(200, {"bulks": [bulk_json(each) for each in found]})


@operation("See how far a bulk is", answers={200: BulkRecordSchema})
async def read_bulk(call: Call) -> Answer:
    return Answer(200, bulk_json(await bulk.read_bulk(call.desk, call.known_site.site, call.bulk_id)))


@operation("Stop a bulk", answers={200: outcome("The bulk: it goes no further.", BulkRecordSchema)})
async def stop_bulk(call: Call) -> Answer:
    """What it decided stays until somebody takes it back. One that has ended, or is taken back, is as it was. The same
    call again changes nothing."""
    stopped = await bulk.stop_bulk(call.desk, call.known_site.site, call.known_caller, call.bulk_id)
    return Answer(200, bulk_json(stopped))


@operation(
    "Undo a bulk",
    answers={202: outcome("The bulk: all that it decided is taken back in the background.", BulkRecordSchema)},
)
async def undo_bulk(call: Call) -> Answer:
    """One that still runs ends where it is. A comment on which somebody acted since stays as it is. The same call again
    changes nothing."""
    undone = await bulk.undo_bulk(call.desk, call.known_site.site, call.known_caller, call.bulk_id)
    return Answer(202, bulk_json(undone))
