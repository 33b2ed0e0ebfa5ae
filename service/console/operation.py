"""A page of the console as an operation: shown to who has a session, and its forms taken from its own pages alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps

from schemas.fields import Closed
from service.console.refusal import write_refusal
from service.console.session import IDLE_SESSION, SESSION, require_own_form
from service.web.answer import Answer
from service.web.body import MAX_BODY_BYTES
from service.web.call import Call
from service.web.operation import Handler, Operation, operation
from service.web.stream import Stream

READING = frozenset({"GET", "HEAD"})
_ANSWERS: Mapping[int, str] = {200: "A page."}


def console_page(
    summary: str,
    *,
    form: type[Closed] | None = None,
    query: type[Closed] | None = None,
    is_use: bool = True,
    is_scored: bool = False,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> Callable[[Handler], Operation]:
    """Declares a handler of a page. One with a form is asked for by POST, and refuses a form that is not of the very
    session that it came with, before anything is done. What is no use of the session does not keep it alive;
    `is_scored` and `max_body_bytes` are as in `web.operation`."""

    def declare(handler: Handler) -> Operation:
        @wraps(handler)
        async def guarded(call: Call) -> Answer | Stream:
            if call.request.method not in READING:
                require_own_form(call)
            return await handler(call)

        made = operation(
            summary,
            answers=_ANSWERS,
            body=form,
            form=form,
            query=query,
            authentication=SESSION if is_use else IDLE_SESSION,
            error_writer=write_refusal,
            is_scored=is_scored,
            max_body_bytes=max_body_bytes,
        )(guarded)
        return replace(made, handler=guarded)

    return declare
