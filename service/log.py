"""The log: lines of JSON to standard error."""

import logging
import sys

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

_NOT_HTTP = (HttpProcessingError, web.RequestPayloadError)


def log_to_stderr(level: str, **always: object) -> None:
    """Writes lines of this level and above; `always` is in every line."""
    logging.getLogger("aiohttp.server").addFilter(_is_ours)
    structlog.contextvars.bind_contextvars(**always)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    """Bytes that are no HTTP are their sender's mistake; aiohttp would log them whole, and they may be an email."""
    return not (record.exc_info and isinstance(record.exc_info[1], _NOT_HTTP))
