"""The example for nginx, run before a service: what it lets through, and what it does not."""

import gzip
import http.client
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest

from tests.api.client import Api, Site
from tests.deploy.metric_table import DEPLOY
from tests.pages.reader import FORM
from tests.servers import ServiceProcess, free_port, skip_or_fail, wait_until

NAME = "comments.example.org"
THREAD = "/v1/sites/default/threads/t1/comments"


class Response(NamedTuple):
    status: int
    headers: Message
    content: bytes


class Nginx:
    """nginx with the example, on ports of its own; a client connects to it as to the name in its certificate."""

    def __init__(self, folder: Path, service: ServiceProcess) -> None:
        self.port, self.plain_port = free_port(), free_port()
        self._folder = folder
        self._service = service
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
        files = ["-keyout", str(self._folder / "key"), "-out", str(self._folder / "pem")]
        subprocess.run(["openssl", *certificate, *files], check=True, capture_output=True)
        (self._folder / "nginx.conf").write_text(self._configuration())
        command = ["nginx", "-c", str(self._folder / "nginx.conf"), "-e", str(self._folder / "error.log")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert tested.returncode == 0, tested.stderr
        self._process = subprocess.Popen([*command, "-g", "daemon off; master_process off;"])
        wait_until(lambda: self.ask("GET", "/healthz") == 200, "nginx", 10)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def ask(self, method: str, path: str, *, name: str = NAME, body: bytes | None = None, **headers: str) -> int:
        return self._asked(method, path, name, body, headers).status

    def header(self, path: str, name: str) -> str | None:
        return self._asked("GET", path, NAME, None, {}).headers[name]

    def read(self, path: str, **headers: str) -> Response:
        return self._asked("GET", path, NAME, None, headers)

    def _asked(self, method: str, path: str, name: str, body: bytes | None, headers: dict[str, str]) -> Response:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as plain:
            connection = http.client.HTTPConnection(name)
            connection.sock = trusting.wrap_socket(plain, server_hostname=name)
            sent = {each.replace("_", "-"): value for each, value in headers.items()}
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            content = response.read()
            connection.close()
            return Response(response.status, response.headers, content)

    def _configuration(self) -> str:
        """The example with ports, files and the service of this test."""
        example = (DEPLOY / "nginx" / "commentdesk.conf").read_text()
        port = self._service.url.rpartition(":")[2]
        for there, here in (
            ("127.0.0.1:8080", f"127.0.0.1:{port}"),
            ("listen [::]:443", "# listen"),
            ("listen [::]:80", "# listen"),
            ("listen 443", f"listen 127.0.0.1:{self.port}"),
            ("listen 80", f"listen 127.0.0.1:{self.plain_port}"),
            (f"/etc/ssl/certs/{NAME}.pem", str(self._folder / "pem")),
            (f"/etc/ssl/private/{NAME}.key", str(self._folder / "key")),
            ("/var/log/nginx", str(self._folder)),
            ("/var/cache/nginx", str(self._folder)),
        ):
            assert there in example, there
            example = example.replace(there, here)
        own = "".join(f"{kind}_temp_path {self._folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi"))
        own += "".join(f"{kind}_temp_path {self._folder}/{kind};\n" for kind in ("uwsgi", "scgi"))
        return f"pid {self._folder}/pid;\nevents {{}}\nhttp {{\n{own}{example}}}\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    settings = {"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1", "COMMENTDESK_DEMO": "true"}
    process = ServiceProcess(tmp_path_factory.mktemp("behind") / "data", settings=settings)
    try:
        process.start()
        yield process
    finally:
        process.kill()


@pytest.fixture
def nginx(service: ServiceProcess, tmp_path: Path) -> Iterator[Nginx]:
    for tool in ("nginx", "openssl"):
        if shutil.which(tool) is None:
            skip_or_fail(f"{tool} is not on PATH")
    tmp_path.chmod(0o755)
    nginx = Nginx(tmp_path, service)
    try:
        nginx.start()
        yield nginx
    finally:
        nginx.stop()


def test_the_service_is_behind_it_and_the_demo_is_not(nginx: Nginx) -> None:
    assert nginx.ask("GET", "/docs") == 200
    assert nginx.header("/docs", "Strict-Transport-Security") == "max-age=63072000"
    assert nginx.ask("GET", "/demo") == 404
    assert nginx.ask("POST", "/demo", body=b"") == 404


def test_another_name_leads_nowhere(nginx: Nginx) -> None:
    with pytest.raises(ssl.SSLError):
        nginx.ask("GET", "/docs", name="evil.example")
    for name, status in ((NAME, 308), ("evil.example", None)):
        connection = http.client.HTTPConnection("127.0.0.1", nginx.plain_port, timeout=10)
        connection.request("GET", "/docs", headers={"Host": name})
        if status is None:
            with pytest.raises(http.client.RemoteDisconnected):
                connection.getresponse()
        else:
            response = connection.getresponse()
            assert (response.status, response.headers["Location"]) == (status, f"https://{NAME}/docs")
        connection.close()


def test_strangers_are_held_to_a_rate_and_token_holders_are_not(nginx: Nginx, service: ServiceProcess) -> None:
    body = urlencode(FORM).encode()
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    token = {"Authorization": f"Bearer {service.admin_token}"}
    strangers = [nginx.ask("POST", THREAD, body=body, **form) for _ in range(13)]
    assert set(strangers[:11]) == {401}
    assert 429 in strangers[11:]
    assert 429 not in [nginx.ask("POST", THREAD, body=body, **form, **token) for _ in range(13)]


@pytest.fixture
def site(service: ServiceProcess) -> Site:
    return Site("default", Api(service.url, service.admin_token))


def shown(nginx: Nginx, path: str) -> list[str]:
    return [each["comment_id"] for each in json.loads(nginx.read(path).content)["comments"]]


def asked_for(nginx: Nginx, path: str, **headers: str) -> set[str | None]:
    """The ids of the requests that the service answered, of several readers' at once."""
    return {nginx.read(path, **headers).headers["X-Request-ID"] for _ in range(8)}


@pytest.mark.parametrize("thread", ["kept", "https://news.example/2026/11/a?b=c&d", "a/b%2Fc"])
def test_readers_of_one_moment_are_one_to_the_service(nginx: Nginx, site: Site, thread: str) -> None:
    """And see a moment later what a moderator did."""
    first = site.publish(thread)
    counts = f"{site.path}/counts?thread={quote(thread, safe='')}"
    for path in (site.comments(thread), counts):
        assert len(asked_for(nginx, path)) <= 3, "a second may end in between"
        assert len(asked_for(nginx, path, Authorization=f"Bearer {site.admin.token}")) == 8
    second = site.publish(thread)
    wait_until(lambda: shown(nginx, site.comments(thread)) == [first, second], "the new comment", 3)
    site.decide(first, "spam")
    wait_until(lambda: shown(nginx, site.comments(thread)) == [second], "the spam to be gone", 3)
    wait_until(lambda: json.loads(nginx.read(counts).content)["counts"] == {thread: 1}, "the count", 3)


def test_long_threads_are_compressed_and_known_again_by_the_tag_that_nginx_made_of_theirs(
    nginx: Nginx, site: Site
) -> None:
    site.publish("long", body="A word of this and of that. " * 100)
    whole, packed = nginx.read(site.comments("long")), nginx.read(site.comments("long"), Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == whole.content
    assert len(packed.content) < len(whole.content) / 4
    assert "Accept-Encoding" in packed.headers["Vary"]
    tag = packed.headers["ETag"]
    assert tag == f"W/{whole.headers['ETag']}"
    for known in (tag, whole.headers["ETag"], "*"):
        assert nginx.read(site.comments("long"), If_None_Match=known).status == 304
    assert site.anyone.get(site.comments("long"), If_None_Match=tag).status == 304, "where nothing is kept"


def test_what_is_refused_or_sent_is_not_kept(nginx: Nginx, site: Site) -> None:
    path = site.comments("refused")
    assert len({nginx.read(f"{path}?limit=0").headers["X-Request-ID"] for _ in range(3)}) == 3
    threads = json.dumps({"threads": [f"{number:03}" + "\u5b57" * 253 for number in range(200)]})
    body, content = threads.encode(), {"Content_Type": "application/json"}
    assert len(body) > 300_000
    assert nginx.ask("POST", f"{site.path}/counts", body=body, **content) == 200
    assert nginx.ask("POST", path, body=body, **content) == 413
