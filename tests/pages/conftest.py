"""A running service for the tests of a file, without a limit on how fast one reader may write."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import started_browser
from tests.pages.reader import THREAD, Reader
from tests.servers import ServiceProcess


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("pages") / "data")
    try:
        process.start()
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture
def reader(service: ServiceProcess) -> Reader:
    reader = Reader(service.url, service.admin_token)
    reader.api("PUT", "/v1/sites/demo/policy", {"reader_rate_per_minute": None, "stranger_rate_per_minute": None})
    reader.api("PUT", THREAD, {"closed": False, "mode": None})
    return reader


@pytest.fixture
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser
