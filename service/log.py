"""Writes the log as lines of JSON to standard error.

No text of a reader is logged. So an exception is logged as its type and traceback without its message, which may quote
the input that caused it.
"""

import logging
import os
import sys
import traceback
from collections.abc import Iterator

import structlog
from structlog.typing import ExcInfo

from service.platform.log_limit import LOG_LIMIT


def log_to_stderr(level: str, **always: object) -> None:
    """Starts to log lines of this level and above; every line has the fields of `always`."""
    structlog.contextvars.bind_contextvars(**always)
    structlog.configure(
        processors=[
            LOG_LIMIT,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_rendered),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _rendered(exc_info: ExcInfo) -> str:
    """Returns the traceback as Python prints it, without messages except those of the operating system."""
    return "\n".join(
        f"Traceback (most recent call last):\n{''.join(traceback.format_tb(error.__traceback__))}{_name(error)}"
        for error in reversed(list(_chain(exc_info[1])))
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yields the exception and its causes, the newest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _name(error: BaseException) -> str:
    kind = type(error)
    message = f": {os.strerror(error.errno)}" if isinstance(error, OSError) and error.errno else ""
    return f"{kind.__module__}.{kind.__qualname__}{message}"
