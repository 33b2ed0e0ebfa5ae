"""The log: lines of JSON to standard error.

What readers wrote is never in it, so an exception is shown as its types and places, without its message, which may
quote what broke it.
"""

import logging
import os
import sys
import traceback
from collections.abc import Iterator

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import ExcInfo

from service.platform.log_limit import LogLimit

_NOT_HTTP = (HttpProcessingError, web.RequestPayloadError)


def log_to_stderr(level: str, **always: object) -> None:
    """Writes lines of this level and above; `always` is in every line."""
    logging.getLogger("aiohttp.server").addFilter(_is_ours)
    structlog.contextvars.bind_contextvars(**always)
    structlog.configure(
        processors=[
            LogLimit(),
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_told),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _told(exc_info: ExcInfo) -> str:
    """The traceback as Python prints it, messages left out; what the system said of a file or socket stays."""
    return "\n".join(
        f"Traceback (most recent call last):\n{''.join(traceback.format_tb(error.__traceback__))}{_name(error)}"
        for error in reversed(list(_chain(exc_info[1])))
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those that it came of, newest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _name(error: BaseException) -> str:
    kind = type(error)
    said = f": {os.strerror(error.errno)}" if isinstance(error, OSError) and error.errno else ""
    return f"{kind.__module__}.{kind.__qualname__}{said}"


def _is_ours(record: logging.LogRecord) -> bool:
    """Bytes that are no HTTP are their sender's mistake; aiohttp would log them whole, and they may be an email."""
    return not (record.exc_info and isinstance(record.exc_info[1], _NOT_HTTP))
