"""The audit logs, as operators and administrators read them."""

from datetime import datetime

from schemas.audit import AuditPageSchema, AuditQuery
from service.api.cursors import name_cursor_after, ordinal_of
from service.domain.audit_entry import AuditFilter, AuditPage
from service.use_cases import audit_log
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import operation, outcome

_ENTRIES = "audit"
"""What a cursor is good for."""


@operation(
    "See what was done on a site",
    query=AuditQuery,
    answers={200: outcome("The newest entries that pass all filters.", AuditPageSchema)},
)
async def read_audit(call: Call) -> Answer:
    """Verdicts of the machine, decisions, claims, changes of threads: what anybody or anything did, as it was sealed
    within two seconds. Changes of the site, its policy and its tokens are in the installation's log."""
    page = await audit_log.read_page(call.desk, call.known_site.site, _filter(call.query), **_place(call.query))
    return Answer(200, _page_json(page))


@operation(
    "See what was done with sites, tokens and the store",
    query=AuditQuery,
    answers={200: outcome("The newest entries that pass all filters.", AuditPageSchema)},
)
async def read_audit_of_installation(call: Call) -> Answer:
    page = await audit_log.read_page_of_installation(call.desk, _filter(call.query), **_place(call.query))
    return Answer(200, _page_json(page))


def _filter(query: Json) -> AuditFilter:
    return AuditFilter(query["actor"], query["act"], _ms_or_none(query["since"]), _ms_or_none(query["until"]))


def _place(query: Json) -> Json:
    return {"limit": query["limit"], "before": ordinal_of(_ENTRIES, query["cursor"])}


def _ms_or_none(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)


def _page_json(page: AuditPage) -> Json:
    return {
        "entries": [entry.told for entry in page.entries],
        "next_cursor": None if page.before is None else name_cursor_after(_ENTRIES, str(page.before)),
    }
