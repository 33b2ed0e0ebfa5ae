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
from structlog.typing import ExcInfo

from service.platform.log_limit import LogLimit


def log_to_stderr(level: str, **always: object) -> None:
    """Writes lines of this level and above; `always` is in every line."""
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
