"""A site's audit log: what was done, by whom, and whether the log is the one that was sealed."""

from urllib.parse import urlencode

from schemas.audit import AuditQuery
from schemas.console_audit import AuditFilters
from service.api.cursors import name_cursor_after, ordinal_of
from service.console.frame import page, texts_at
from service.console.operation import console_page
from service.domain.audit_entry import AuditFilter, AuditPage
from service.domain.event import EventKind
from service.errors import InvalidFieldsError
from service.texts.sentence import marked
from service.use_cases import audit_log
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked

SHOWN_AT_ONCE = 50
_ENTRIES = "audit"
"""What a cursor is good for."""
_QUERY = AuditQuery()
_SAID = {
    "actor": marked("Write an id, or machine or reader."),
    "act": marked("Write an act as it stands in the list, such as decided."),
    "since": marked("Choose a day, as 2026-11-28."),
    "cursor": marked("That page is not there: begin with the first one."),
}


@console_page("See what was done on a site", query=AuditFilters)
async def read_audit(call: Call) -> Answer:
    desk, site = call.desk, call.known_site.site
    mistakes: dict[str, str] = {}
    try:
        before = ordinal_of(_ENTRIES, call.query["cursor"])
        found = await audit_log.read_page(desk, site, _filter(call.query), limit=SHOWN_AT_ONCE, before=before)
    except InvalidFieldsError as error:
        mistakes = {name: texts_at(call).gettext(_SAID.get(name, error.title)) for name in error.errors or {}}
        found = AuditPage([], None)
    given = {name: call.query[name] for name in ("actor", "act", "since") if call.query[name]}
    cursor = "" if found.before is None else name_cursor_after(_ENTRIES, str(found.before)) or ""
    return page(
        call,
        "console/audit.html",
        here="audit",
        status=422 if mistakes else 200,
        typed=call.query,
        mistakes=mistakes,
        entries=found.entries,
        acts=sorted(EventKind),
        names={entry.actor: desk.registry.name_of(entry.actor) for entry in found.entries},
        older=f"/console/{site}/audit?{urlencode({**given, 'cursor': cursor})}" if cursor else "",
        chain=await (audit_log.verify_chain if call.query["verify"] else audit_log.look_at_chain)(desk, site),
    )


def _filter(typed: Json) -> AuditFilter:
    """What the API's own call would ask for. InvalidFieldsError."""
    given = {name: typed[name].strip() for name in ("actor", "act") if typed[name].strip()}
    if typed["since"]:
        given["since"] = f"{typed['since']}T00:00:00Z"
    wanted = checked(_QUERY, given)
    since = wanted["since"]
    return AuditFilter(wanted["actor"], wanted["act"], None if since is None else int(since.timestamp() * 1000))
