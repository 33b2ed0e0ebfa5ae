"""`demo`: forty comments of every kind, once."""

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from service.pages.article import ARTICLE, DEMO
from tests.pages.reader import THREAD, Reader
from tests.servers import REPOSITORY, ServiceProcess

COMMENTS = json.loads(DEMO.joinpath("comments.json").read_text("utf-8"))["comments"]


def run_demo(data_dir: Path, *options: str, token: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
    environment |= {"COMMENTDESK_DATA_DIR": str(data_dir)} | ({"COMMENTDESK_ADMIN_TOKEN": token} if token else {})
    command = [sys.executable, "-m", "service", "demo", *options]
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def running(make_service: Callable[..., ServiceProcess]) -> ServiceProcess:
    service = make_service()
    service.start()
    return service


def counts(service: ServiceProcess) -> dict[str, int]:
    found: dict[str, int] = Reader(service.url, service.admin_token).api("GET", THREAD)["counts"]
    return found


def test_forty_come_and_stay_forty(running: ServiceProcess) -> None:
    first = run_demo(running.data_dir, token=running.admin_token)
    assert first.returncode == 0, first.stderr
    assert "40 comments sent." in first.stdout
    assert f"{running.url}/demo" in first.stdout
    after = counts(running)
    assert (after["published"], after["held"]) == (14, 26)

    again = run_demo(running.data_dir, token=running.admin_token)
    assert again.returncode == 0, again.stderr
    assert "all 40 comments were there already" in again.stdout
    assert counts(running) == after

    page = Reader(running.url, running.admin_token).get("/demo").page
    assert page.one(id="comments-title").words.startswith("14 thoughts on")
    assert not page.all("script")


def test_where_the_demo_is_not_served_nothing_is_sent(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service(settings={"COMMENTDESK_DEMO": "off"})
    service.start()
    said = run_demo(service.data_dir, token=service.admin_token)
    assert said.returncode == 1
    assert "serves no demo" in said.stderr
    sites = Reader(service.url, service.admin_token).api("GET", "/v1/sites")["sites"]
    assert [each["site"] for each in sites] == ["default"]


def test_a_publishers_site_gets_none_of_them(running: ServiceProcess) -> None:
    assert run_demo(running.data_dir, token=running.admin_token).returncode == 0
    assert Reader(running.url, running.admin_token).api("GET", "/v1/sites/default/queue")["comments"] == []


def test_a_moderators_decision_stands(running: ServiceProcess) -> None:
    run_demo(running.data_dir, token=running.admin_token)
    reader = Reader(running.url, running.admin_token)
    shown = {each["body"]: each["comment_id"] for each in reader.api("GET", f"{THREAD}/comments")["comments"]}
    root = next(each for each in COMMENTS if each["key"] == "school-run")
    reader.decide(shown[root["body"]], "reject")
    before = counts(running)
    again = run_demo(running.data_dir, "--url", running.url, "--token", running.admin_token)
    assert again.returncode == 0, again.stderr
    assert counts(running) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--token", "not-the-token-of-anyone"], "A valid token is needed"),
        (["--url", "http://127.0.0.1:1"], "No service answers at http://127.0.0.1:1"),
    ],
)
def test_what_is_wrong_is_said(running: ServiceProcess, options: list[str], said: str) -> None:
    failed = run_demo(running.data_dir, *options, token=running.admin_token)
    assert failed.returncode == 1
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_without_a_service_it_says_so(tmp_path: Path) -> None:
    failed = run_demo(tmp_path)
    assert failed.returncode == 1
    assert "No service is running" in failed.stderr


def test_the_forty_are_of_every_kind() -> None:
    kinds = " ".join(each["kind"] for each in COMMENTS)
    assert len(COMMENTS) == len({each["key"] for each in COMMENTS}) == 40
    for kind in ("thoughtful", "angry", "insulting", "spam with links", "obfuscated", "reply chain", "very long"):
        assert kind in kinds
    for language in ("German", "Spanish", "Greek", "Arabic", "Chinese", "Russian"):
        assert language in kinds
    assert 9_000 < max(len(each["body"]) for each in COMMENTS) <= 10_000


def test_the_forty_are_as_they_will_be_stored() -> None:
    """Else a second run would not know them again."""
    for each in COMMENTS:
        for text in (each["name"], each["body"]):
            assert text == unicodedata.normalize("NFC", text).strip(), each["key"]


def test_every_answered_comment_is_published_first() -> None:
    order = [each["key"] for each in COMMENTS]
    approved = {each["key"] for each in COMMENTS if each.get("approve")}
    for each in COMMENTS:
        if "reply_to" in each:
            assert each["reply_to"] in approved
            assert order.index(each["reply_to"]) < order.index(each["key"])
    depth = dict.fromkeys(order, 0)
    for each in COMMENTS:
        depth[each["key"]] = depth[each["reply_to"]] + 1 if "reply_to" in each else 0
    assert max(depth.values()) >= 6


def test_the_article_is_complete() -> None:
    words = sum(len(part.get("text", part.get("quote", "")).split()) for part in ARTICLE.parts)
    assert 300 <= words <= 400
