"""A request and its answer, as aiohttp has them, and what is kept beside them."""

from collections.abc import Awaitable, Callable
from random import getrandbits
from time import perf_counter
from typing import Any, NamedTuple

from aiohttp import web

Request = web.Request

StreamResponse = web.StreamResponse
Handle = Callable[[Request], Awaitable[StreamResponse]]
"""What aiohttp calls for a request."""

FORM: web.RequestKey[dict[str, Any]] = web.RequestKey("form", dict[str, Any])
"""The fields of a form that was read."""

BODY: web.RequestKey[bytes] = web.RequestKey("body", bytes)
"""The body of a request as far as it was read whole: empty from the moment on when it is begun."""


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
    request_id = f"{getrandbits(64):016x}"  # a name and no secret: asking the system takes ten times as long
    return Exchange(request_id, method, route, perf_counter())
