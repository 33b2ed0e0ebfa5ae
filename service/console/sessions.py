"""Where a member is signed in, and the end of that."""

from schemas.console import EndedSessionSchema
from service.console.addresses import SESSIONS, SIGN_IN
from service.console.frame import page
from service.console.operation import console_page
from service.console.session import set_cookie, shown_secret
from service.use_cases import sessions
from service.web.answer import Answer
from service.web.call import Call


@console_page("Show where one is signed in")
async def read_sessions(call: Call) -> Answer:
    found = await sessions.list_sessions(call.desk, call.known_caller.member_id)
    own = call.desk.vault.session_digest(shown_secret(call.request))
    return page(call, "console/sessions.html", here="sessions", sessions=found, own=own)


@console_page("End one's sessions", form=EndedSessionSchema)
async def end_sessions(call: Call) -> Answer:
    """One of them, or all: also this one."""
    member_id, digest = call.known_caller.member_id, call.body["session"]
    if digest:
        await sessions.end_session(call.desk, member_id, digest, actor=member_id)
    else:
        await sessions.end_all_sessions(call.desk, member_id, actor=member_id)
    own = call.desk.vault.session_digest(shown_secret(call.request))
    if digest in {"", own}:
        return Answer(303, headers={"Location": SIGN_IN} | set_cookie(call.request, ""))
    return Answer(303, headers={"Location": SESSIONS})
