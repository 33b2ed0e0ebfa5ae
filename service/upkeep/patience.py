"""Work on the store as a whole waits where a request would be refused: nobody's browser hangs on it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from service.errors import RequestError

TRIES = 10
RETRY_SECONDS = 0.5

T = TypeVar("T")


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What the work gives, tried again where the store refuses it: a RequestError of the tenth time is raised."""
    for _ in range(TRIES - 1):
        try:
            return await work()
        except RequestError:
            await asyncio.sleep(RETRY_SECONDS)
    return await work()
