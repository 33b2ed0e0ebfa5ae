"""A link to a real server of each kind, empty at the start of each test, and the store on it."""

from collections.abc import AsyncIterator

import pytest

from service.link.link import Link
from service.store import scripts
from tests.servers import RedisServer
from tests.store.desk import Store, connected


@pytest.fixture
async def link(every_redis_server: RedisServer) -> AsyncIterator[Link]:
    link = await connected(every_redis_server.url, scripts.ALL)
    yield link
    await link.close()


@pytest.fixture
def store(link: Link) -> Store:
    return Store(link)
