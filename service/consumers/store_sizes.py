"""Keeps how much memory the store takes, so that people see in time when it will be full."""

import asyncio

from service.consumers.rounds import Rounds
from service.desk import Desk
from service.store.measures import measure_store
from service.store.sizes import note_size

REST_SECONDS = 15 * 60
"""Between two measures; the last of six hours stays."""


class StoreSizesKeeper(Rounds):
    """The keeper at work. Where several processes serve one store, each writes the same."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.link, "store sizes")
        self._desk = desk
        self._is_settled = False

    async def rest(self) -> None:
        await asyncio.sleep(REST_SECONDS)

    async def look(self) -> None:
        """Measures the store that proved to be ours; not at once, since a server that has just begun holds less than
        it will."""
        if self._is_settled and self._desk.registry.is_loaded:
            measured = await measure_store(self._link)
            await note_size(self._link, measured.used_bytes, self._desk.now_ms())
        self._is_settled = True
