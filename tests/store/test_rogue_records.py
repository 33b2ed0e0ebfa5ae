"""A record of a site or token that this version cannot read is no site and no token; all others go on."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import orjson

from service.domain.site import Site
from service.store import keys
from service.store.sites import pack_site
from tests.servers import RedisServer, ServiceProcess, client_of, wait_until

GOOD = {"role": "admin", "site": None, "name": "Good", "created_ms": 1, "expires_ms": None}
SITE = pack_site(Site("rogue"))
TOKENS: dict[str, object] = {
    "root": GOOD | {"digest": "a", "role": "root"},
    "list": [],
    "number": 7,
    "no-digest": GOOD,
    "digest": GOOD | {"digest": ["a"]},
    "late": GOOD | {"digest": "b", "expires_ms": "never"},
    "everywhere": GOOD | {"digest": "c", "role": "moderator"},
}
SITES: dict[str, object] = {
    "mode": SITE | {"policy": SITE["policy"] | {"mode": "anarchy"}},
    "policy": SITE | {"policy": None},
    "threshold": SITE | {"policy": SITE["policy"] | {"publish_below": "x"}},
    "rate": SITE | {"policy": SITE["policy"] | {"reader_burst": -1}},
    "origins": SITE | {"allowed_origins": [1]},
    "language": SITE | {"language": 7},
    "empty": {},
    "a}b": SITE,
}


def ask(service: ServiceProcess, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token or service.admin_token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(service.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, None


def plant(server: RedisServer) -> None:
    """As a newer version in a rolling upgrade would, or somebody who has the store's password."""
    with client_of(server.url) as client:
        for key, records in ((keys.TOKENS, TOKENS), (keys.SITES, SITES)):
            client.hset(key, mapping={name: orjson.dumps(record) for name, record in records.items()})
            client.hset(key, "broken", b"\x80{")
            client.hset(key, b"\xff", orjson.dumps(SITE))
        client.xadd(keys.CHANGES, {"member": "x"})


def test_a_running_service_goes_on_without_it(
    make_service: Callable[..., ServiceProcess], redis_server: RedisServer
) -> None:
    service = make_service(redis_url=redis_server.url)
    service.start()
    _, made = ask(service, "POST", "/v1/tokens", {"role": "admin", "name": "Ada"})
    assert ask(service, "GET", "/v1/sites", token=made["token"])[0] == 200
    plant(redis_server)
    wait_until(lambda: service.said().count("record_not_read") >= len(TOKENS) + len(SITES), "the log", 20)
    with client_of(redis_server.url) as client:  # as another process revokes it
        client.hdel(keys.TOKENS, made["token_id"])
        client.xadd(keys.CHANGES, {"member": made["token_id"]})
    wait_until(lambda: ask(service, "GET", "/v1/sites", token=made["token"])[0] == 401, "it to be none", 20)
    assert service.said().count('"root"') == 1, "told once, though it was read twice"
    check_healthy(service)


def check_healthy(service: ServiceProcess) -> None:
    assert [each["site"] for each in ask(service, "GET", "/v1/sites")[1]["sites"]] == ["default", "demo"]
    assert ask(service, "GET", "/v1/tokens")[1]["tokens"] == []
    assert ask(service, "GET", "/v1/sites/mode")[0] == 404
    assert ask(service, "DELETE", "/v1/tokens/root")[0] == 204
    assert "Traceback" not in service.said()


def test_a_service_starts_without_it(make_service: Callable[..., ServiceProcess], redis_server: RedisServer) -> None:
    plant(redis_server)
    service = make_service(redis_url=redis_server.url)
    service.start()
    check_healthy(service)
