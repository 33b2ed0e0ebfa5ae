"""Three masters with a replica each, for one test that does things to them."""

from collections.abc import Iterator

import pytest

from tests.topology import Cluster


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
