"""A running service for the tests of a file, without a limit on how fast one reader may write."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.pages.reader import THREAD, Reader
from tests.servers import ServiceProcess, skip_or_fail

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
    if not os.access(CHROMIUM, os.X_OK):
        skip_or_fail(f"{CHROMIUM} is not there (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()
