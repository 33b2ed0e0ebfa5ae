"""The demo is no door: whom it is served to, where what is sent goes, and that a publisher's site is left alone."""

import http.client
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from tests.pages.reader import FORM, THREAD, Reader
from tests.pages.test_demo_command import run_demo
from tests.servers import ServiceProcess

MakeService = Callable[..., ServiceProcess]
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture(scope="module")
def open_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that shows its demo to anyone."""
    process = ServiceProcess(tmp_path_factory.mktemp("open") / "data", settings={"COMMENTDESK_DEMO": "true"})
    try:
        process.start()
        yield process
    finally:
        process.kill()


def asked_old(url: str) -> int:
    """The status for a client of HTTP/1.0, as nginx is where nothing is set."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(f"GET /demo HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


def own_address() -> str:
    """An address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = probe.getsockname()[0]
        return address


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": ""},
        {"X-Forwarded-Host": "comments.example.org"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "evil@127.0.0.1"},
        {"Host": "0.0.0.0"},  # noqa: S104
        {"Host": "10.0.0.1"},
        {"Host": ""},
    ],
    ids=str,
)
def test_what_does_not_come_from_this_machine_finds_no_demo(
    reader: Reader, method: str, headers: dict[str, str]
) -> None:
    reply = reader.request(method, "/demo", urlencode(FORM).encode(), FORM_TYPE | headers)
    assert reply.status == 404
    assert method == "HEAD" or '"code":"not_found"' in reply.text
    assert reader.request("GET", "/", None, headers).location == "/docs"


def test_an_old_client_may_be_a_proxy(service: ServiceProcess, open_service: ServiceProcess) -> None:
    assert asked_old(service.url) == 404
    assert asked_old(open_service.url) == 200


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.9.9.9:1", "[::1]:8080", "a.localhost"]
)
def test_every_name_of_this_machine_will_do(reader: Reader, host: str) -> None:
    assert reader.request("GET", "/demo", None, {"Host": host}).status == 200
    assert reader.request("GET", "/", None, {"Host": host}).location == "/demo"


def test_where_other_machines_may_come_there_is_no_demo_unless_it_is_for_anyone(make_service: MakeService) -> None:
    address = own_address()
    for audience, status in (("local", 404), ("true", 200)):
        service = make_service(settings={"COMMENTDESK_HOST": "0.0.0.0", "COMMENTDESK_DEMO": audience})  # noqa: S104
        service.start()
        port = urlsplit(service.url).port
        for host in (address, "127.0.0.1"):
            connection = http.client.HTTPConnection(host, port, timeout=10)
            connection.request("GET", "/demo", headers={"Host": f"127.0.0.1:{port}"})
            assert connection.getresponse().status == status
            connection.close()
        assert (f"http://127.0.0.1:{port}/demo" in service.said()) is (status == 200)
        assert service.stop() == 0


def test_a_known_proxy_on_this_machine_asks_for_others(make_service: MakeService) -> None:
    service = make_service(settings={"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.0/8"})
    service.start()
    reader = Reader(service.url, service.admin_token)
    assert reader.get("/demo").status == 404
    assert reader.get("/").location == "/docs"
    assert "demo article" not in service.said()


def test_for_anyone_is_for_anyone(open_service: ServiceProcess) -> None:
    reader = Reader(open_service.url, open_service.admin_token)
    through_a_proxy = {"Host": "comments.example.org", "X-Forwarded-For": "203.0.113.9"}
    assert reader.request("GET", "/demo", None, through_a_proxy).status == 200
    assert reader.request("GET", "/", None, through_a_proxy).location == "/demo"
    sent = FORM_TYPE | through_a_proxy | {"Origin": "https://comments.example.org", "Sec-Fetch-Site": "same-origin"}
    assert reader.request("POST", "/demo", urlencode(FORM).encode(), sent).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ELSEWHERE},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": ELSEWHERE, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": ELSEWHERE, "Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_another_websites_form_is_refused_with_the_page(reader: Reader, headers: dict[str, str]) -> None:
    before = reader.api("GET", "/v1/sites/demo/queue")["comments"]
    sent = FORM | {"body": f"Planted by {headers}"}
    reply = reader.post("/demo", sent, **{name.replace("-", "_"): value for name, value in headers.items()})
    assert reply.status == 403
    assert reply.page.one(role="alert").words.startswith("Your comment was not sent")
    assert "Planted" not in reply.text
    assert reader.api("GET", "/v1/sites/demo/queue")["comments"] == before


def test_our_own_pages_form_is_taken(reader: Reader) -> None:
    for number, headers in enumerate(
        (
            {"Origin": reader.url, "Sec_Fetch_Site": "same-origin"},
            {"Origin": reader.url},
            {"Origin": "null", "Sec_Fetch_Site": "same-origin"},
            {"Sec_Fetch_Site": "none"},
            {},
        )
    ):
        assert reader.post("/demo", FORM | {"body": f"Own page, {number}"}, **headers).status == 303, headers


def test_no_publishers_site_is_written_to(reader: Reader) -> None:
    default = "/v1/sites/default"
    reader.api("PUT", f"{default}/policy", {"mode": "postmoderate"})
    reader.api("PUT", f"{default}/threads/harbour-footbridge", {"mode": "postmoderate"})
    assert "commentdesk=held" in reader.post("/demo", FORM | {"body": "For no publisher."}).location
    assert reader.api("GET", f"{default}/queue")["comments"] == []
    assert reader.api("GET", f"{default}/threads/harbour-footbridge/comments")["comments"] == []


def test_its_site_is_no_door_either(reader: Reader) -> None:
    """Whom the page is not served to, the site takes nothing from without a token."""
    reply = reader.request("POST", f"{THREAD}/comments", urlencode(FORM).encode(), FORM_TYPE)
    assert reply.status == 401
    assert reader.api("GET", "/v1/sites/demo")["public_submission"] is False


def test_a_sender_is_a_stranger(reader: Reader) -> None:
    """He has no Idempotency-Key, says nothing of the article, and his address is his connection's."""
    sent = FORM | {"body": "I say what I like.", "client[ip]": "203.0.113.9", "article[title]": "Mine"}
    first, second = (reader.post("/demo", sent | {"name": name}, Idempotency_Key="same").location for name in "ab")
    assert first.startswith("/demo?commentdesk=held")
    assert second.startswith("/demo?commentdesk=held")
    assert reader.api("GET", THREAD)["title"] == "The footbridge nobody can agree on"


class TestAPublishersSiteOfThatName:
    @pytest.fixture
    def taken(self, make_service: MakeService) -> Iterator[ServiceProcess]:
        """A service with a demo, whose store has a publisher's site `demo` from before."""
        before = make_service(settings={"COMMENTDESK_DEMO": "false"})
        before.start()
        owner = Reader(before.url, before.admin_token)
        owner.api("POST", "/v1/sites", {"site": "demo", "title": "Demolition News", "public_submission": True})
        owner.api("PUT", "/v1/sites/demo/policy", {"mode": "postmoderate"})
        assert before.stop() == 0
        service = ServiceProcess(before.data_dir)
        service.output = before.output.with_suffix(".after.log")
        service.start()
        yield service
        service.kill()

    def test_it_is_left_alone(self, taken: ServiceProcess) -> None:
        reader = Reader(taken.url, taken.admin_token)
        site = reader.api("GET", "/v1/sites/demo")
        assert (site["title"], site["public_submission"]) == ("Demolition News", True)
        assert reader.api("GET", "/v1/sites/demo/policy")["mode"] == "postmoderate"
        for method in ("GET", "POST"):
            reply = reader.request(method, "/demo", urlencode(FORM).encode(), FORM_TYPE)
            assert reply.status == 409
            assert '"code":"site_exists"' in reply.text
            assert "A site of a publisher is called `demo`" in reply.text
        assert reader.get("/").location == "/docs"
        assert reader.api("GET", "/v1/sites/demo/queue")["comments"] == []

    def test_the_start_and_the_command_say_so(self, taken: ServiceProcess) -> None:
        said = taken.said()
        assert '"event": "demo_not_served"' in said
        assert f"{taken.url}/demo" not in said
        sent = run_demo(taken.data_dir, token=taken.admin_token)
        assert sent.returncode == 1
        assert "a site of a publisher is called demo, and is left alone" in sent.stderr
        assert Reader(taken.url, taken.admin_token).api("GET", "/v1/sites/demo/queue")["comments"] == []
