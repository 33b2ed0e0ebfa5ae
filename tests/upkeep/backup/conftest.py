"""A link to a server of each kind, and another server of another kind to restore into."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from service.link.link import Link
from service.store import scripts
from tests.servers import RedisServer
from tests.store.conftest import link  # noqa: F401 fixtures
from tests.store.desk import connected
from tests.topology import RedisServers

OTHER_KINDS = {
    "valkey-single": "redis-cluster",
    "valkey-cluster": "redis-single",
    "redis-single": "valkey-masters",
    "redis-cluster": "valkey-single",
    "valkey-masters": "redis-single",
}


@pytest.fixture
async def writers_link(every_redis_server: RedisServer) -> AsyncIterator[Link]:
    """The service's own: what holds writers back holds all of their connection back."""
    connection = await connected(every_redis_server.url, scripts.ALL)
    yield connection
    await connection.close()


@pytest.fixture
async def one_link(redis_server: RedisServer) -> AsyncIterator[Link]:
    """For what does not depend on the kind of server."""
    connection = await connected(redis_server.url, scripts.ALL)
    yield connection
    await connection.close()


@pytest.fixture
def other_server(every_redis_server: RedisServer, redis_servers: RedisServers) -> RedisServer:
    """Empty, and of another kind: from one server to three masters, and back."""
    return redis_servers.get(OTHER_KINDS[every_redis_server.kind])


@pytest.fixture
async def other_link(other_server: RedisServer) -> AsyncIterator[Link]:
    connection = await connected(other_server.url, scripts.ALL)
    yield connection
    await connection.close()


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command writes its log to the standard error that it had, which ends with the test."""
    yield
    structlog.reset_defaults()
