"""What aiohttp's server tells by itself: of bytes that are no HTTP, which it answers alone, and of its own mistakes.

Its words are left out: they quote what was sent, which may be an email.
"""

import logging
from collections.abc import Callable

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from service.web.account import UNKNOWN_ROUTE, line_of
from service.web.call import ProcessContext
from service.web.exchange import begin_exchange

STATUS = 400
"""What aiohttp answers to what is no HTTP."""
CODE = "malformed_request"

log = structlog.get_logger(__name__)


def server_logger(context: ProcessContext, now_ms: Callable[[], int]) -> logging.Logger:
    """A logger for aiohttp, whose lines become ours."""
    logger = logging.Logger("http", logging.DEBUG)  # noqa: LOG001 a shared one would keep the handlers of others
    logger.addHandler(_ServerLog(context, now_ms))
    return logger


class _ServerLog(logging.Handler):
    def __init__(self, context: ProcessContext, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._context = context
        self._now_ms = now_ms

    def emit(self, record: logging.LogRecord) -> None:
        """The record's argument is the address of who sent no HTTP."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            address = record.args[0] if isinstance(record.args, tuple) and record.args else ""
            self._account(str(address or ""))
        elif record.levelno >= logging.ERROR:
            log.error("connection_failed", exc_info=record.exc_info)

    def _account(self, address: str) -> None:
        exchange = begin_exchange("other", UNKNOWN_ROUTE)
        self._context.measures.count("*", UNKNOWN_ROUTE, STATUS, exchange.seconds)
        network = self._context.network_names.name(address, self._now_ms())
        log.info("request_refused", **line_of(exchange, STATUS, CODE), token_id=None, network=network)
