"""Backup and restore as a person does it, beside a running service; and formats of the store."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from service.errors import StartError
from service.link.address import make_link
from service.link.link import Link
from service.platform.embedded import EmbeddedServer, find_running
from service.store import keys
from service.upkeep import installation, upgrade
from service.upkeep.format_steps import STEPS, FormatStep
from service.vault import Vault
from tests.servers import REPOSITORY, ServiceProcess
from tests.upkeep.backup.content import SECRET

THREAD = "/v1/sites/default/threads/article/comments"


def command(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=REPOSITORY,
        env=environment | {"COMMENTDESK_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def ask(service: ServiceProcess, method: str, path: str, body: object = None) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {service.admin_token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(service.url + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


def test_from_a_running_service_to_a_new_one(make_service: Callable[..., ServiceProcess], tmp_path: Path) -> None:
    service, file = make_service(), tmp_path / "file"
    service.start()
    comment = {"name": "Ada", "email": "ada@example.org", "body": "To be kept.", "receipt": True}
    receipt = ask(service, "POST", THREAD, comment)
    ask(service, "POST", f"/v1/sites/default/comments/{receipt['comment_id']}/decisions", {"decision": "approve"})
    thread = ask(service, "GET", THREAD)
    question = {"receipt": receipt["receipt"]}
    known = ask(service, "POST", "/v1/sites/default/receipts", question)
    assert known["state"] == "published"

    made = command(service.data_dir, "backup", str(file))
    assert made.returncode == 0, made.stderr
    refused = command(service.data_dir, "restore", "--replace", "--yes", str(file))
    assert refused.returncode == 1
    assert "Another commentdesk" in refused.stderr
    assert "All is well." in command(service.data_dir, "doctor").stdout
    service.stop()
    again = command(service.data_dir, "backup", str(file))
    assert again.returncode == 0, again.stderr
    assert made.stdout.split()[0] == again.stdout.split()[0], "as many keys, running or not"

    new = make_service()
    unknown = command(new.data_dir, "restore", str(file))
    assert "is not known" in unknown.stderr
    assert not new.data_dir.exists(), "no other secret was made"
    new.data_dir.mkdir()
    (new.data_dir / "secret-key").write_bytes((service.data_dir / "secret-key").read_bytes())
    restored = command(new.data_dir, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    new.start()
    assert ask(new, "GET", THREAD) == thread
    assert ask(new, "POST", "/v1/sites/default/receipts", question) == known
    assert ask(new, "GET", f"/v1/sites/default/comments/{receipt['comment_id']}")["email"] == "ada@example.org"


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for arguments in (("backup", str(tmp_path / "file")), ("doctor",)):
        done = command(tmp_path / "nowhere", *arguments)
        assert done.returncode == 1
        assert "There is no data folder" in done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_a_server_whose_socket_lies_elsewhere_is_found(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    assert find_running(folder) is None
    server = await EmbeddedServer.open(folder)
    try:
        assert find_running(folder) == server.url
    finally:
        await server.close()
    assert find_running(folder) is None


async def test_an_older_store_is_upgraded_step_by_step(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(SECRET)
    await installation.check_installation(link, vault)
    await link.call("HSET", keys.INSTALLATION, "format", 1)
    done: list[tuple[int, bytes]] = []

    def step(number: int) -> FormatStep:
        async def find(_: Link, names: Sequence[bytes]) -> Sequence[bytes]:
            return [name for name in names if name == keys.INSTALLATION.encode()]

        async def rewrite(_: Link, names: Sequence[bytes]) -> None:
            done.extend((number, name) for name in names)

        return FormatStep(find, rewrite)

    monkeypatch.setattr(upgrade, "STEPS", {number: step(number) for number in (1, 2)})
    monkeypatch.setattr(installation, "FORMAT", 3)
    assert await installation.check_installation(link, vault) == 1
    await upgrade.upgrade(link, lambda _: None)
    assert await installation.check_installation(link, vault) == 3
    await upgrade.upgrade(link, lambda _: None)
    assert done == [(1, keys.INSTALLATION.encode()), (2, keys.INSTALLATION.encode())]
    assert await link.call("HGET", keys.INSTALLATION, "format") == b"3"
    monkeypatch.setattr(installation, "FORMAT", 2)
    with pytest.raises(StartError, match="This store has format 3; this version of commentdesk reads 2"):
        await installation.check_installation(link, vault)


async def test_a_store_of_another_secret_is_not_upgraded(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    await installation.check_installation(link, Vault(SECRET))
    monkeypatch.setattr(installation, "FORMAT", installation.FORMAT + 1)
    with pytest.raises(StartError, match="another COMMENTDESK_SECRET_KEY"):
        await installation.check_installation(link, Vault("another secret than that"))
    assert await link.call("HGET", keys.INSTALLATION, "format") == b"%d" % (installation.FORMAT - 1)


def test_there_is_a_step_to_every_format() -> None:
    assert sorted(STEPS) == list(range(1, installation.FORMAT))


async def test_a_service_does_not_start_on_half_a_restore(
    make_service: Callable[..., ServiceProcess], tmp_path: Path
) -> None:
    service = make_service()
    server = await EmbeddedServer.open(service.data_dir)
    link = make_link(server.url, ())
    link.open()
    assert await link.wait_up(10)
    await link.call("HSET", keys.INSTALLATION, "restoring", "2026")
    await link.close()
    await server.close()
    service.spawn()
    assert service.wait() == 1
    assert "Run the restore again" in service.said()
    assert "Traceback" not in service.said()
