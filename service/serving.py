"""One process that serves: the application, its connections, and its end."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from service.app import make_service
from service.platform.acceptor import RETIRE_SECONDS, STOP_SECONDS, Acceptor
from service.platform.counters import Counters
from service.platform.shares import Shares, exempt
from service.platform.sockets import Listeners, allow_descriptors
from service.settings import Settings

GC_THRESHOLDS = (10_000, 20, 50)
"""A request leaves no cycles behind, so that looking for them at every 700 objects, Python's own choice, is in vain."""


class Process:
    """The service behind its acceptor."""

    def __init__(self, acceptor: Acceptor, server: web.Server) -> None:
        self.acceptor = acceptor
        self.server = server

    def open(self, listeners: Listeners, slot: int = 0) -> None:
        """Starts to serve the slot's sockets."""
        self.acceptor.open(self.server, listeners, slot)

    async def stop(self) -> None:
        """Finishes what is under way, as nobody comes after us."""
        await self.acceptor.stop(STOP_SECONDS)

    async def retire(self) -> None:
        """Leaves to a successor, which accepts already, without a connection lost.

        A connection that waits for its client's next request is kept for it as long as ever: closed now, or sooner
        than its client has reason to expect, it could cross the request on its way, which would be lost.
        """
        await self.acceptor.retire(RETIRE_SECONDS, lambda: self.server.connections)


@asynccontextmanager
async def serving(
    settings: Settings, counts: Counters | None = None, *, is_first: bool = True
) -> AsyncIterator[Process]:
    """A process that is ready to serve; the first of several tells what is to be told once. Leave the context after
    `stop` or `retire`: what is open then is cut."""
    allow_descriptors()
    acceptor = Acceptor(Shares(exempt(settings.trusted_proxies)))
    service = make_service(settings, counts=counts, acceptor=acceptor, is_first=is_first)
    runner = web.AppRunner(service, shutdown_timeout=STOP_SECONDS)
    try:
        await runner.setup()
        assert runner.server is not None  # noqa: S101 that is what `setup` makes
        gc.collect()
        gc.freeze()  # what is here now stays: it need not be looked through at every collection
        gc.set_threshold(*GC_THRESHOLDS)
        yield Process(acceptor, runner.server)
    finally:
        acceptor.close()
        await runner.cleanup()


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Runs it on the fastest event loop there is."""
    try:
        from uvloop import run  # an extra
    except ImportError:
        run = asyncio.run
    run(main)


def end_now() -> None:
    """Ends this process as a power cut would: what it serves is gone."""
    os._exit(1)
