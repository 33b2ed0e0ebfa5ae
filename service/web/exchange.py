"""A request and its answer, as aiohttp has them, and what is kept beside them."""

import os
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, NamedTuple

from aiohttp import web

Request = web.Request

StreamResponse = web.StreamResponse
Handle = Callable[[Request], Awaitable[StreamResponse]]
"""What aiohttp calls for a request."""

FORM: web.RequestKey[dict[str, Any]] = web.RequestKey("form", dict[str, Any])
"""The fields of a form that was read."""


class Exchange(NamedTuple):
    """A request that is being answered: the id that its answer carries, what it is called in the log and in metrics,
    and when it began, by `perf_counter`."""

    request_id: str
    method: str
    route: str
    started: float

    @property
    def seconds(self) -> float:
        """How long it takes so far."""
        return perf_counter() - self.started


def begin_exchange(method: str, route: str) -> Exchange:
    """A new id of 16 hex digits; `route` is the pattern of a path, never what a caller sent."""
    return Exchange(os.urandom(8).hex(), method, route, perf_counter())
