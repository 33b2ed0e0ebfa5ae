"""A process that consumes events: it writes the id of each into a file, and sticks there while `stuck` lies beside it.

Called as `python -m tests.consumers.process URL FILE`.
"""

import asyncio
import sys
from pathlib import Path

from service.consumers.consumer import Consumer
from service.consumers.runner import Runner
from service.desk import clock_ms
from service.domain.event import Event
from service.store import scripts
from tests.store.desk import connected


class Writer(Consumer):
    name = "writer"

    def __init__(self, file: Path) -> None:
        self._file = file

    async def handle(self, site: str, event: Event) -> None:
        with self._file.open("a") as lines:
            lines.write(f"{event.event_id}\n")
        while self._file.with_name("stuck").exists():
            await asyncio.sleep(0.01)


async def main(url: str, file: Path) -> None:
    link = await connected(url, scripts.ALL)
    runner = Runner(link, Writer(file), lambda: ("default",), clock_ms)
    runner.open()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
