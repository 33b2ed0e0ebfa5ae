"""The websites of docs/examples are run as they stand there: each takes comments, shows them, and loses none."""

import http.client
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.pages.reader import Reader
from tests.servers import REPOSITORY, ServiceProcess, free_port, skip_or_fail, wait_until

EXAMPLES = REPOSITORY / "docs" / "examples"
PROGRAMS: dict[str, tuple[str, Callable[[int], Sequence[str]]]] = {
    "website.py": ("python3", lambda _: ("python3", "website.py")),
    "website.mjs": ("node", lambda _: ("node", "website.mjs")),
    "website.php": ("php", lambda port: ("php", "-q", "-S", f"127.0.0.1:{port}", "website.php")),
}
START_SECONDS = 20.0
NICE = "Every spring the river takes a little more of the field."
HOSTILE = '<script>alert(1)</script> & "quotes" \N{LATIN SMALL LETTER E WITH ACUTE}'


@dataclass
class Page:
    status: int
    location: str
    text: str

    @property
    def key(self) -> str:
        return self.value("key")

    def value(self, name: str) -> str:
        return unescape(re.findall(rf'name="{name}" value="([^"]*)"', self.text)[0])


@dataclass
class Website:
    """An example that runs: its pages as a browser without scripts asks for them."""

    port: int
    process: "subprocess.Popen[bytes]"
    site: str

    def ask(self, path: str, form: dict[str, str] | None = None) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("GET" if form is None else "POST", path, None if form is None else urlencode(form), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Page(answer.status, answer.getheader("Location", ""), text)

    def read(self, query: str = "") -> Page:
        return self.ask(f"/river{query}")

    def send(self, body: str, *, key: str = "", **given: str) -> Page:
        form = {"name": "Ada", "email": "ada@mail.example", "website": "", "parent_id": "", "body": body}
        return self.ask("/river", form | {"key": key or self.read().key} | given)


@pytest.fixture
def desk(service: ServiceProcess) -> Reader:
    return Reader(service.url, service.admin_token)


@pytest.fixture(params=list(PROGRAMS))
def website(request: pytest.FixtureRequest, desk: Reader) -> Iterator[Website]:
    """Each example, on a site of its own that publishes at once."""
    program, command = PROGRAMS[request.param]
    if shutil.which(program) is None:
        skip_or_fail(f"{program} is not there")
    site = f"site-{free_port()}"
    desk.api("POST", "/v1/sites", {"site": site})
    desk.api("PUT", f"/v1/sites/{site}/policy", {"mode": "postmoderate", "reader_rate_per_minute": None})
    token = desk.api("POST", "/v1/tokens", {"role": "website", "site": site, "name": "The paper"})["token"]
    port = free_port()
    settings = {"DESK": desk.url, "TOKEN": token, "SITE": site, "PORT": str(port)}
    process = subprocess.Popen(command(port), cwd=EXAMPLES, env=os.environ | settings, stderr=subprocess.DEVNULL)
    website = Website(port, process, site)
    wait_until(lambda: website.ask("/nothing").status == 404, request.param, START_SECONDS)
    yield website
    process.kill()
    process.wait()


def test_a_comment_stands_under_its_article_as_text(website: Website) -> None:
    assert "No comments yet." in website.read().text
    sent = website.send(HOSTILE, name="<b>Ada</b>")
    assert sent.status == 303
    assert re.fullmatch(r"/river#comment-\w{16}", sent.location)
    page = website.read().text
    assert "<script>" not in page
    assert "<b>Ada</b> <p>" not in page
    assert HOSTILE in unescape(page)
    assert f'id="{sent.location.partition("#")[2]}"' in page


def test_replies_stand_below_what_they_answer_to_the_deepest_level(website: Website) -> None:
    parent = ""
    for depth in range(9):
        sent = website.send(f"Reply of depth {depth} about the river.", parent_id=parent)
        parent = sent.location.rpartition("-")[2]
    page = website.read(f"?reply={parent}")
    assert page.value("parent_id") == parent
    assert re.findall(r"Reply of depth (\d)", page.text) == list("012345678")
    levels = re.sub(r"(?s)<p>.*?</p>", "", page.text.partition("</h1>")[2])
    deepest = max(levels[: found.start()].count("<ol>") for found in re.finditer("<li", levels))
    assert 2 < deepest < 9


def test_a_comment_that_is_held_is_thanked_for(website: Website, desk: Reader) -> None:
    desk.api("PUT", f"/v1/sites/{website.site}/policy", {"mode": "premoderate"})
    sent = website.send(NICE)
    assert (sent.status, sent.location) == (303, "/river?comment=held")
    page = website.read("?comment=held").text
    assert "waits for a moderator" in page
    assert NICE not in page


def test_mistakes_stand_beside_their_fields_and_the_text_stays(website: Website) -> None:
    key = website.read().key
    refused = website.send(HOSTILE, key=key, email="nowhere")
    assert refused.status == 422
    assert re.search(r'name="email" value="nowhere"[^<]*</label> <em>[^<]+</em>', refused.text)
    assert HOSTILE in unescape(refused.text)
    assert website.send(HOSTILE, key=refused.key).status == 303


def test_the_same_form_sent_twice_is_one_comment(website: Website) -> None:
    key = website.read().key
    assert website.send(NICE, key=key).location == website.send(NICE, key=key).location
    assert website.send(f"{NICE} Mended.", key=key).location != website.send(NICE, key=key).location
    assert website.read().text.count("<li") == 2


def test_a_reader_in_a_hurry_is_told_when_to_come_again(website: Website, desk: Reader) -> None:
    limits = {"reader_rate_per_minute": 1, "reader_burst": 1, "mode": "postmoderate"}
    desk.api("PUT", f"/v1/sites/{website.site}/policy", limits)
    assert website.send(NICE).status == 303
    refused = website.send(HOSTILE)
    assert refused.status == 429
    assert re.search(r"in \d+ seconds", refused.text)
    assert HOSTILE in unescape(refused.text)


def test_a_closed_article_takes_no_more(website: Website, desk: Reader) -> None:
    desk.api("PUT", f"/v1/sites/{website.site}/threads/river", {"closed": True})
    refused = website.send(NICE, key="of a page that was opened before")
    assert (refused.status, "takes no more comments" in refused.text) == (409, True)
    page = website.read().text
    assert "Comments are closed." in page
    assert "<form" not in page


def test_a_thread_that_did_not_change_is_not_sent_again(website: Website, desk: Reader) -> None:
    website.send(NICE)
    website.read()
    before = _unchanged(desk)
    assert NICE in website.read().text
    assert _unchanged(desk) == before + 1


def _unchanged(desk: Reader) -> float:
    lines = desk.request("GET", "/metrics", headers={"Authorization": f"Bearer {desk.token}"}).text
    counted = re.findall(r'commentdesk_requests_total\{.*threads/\{thread\}/comments.*status="304"\} (\S+)', lines)
    return sum(map(float, counted))


def test_while_the_service_is_away_the_article_is_read_and_the_text_stays(
    website: Website, service: ServiceProcess
) -> None:
    website.send(NICE)
    key = website.read().key
    os.kill(service.pid, signal.SIGSTOP)
    try:
        refused = website.send(HOSTILE, key=key)
        page = website.read().text
    finally:
        os.kill(service.pid, signal.SIGCONT)
    assert refused.status == 503
    assert HOSTILE in unescape(refused.text)
    assert NICE in unescape(page)
    assert website.send(HOSTILE, key=refused.key).status == 303
    assert website.read().text.count("<li") == 2
