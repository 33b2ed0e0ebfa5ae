"""One service and one Redis for the tests of a file; each test has a site of its own."""

from collections.abc import Callable, Iterator

import pytest

from tests.api.client import Api, Site, make_site
from tests.servers import RedisServer, ServiceProcess

FAILURE = '"event": "request_failed"'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A running service on a server that no other test empties."""
    server = RedisServer("valkey-single")
    folder = tmp_path_factory.mktemp("api")
    process = ServiceProcess(folder / "data", redis_url=server.url)
    try:
        server.start()
        process.start()
        yield process
        assert process.stop() == 0
    finally:
        process.kill()
        server.stop()


@pytest.fixture(autouse=True)
def no_mistakes(service: ServiceProcess) -> Iterator[None]:
    """Whatever a test asks, the service makes no mistake of its own: no answer of 500, nothing of it in the log."""
    before = len(service.said())
    yield
    said = service.said()[before:]
    assert FAILURE not in said, said
    assert "Traceback" not in said, said


@pytest.fixture
def admin(service: ServiceProcess) -> Api:
    return Api(service.url, service.admin_token)


@pytest.fixture
def anyone(service: ServiceProcess) -> Api:
    """Someone without a token."""
    return Api(service.url)


@pytest.fixture
def new_site(admin: Api) -> Callable[..., Site]:
    """Makes sites; takes what `POST /v1/sites` takes."""
    return lambda **settings: make_site(admin, **settings)


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """A site that takes comments from its website alone and holds them all."""
    return new_site()
