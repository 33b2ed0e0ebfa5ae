"""The service that the websites of the documents stand on, for all tests of a file."""

from collections.abc import Iterator

import pytest

from tests.servers import ServiceProcess


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("website") / "data")
    process.start()
    yield process
    process.kill()
