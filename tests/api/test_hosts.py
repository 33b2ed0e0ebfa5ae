"""Which names the service goes by, where its operator lists them: another one's page cannot ask under his own."""

from collections.abc import Callable, Iterator

import pytest

from tests.api.client import Api
from tests.servers import ServiceProcess

LISTED = "desk.example"
PATHS = ("/docs", "/v1/sites", "/metrics", "/nowhere", "/", "/v1/sites/default/threads/t1/comments")
OTHERS = (
    "evil.example",
    "desk.example.evil.example",
    "evil.example:80",
    "xdesk.example",
    "desk.example@evil.example",
    "desk.example:80@evil.example",
    "desk.example, evil.example",
    "203.0.113.5",
    "",
)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service that goes by two names, asked as its administrator."""
    settings = {"COMMENTDESK_HOSTS": f"{LISTED}, [2001:db8::7]"}
    process = ServiceProcess(tmp_path_factory.mktemp("hosts") / "data", settings=settings)
    try:
        process.start()
        yield Api(process.url, process.admin_token)
    finally:
        process.kill()


@pytest.mark.parametrize("host", OTHERS)
def test_another_host_is_refused(named: Api, host: str) -> None:
    for path in PATHS:
        named.ask("GET", path, headers={"Host": host}).refuses(421, "host_unknown")
    named.ask("OPTIONS", PATHS[-1], headers={"Host": host}).refuses(421, "host_unknown")
    named.ask("POST", PATHS[-1], {"name": "x"}, headers={"Host": host}).refuses(421, "host_unknown")


@pytest.mark.parametrize("host", [LISTED, "Desk.Example", "desk.example:443", "desk.example.", "[2001:DB8::7]:80"])
def test_a_listed_host_is_answered(named: Api, host: str) -> None:
    assert named.ask("GET", "/v1/sites", headers={"Host": host}).status == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]", "desk.localhost"])
def test_programs_on_the_same_machine_are_answered(named: Api, host: str) -> None:
    assert named.ask("GET", "/v1/sites", headers={"Host": host}).status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_ask_by_any_name(named: Api, path: str) -> None:
    for host in ("10.0.0.7:8080", "evil.example"):
        assert named.ask("GET", path, headers={"Host": host}).status == 200


def test_a_whole_url_counts_as_its_host(named: Api) -> None:
    """RFC 9112, 3.2.2: a server goes by the URL in the line, whatever the header says."""
    for url, host in (("evil.example", LISTED), (LISTED, "evil.example")):
        request = f"GET http://{url}/docs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        (reply,) = named.send_bytes(request.encode())
        reply.refuses(421, "host_unknown")


def test_no_host_is_none_of_ours(named: Api) -> None:
    (reply,) = named.send_bytes(b"GET /docs HTTP/1.0\r\n\r\n")
    reply.refuses(421, "host_unknown")


def test_a_listed_host_may_be_asked_over_loopback_for_metrics(named: Api) -> None:
    anyone = Api(named.url)
    assert anyone.ask("GET", "/metrics", headers={"Host": LISTED}).status == 200
    proxied = {"Host": LISTED, "X-Forwarded-For": "203.0.113.9"}
    anyone.ask("GET", "/metrics", headers=proxied).refuses(401, "unauthenticated")


def test_without_a_list_any_host_is_answered(anyone: Api) -> None:
    for host in OTHERS:
        assert anyone.ask("GET", "/healthz", headers={"Host": host}).status == 200


def test_an_alien_host_leaves_a_line_in_the_log(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service(settings={"COMMENTDESK_HOSTS": LISTED})
    service.start()
    Api(service.url).ask("GET", "/docs", headers={"Host": "evil.example"}).refuses(421, "host_unknown")
    assert '"code": "host_unknown"' in service.said()
    assert "evil.example" not in service.said()
