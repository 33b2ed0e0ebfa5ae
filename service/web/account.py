"""What is kept of every answer: its measures, and a line in the log for each refused or failed request.

What callers sent is never in a line: of the address the route's pattern alone, of the caller the id of its token.
"""

import structlog

from service.desk import Desk
from service.platform.log_limit import LOG_LIMIT
from service.web.access import caller_id
from service.web.admission import address_of
from service.web.call import ProcessContext
from service.web.exchange import Exchange, Request

UNKNOWN_ROUTE = "unknown"
_REFUSED = "request_refused"

log = structlog.get_logger(__name__)


class Account:
    """Measures and logs answers."""

    def __init__(self, desk: Desk, context: ProcessContext) -> None:
        self._desk = desk
        self._context = context

    def count(self, exchange: Exchange, status: int) -> None:
        """Counts an answer and the time that it took."""
        method = "*" if exchange.route == UNKNOWN_ROUTE else exchange.method
        self._context.measures.count(method, exchange.route, status, exchange.seconds)

    def log_refusal(self, request: Request, exchange: Exchange, status: int, *, code: str) -> None:
        """The line for an answer of 400 or above that is no mistake of our own."""
        if LOG_LIMIT.leaves_out(_REFUSED, code, exchange.route):
            return
        write = log.warning if status >= 500 else log.info
        write(_REFUSED, **self.line(request, exchange, status, code=code))

    def line(self, request: Request, exchange: Exchange, status: int, *, code: str) -> dict[str, object]:
        """What a line tells of an answer. Of the caller that is the id of his token, and a name for his network that
        is good for a day."""
        now_ms = self._desk.now_ms()
        network = self._context.network_names.name(address_of(request, self._context), now_ms)
        token_id = caller_id(request, self._desk, now_ms)
        return {**line_of(exchange, status, code), "token_id": token_id, "network": network}


def line_of(exchange: Exchange, status: int, code: str) -> dict[str, object]:
    """What a line tells of an answer, whoever asked."""
    return {
        "request_id": exchange.request_id,
        "method": exchange.method,
        "route": exchange.route,
        "status": status,
        "code": code,
        "ms": round(1000 * exchange.seconds, 1),
    }
