"""The service behind a real proxy, under a path: what a browser follows leads back through the proxy."""

import http.client
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest

from tests.servers import REPOSITORY, ServiceProcess, free_port, skip_or_fail, wait_until

THREAD = "/v1/sites/default/threads/{}/comments"
LISTED = "https://news.example"
FORM = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
CONFIGURATION = """
pid {folder}/pid;
events {{}}
http {{
    client_body_temp_path {folder}/client_body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    access_log off;
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        {documented}
        location /kept/ {{ proxy_pass {service}; }}
        location /taken-off/kept/ {{ proxy_pass {service}/; proxy_set_header X-Forwarded-Host $http_host; }}
        location /told/ {{
            proxy_pass {service}/;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Prefix /told;
        }}
    }}
}}
"""

DOCUMENTED = (REPOSITORY / "docs" / "proxies.md").read_text("utf-8").split("```nginx\n")[1].partition("```")[0]
"""The example for a path of a website's host."""


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


class Nginx:
    """nginx before a service. It does not pass on the host that was asked for: `Host` is the service's address."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, service: str) -> None:
        file = self._folder / "nginx.conf"
        documented = DOCUMENTED.replace("http://127.0.0.1:8080", service)
        text = CONFIGURATION.format(folder=self._folder, port=self.port, service=service, documented=documented)
        file.write_text(text)
        command = ["nginx", "-c", str(file), "-e", str(self._folder / "error.log")]
        self._process = subprocess.Popen([*command, "-g", "daemon off; master_process off;"])
        wait_until(lambda: self.ask("GET", "/told/healthz").status == 200, "nginx", 10)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {"Accept": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, sent)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        return answer


class Place(NamedTuple):
    """Where a browser finds a service: nginx, and the path there."""

    nginx: Nginx
    path: str
    service: ServiceProcess

    def page_of(self, answer: Answer) -> Answer:
        """Where an answer leads."""
        return self.nginx.ask("GET", answer.headers["Location"].partition("#")[0])


@contextmanager
def placed(folder: Path, path: str, settings: Callable[[Nginx], dict[str, str]]) -> Iterator[Place]:
    if shutil.which("nginx") is None:
        skip_or_fail("nginx is not on PATH")
    folder.chmod(0o755)
    nginx = Nginx(folder)
    trusted = {"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1"}
    service = ServiceProcess(folder / "data", settings=trusted | settings(nginx))
    try:
        service.start()
        set_up(service)
        nginx.start(service.url)
        yield Place(nginx, path, service)
    finally:
        nginx.stop()
        service.kill()


@pytest.fixture(scope="module")
def by_setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The service knows its address by the setting, and nginx leaves the path on and tells nothing."""

    def settings(nginx: Nginx) -> dict[str, str]:
        return {"COMMENTDESK_PUBLIC_URL": f"{nginx.origin}/kept", "COMMENTDESK_DEMO": "true"}

    with placed(tmp_path_factory.mktemp("setting"), "/kept", settings) as place:
        yield place


@pytest.fixture(scope="module")
def by_documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """nginx as docs/proxies.md shows it."""
    with placed(tmp_path_factory.mktemp("documents"), "/comments", lambda _: {}) as place:
        yield place


@pytest.fixture(scope="module")
def by_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """nginx tells the service its address, and takes the path off."""
    with placed(tmp_path_factory.mktemp("proxy"), "/told", lambda _: {}) as place:
        yield place


@pytest.fixture(params=["by_setting", "by_documents", "by_proxy"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def set_up(service: ServiceProcess) -> None:
    """Its default site takes comments of the readers of one website."""
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {service.admin_token}", "Content-Type": "application/json"}
    body = f'{{"public_submission": true, "allowed_origins": ["{LISTED}"]}}'
    connection.request("PATCH", "/v1/sites/default", body, headers)
    assert connection.getresponse().status == 200
    connection.close()


def test_every_link_of_the_docs_leads_to_something(place: Place) -> None:
    page = place.nginx.ask("GET", f"{place.path}/docs")
    assert page.status == 200
    links = {link for link in re.findall(r'(?:href|src)="([^"#]+)', page.text) if not link.startswith("http")}
    assert {link.rpartition("/")[2].partition("?")[0] for link in links} >= {"pages.css", "openapi.json", "docs"}
    assert {link: place.nginx.ask("GET", link).status for link in links} == dict.fromkeys(links, 200)


def test_home_leads_to_a_page(place: Place) -> None:
    home = place.nginx.ask("GET", f"{place.path}/")
    assert (home.status, place.page_of(home).status) == (303, 200)


def test_a_form_that_was_refused_is_sent_again_and_its_reader_thanked(place: Place) -> None:
    """From our own page, whose origin the site does not list, by a proxy that does not pass Host."""
    path = place.path + THREAD.format("river")
    refused = place.nginx.ask("POST", path, FORM | {"email": "no"}, Origin=LISTED)
    found = re.search(r'action="([^"]+)"', refused.text)
    assert refused.status == 422
    assert found is not None
    assert found[1] == path
    sent = place.nginx.ask("POST", found[1], FORM, Origin=place.nginx.origin, Referer=f"{place.nginx.origin}{path}")
    assert sent.status == 303
    assert sent.headers["Location"].startswith(f"{place.path}/received?commentdesk=held")
    assert "awaits moderation" in place.page_of(sent).text
    assert place.nginx.ask("POST", path, FORM, Origin="https://evil.example").status == 403


def test_a_thread_that_is_called_by_an_address_is_found_where_the_path_is_left_on(by_setting: Place) -> None:
    """nginx would decode the slashes of a path that it changes."""
    path = f"/kept{THREAD.format(quote('https://news.example/river', safe=''))}"
    assert by_setting.nginx.ask("POST", path, FORM, Origin=LISTED).status == 303
    assert '"thread":"https://news.example/river"' in by_setting.nginx.ask("GET", path).text


def test_the_demo_lies_there_too(by_setting: Place, by_proxy: Place) -> None:
    nginx = by_setting.nginx
    sent = nginx.ask("POST", "/kept/demo", FORM, Origin=nginx.origin)
    assert sent.headers["Location"].startswith("/kept/demo?commentdesk=held")
    assert by_setting.page_of(sent).status == 200
    assert nginx.ask("POST", "/kept/demo", FORM, Origin="https://evil.example").status == 403
    assert by_proxy.nginx.ask("GET", "/told/demo").status == 404


def test_to_the_setting_it_makes_no_difference_that_the_path_is_taken_off(by_setting: Place) -> None:
    page = by_setting.nginx.ask("GET", "/taken-off/kept/docs")
    assert (page.status, 'href="/kept/static/pages.css' in page.text) == (200, True)


def test_the_start_tells_where_browsers_find_it(by_setting: Place) -> None:
    url = f"{by_setting.nginx.origin}/kept"
    said = by_setting.service.said()
    assert f"commentdesk is at {by_setting.service.url}\n" in said
    for line in (f"for browsers   {url}\n", f"demo article   {url}/demo\n", f"API docs       {url}/docs\n"):
        assert line in said


def test_events_come_through_one_by_one_and_end_with_their_client(by_documents: Place) -> None:
    """No buffer holds them back: the proxy asks for no answer that has an end."""
    service = by_documents.service
    authorised = {"Authorization": f"Bearer {service.admin_token}"}
    connection = http.client.HTTPConnection("127.0.0.1", by_documents.nginx.port, timeout=5)
    connection.request("GET", "/comments/v1/sites/default/events", headers=authorised)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert b"event: open" in answer.read1()
    path = f"/comments{THREAD.format('events')}"
    assert by_documents.nginx.ask("POST", path, FORM | {"body": "One that is told."}, Origin=LISTED).status == 303
    assert b"event: entered" in answer.read1()
    assert "commentdesk_event_listeners 1.0" in metrics_of(service)
    answer.close()
    connection.close()
    wait_until(lambda: "commentdesk_event_listeners 0.0" in metrics_of(service), "the end of the stream", 10)


def metrics_of(service: ServiceProcess) -> str:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {service.admin_token}"})
    text = connection.getresponse().read().decode()
    connection.close()
    return text
