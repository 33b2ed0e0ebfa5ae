"""A process that seals the audit logs. Called as `python -m tests.consumers.sealing_process URL`."""

import asyncio
import sys

from service.consumers.sealer import Sealer
from service.desk import clock_ms
from service.store import scripts
from service.store.consumers import INSTALLATION
from service.vault import Vault
from tests.store.desk import connected

SECRET = "the secret of these tests, long enough"


async def main(url: str) -> None:
    link = await connected(url, scripts.ALL)
    Sealer(link, Vault(SECRET), lambda: ("default", INSTALLATION), clock_ms).open()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
