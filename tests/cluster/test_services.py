"""Several services on one cluster, without a shared disk."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.servers import ServiceProcess, wait_until
from tests.topology import Cluster

SECRET = "one secret for all of these services"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def call(service: ServiceProcess, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {service.admin_token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(service.url + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read() or b"null")


def test_what_one_takes_in_another_shows_and_a_new_site_is_known_to_all(
    cluster: Cluster, make_service: Callable[..., ServiceProcess]
) -> None:
    services = [
        make_service(
            redis_url=cluster.url, settings={"COMMENTDESK_SECRET_KEY": SECRET, "COMMENTDESK_WAIT_REPLICAS": "1"}
        )
        for _ in range(3)
    ]
    for service in services:
        service.start()
    one, two, three = services
    sites = [site for found in cluster.sites_by_master() for site in found]
    for site in sites:
        call(one, "POST", "/v1/sites", {"site": site})
        comment = {"name": "Ann", "email": "ann@reader.example", "body": f"A comment for {site}."}
        wait_until(partial(_knows, two, site), "the second service to know the site", 10)
        call(two, "POST", f"/v1/sites/{site}/threads/a/comments", comment)
        wait_until(partial(_knows, three, site), "the third service to know the site", 10)
        (queued,) = call(three, "GET", f"/v1/sites/{site}/queue")["comments"]
        assert queued["body"] == f"A comment for {site}."
        decided = call(
            one, "POST", f"/v1/sites/{site}/comments/{queued['comment_id']}/decisions", {"decision": "approve"}
        )
        assert decided["state"] == "published"
        assert call(one, "GET", f"/v1/sites/{site}/comments/{queued['comment_id']}")["email"] == "ann@reader.example"
    assert call(two, "GET", "/readyz")["checks"] == {
        "redis": "ok",
        "durability": "ok",
        "registry": "ok",
        "model": "ok",
    }


def _knows(service: ServiceProcess, site: str) -> bool:
    return site in {each["site"] for each in call(service, "GET", "/v1/sites")["sites"]}
