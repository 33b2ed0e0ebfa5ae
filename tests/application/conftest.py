"""The application that the composition root builds, on one real Redis, driven in this process."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from service.app import make_service
from service.desk import clock_ms
from service.settings import read_settings
from tests.servers import RedisServer

ADMIN = "the administrator's token of this suite"
Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True, slots=True)
class Application:
    """Asks with a token, the administrator's unless another is given; "" is none."""

    client: Client

    async def ask(self, method: str, path: str, body: object = None, *, token: str = ADMIN) -> ClientResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.client.request(method, path, json=body, headers=headers, allow_redirects=False)

    async def token(self, role: str, site: str = "default") -> str:
        wanted = {"role": role, "name": role} | ({} if role == "admin" else {"site": site})
        answer = await self.ask("POST", "/v1/tokens", wanted)
        return str((await answer.json())["token"])


@pytest.fixture(scope="module")
def one_server() -> Iterator[RedisServer]:
    server = RedisServer("valkey-single")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_application(
    one_server: RedisServer, tmp_path: Path, aiohttp_client: Callable[[web.Application], Awaitable[Client]]
) -> Callable[..., Awaitable[Application]]:
    """Opens the application on the emptied server, by a clock of the test where it gives one; takes settings by name,
    without their prefix."""

    async def open_it(now_ms: Callable[[], int] = clock_ms, **settings: str) -> Application:
        one_server.flush()
        given = {"REDIS_URL": one_server.url, "DATA_DIR": str(tmp_path), "ADMIN_TOKEN": ADMIN} | settings
        read = read_settings({f"COMMENTDESK_{name}": value for name, value in given.items()})
        return Application(await aiohttp_client(make_service(read, now_ms)))

    return open_it


@pytest.fixture
async def application(open_application: Callable[..., Awaitable[Application]]) -> Application:
    return await open_application()
