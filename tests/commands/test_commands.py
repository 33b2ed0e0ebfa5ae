"""What administrators do from the command line: sites, policies and threads of a running service, and its errors."""

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from click.testing import CliRunner, Result

from service.__main__ import main
from tests.pages.reader import Reader
from tests.servers import ServiceProcess


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    service = ServiceProcess(tmp_path_factory.mktemp("commanded") / "data")
    try:
        service.start()
        yield service
    finally:
        service.kill()


class Shell:
    """Runs commands as their administrator does, who has the data folder in the environment."""

    def __init__(self, service: ServiceProcess, folder: Path) -> None:
        self._environment = {
            "COMMENTDESK_DATA_DIR": str(service.data_dir),
            "COMMENTDESK_ADMIN_TOKEN": service.admin_token,
        }
        self.folder = folder
        self.reader = Reader(service.url, service.admin_token)

    def run(self, *words: str, **environment: str) -> Result:
        done = CliRunner().invoke(main, words, env=self._environment | environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def said(self, *words: str) -> str:
        done = self.run(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def refused(self, *words: str, **environment: str) -> str:
        """What a command says that fails: one line, after those of the log."""
        done = self.run(*words, **environment)
        assert done.exit_code == 1, done.output
        *logged, line = done.stderr.splitlines()
        assert line.startswith("Error: ")
        assert all(json.loads(each) for each in logged)
        return line

    def misused(self, *words: str) -> str:
        done = self.run(*words)
        assert done.exit_code == 2, done.output
        return done.stderr

    def json(self, *words: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.said(*words, "--json"))
        return found


@pytest.fixture
def shell(running: ServiceProcess, tmp_path: Path) -> Shell:
    return Shell(running, tmp_path)


def test_a_site_is_made_changed_shown_and_listed(shell: Shell) -> None:
    assert "sport is there" in shell.said("site", "create", "sport", "--title", "Sport", "--language", "de")
    made = shell.json("site", "show", "sport")
    assert (made["title"], made["language"], made["public_submission"]) == ("Sport", "de", False)
    origins = ["--origin", "https://sport.example", "--origin", "https://www.sport.example"]
    said = shell.said("site", "set", "sport", "--public-submission", *origins)
    assert "https://www.sport.example" in said
    changed = shell.json("site", "show", "sport")
    assert changed["allowed_origins"] == ["https://sport.example", "https://www.sport.example"]
    assert (changed["title"], changed["public_submission"]) == ("Sport", True)
    shell.said("site", "set", "sport", "--no-public-submission", "--no-origins", "--title", "", "--language", "pt-BR")
    bare = shell.json("site", "show", "sport")
    assert (bare["allowed_origins"], bare["public_submission"], bare["title"]) == ([], False, "")
    assert bare["language"] == "pt-BR"
    assert "sport  -  with tokens only" in shell.said("site", "list")


def test_a_site_keeps_what_is_not_named(shell: Shell) -> None:
    shell.said("site", "create", "kept", "--public-submission", "--origin", "https://kept.example")
    shell.said("site", "set", "kept", "--title", "Kept")
    shell.said("site", "set", "kept", "--waiting-target-minutes", "30")
    assert shell.json("site", "show", "kept")["waiting_target_minutes"] == 30
    shell.said("site", "set", "kept", "--no-waiting-target")
    kept = shell.json("site", "show", "kept")
    assert kept["waiting_target_minutes"] is None
    assert (kept["public_submission"], kept["allowed_origins"]) == (True, ["https://kept.example"])


def test_a_policy_is_shown_and_changed_field_by_field(shell: Shell) -> None:
    shell.said("site", "create", "ruled")
    before = shell.json("policy", "show", "ruled")
    said = shell.said("policy", "set", "ruled", "--mode", "auto", "--publish-below", "0.02", "--reader-rate", "none")
    assert "auto" in said
    after = shell.json("policy", "show", "ruled")
    changed = {"version": 2, "mode": "auto", "publish_below": 0.02, "reader_rate_per_minute": None}
    assert after == before | changed
    shell.said("policy", "set", "ruled", "--reader-rate", "3", "--reader-burst", "2", "--site-rate", "60")
    again = shell.json("policy", "show", "ruled")
    rates = {"reader_rate_per_minute": 3, "reader_burst": 2, "site_rate_per_minute": 60}
    assert again == after | rates | {"version": 3}


def test_a_policy_goes_back_to_an_older_version(shell: Shell) -> None:
    shell.said("site", "create", "changed")
    shell.said("policy", "set", "changed", "--mode", "auto")
    shell.said("policy", "set", "changed", "--mode", "postmoderate")
    assert "auto" in shell.said("policy", "restore", "changed", "2")
    newest, *_, first = shell.said("policy", "versions", "changed").splitlines()
    assert (newest.split()[0], newest.split("  ")[-1]) == ("4", "version 2 again")
    assert (first.split()[0], first.split("  ")[-1]) == ("1", "-")
    assert '"version": 4' in shell.said("policy", "versions", "changed", "--json")
    assert "404" in shell.refused("policy", "restore", "changed", "9")


def test_a_policy_is_brought_from_one_site_to_another(shell: Shell) -> None:
    """What has no limit is null in the file, and is that afterwards."""
    shell.said("site", "create", "one")
    shell.said("site", "create", "other")
    shell.said("policy", "set", "one", "--reader-rate", "none", "--reject-above", "0.9")
    file = shell.folder / "policy.json"
    file.write_text(shell.said("policy", "show", "one", "--json"))
    shell.said("policy", "set", "other", "--file", str(file), "--reject-above", "0.95")
    assert shell.json("policy", "show", "other") == shell.json("policy", "show", "one") | {"reject_above": 0.95}


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_policy_that_is_no_object_is_named(shell: Shell, text: str) -> None:
    file = shell.folder / "policy.json"
    file.write_text(text)
    assert "policy.json" in shell.refused("policy", "set", "default", "--file", str(file))


def test_a_thread_is_closed_opened_and_set(shell: Shell) -> None:
    name = "the river/2026?"
    said = shell.said("thread", "set", "default", name, "--title", "The river", "--article", "https://news.example/r")
    assert "The river" in said
    assert shell.json("thread", "show", "default", name)["closed"] is False
    assert "closed     true" in shell.said("thread", "close", "default", name)
    assert shell.json("thread", "show", "default", name)["closed"] is True
    shell.said("thread", "open", "default", name)
    shell.said("thread", "set", "default", name, "--mode", "postmoderate")
    shell.said("thread", "set", "default", name, "--closes-at", "2100-01-31T00:00:00Z")
    found = shell.json("thread", "show", "default", name)
    assert found["closes_at"] == "2100-01-31T00:00:00.000Z"
    shell.said("thread", "set", "default", name, "--closes-at", "site")
    assert (found["title"], found["closed"], found["mode"]) == ("The river", False, "postmoderate")
    shell.said("thread", "set", "default", name, "--mode", "site")
    assert shell.json("thread", "show", "default", name)["mode"] is None


def test_a_member_is_made_by_a_token_and_ended_with_all_of_them(shell: Shell) -> None:
    shell.reader.api("POST", "/v1/sites", {"site": "both"})
    rights = ("--role", "moderator", "--role", "operator", "--site", "default", "--site", "both")
    shell.said("token", "create", *rights, "--name", "phone", "--member-name", "Mo of both")
    (line,) = [each for each in shell.said("member", "list", "--site", "both").splitlines() if "Mo of both" in each]
    assert "moderator,operator both,default" in line
    assert "1 token " in line
    member_id = line.split()[0]
    shell.said("token", "create", "--role", "moderator", "--site", "*", "--name", "laptop", "--member", member_id)
    assert f"of {member_id} Mo of both" in shell.said("token", "list")
    assert shell.said("member", "rename", member_id, "Mo Okafor") == f"{member_id} is Mo Okafor.\n"
    assert '"*"' in shell.said("member", "show", member_id)
    assert shell.said("member", "revoke", member_id) == f"{member_id} is revoked.\n"
    assert member_id not in shell.said("token", "list") + shell.said("member", "list")


def test_a_link_signs_a_tokens_member_in_once(shell: Shell) -> None:
    shell.said("token", "create", "--role", "moderator", "--site", "default", "--name", "for a link")
    (line,) = [each for each in shell.said("token", "list").splitlines() if "for a link" in each]
    addresses = [shell.said("token", "link", whose).strip() for whose in (line.split()[0], "admin")]
    assert len(set(addresses)) == 2
    assert [statuses_of(each) for each in addresses] == [[303, 401]] * 2


def statuses_of(address: str) -> list[int]:
    """What a browser gets that opens a link, and again."""
    where = urlsplit(address)
    body, headers = urlencode({"code": where.fragment}), {"Content-Type": "application/x-www-form-urlencoded"}
    found = []
    for _ in range(2):
        asked = HTTPConnection(where.netloc)
        asked.request("POST", where.path, body, headers | {"Sec-Fetch-Site": "same-origin"})
        found.append(asked.getresponse().status)
        asked.close()
    return found


def test_more_sites_than_a_page_holds_are_listed(shell: Shell) -> None:
    names = {f"many-{number:03}" for number in range(205)}
    for name in names:
        shell.reader.api("POST", "/v1/sites", {"site": name})
    assert names <= {line.split()[0] for line in shell.said("site", "list").splitlines()}


@pytest.mark.parametrize(
    "words",
    [
        ("site", "set", "default"),
        ("policy", "set", "default"),
        ("thread", "set", "default", "t"),
        ("site", "set", "default", "--origin", "https://a.example", "--no-origins"),
        ("site", "set", "default", "--waiting-target-minutes", "30", "--no-waiting-target"),
        ("site", "set", "default", "--waiting-target-minutes", "0"),
        ("policy", "set", "default", "--mode", "hasty"),
        ("policy", "set", "default", "--site-rate", "many"),
        ("thread", "set", "default", "t", "--mode", "hasty"),
        ("thread", "close", "default"),
        ("serve", "--port", "65536"),
        ("serve", "--workers", "0"),
        ("token", "create", "--role", "king", "--name", "x"),
        ("token", "create", "--role", "admin", "--name", "x", "--member", "m1", "--member-name", "x"),
        ("nothing",),
    ],
    ids=" ".join,
)
def test_a_misused_command_says_how_it_is_used(shell: Shell, words: tuple[str, ...]) -> None:
    said = shell.misused(*words)
    assert "--help" in said
    assert "Error: " in said


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("site", "set", "nowhere", "--title", "x"), "404"),
        (("site", "set", "../tokens", "--title", "x"), "404"),
        (("site", "set", "default", "--origin", "news"), "allowed_origins"),
        (("site", "create", "No Name"), "site"),
        (("policy", "set", "default", "--publish-below", "2"), "publish_below"),
        (("policy", "set", "default", "--site-rate", "0"), "site_rate_per_minute"),
        (("policy", "show", "nowhere"), "404"),
        (("thread", "set", "nowhere", "t", "--closed"), "404"),
        (("thread", "set", "default", "t", "--article", "ftp://x"), "url"),
        (("token", "revoke", "t-0"), "404"),
        (("token", "link", "t-0"), "404"),
        (("token", "create", "--role", "admin", "--name", "x", "--member", "m0"), "404"),
        (("token", "create", "--role", "moderator", "--name", "x"), "site"),
        (("member", "show", "m0"), "404"),
        (("member", "rename", "m0", "Mo"), "404"),
        (("member", "revoke", "admin"), "409"),
        (("site", "list", "--token-file", "/nowhere/token"), "/nowhere/token"),
        (("site", "list", "--url", "nonsense"), "nonsense"),
        (("site", "list", "--url", "http://[::1"), "[::1"),
        (("site", "list", "--url", "http://127.0.0.1:1"), "127.0.0.1:1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_goes_wrong_is_told_in_one_line(shell: Shell, words: tuple[str, ...], named: str) -> None:
    assert named in shell.refused(*words)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(shell: Shell) -> None:
    """It would be given the administrator's token."""
    done = shell.run("site", "list", http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1", no_proxy="")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("token", ["wrong", "with\nlines", "with spaces and ünïcode"])
def test_a_wrong_token_is_told_and_not_shown(shell: Shell, token: str) -> None:
    said = shell.refused("site", "list", COMMENTDESK_ADMIN_TOKEN=token)
    assert token not in said
    assert "token" in said.lower()


ANSWERS = {
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "nothing": b"",
    "no JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a list": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "another object": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
    "a refusal of another kind": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n[]",
    "a refusal with odd errors": b'HTTP/1.1 422 No\r\nContent-Length: 27\r\n\r\n{"title": "x", "errors": []}'[:-1],
}


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_another_program_at_the_address_is_told(shell: Shell, stranger: socket.socket, answer: bytes) -> None:
    def serve() -> None:
        connection, _ = stranger.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    shell.refused("site", "list", "--url", f"http://127.0.0.1:{stranger.getsockname()[1]}")
    thread.join()
