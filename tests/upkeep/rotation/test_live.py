"""`rotate-key` beside services at work: nothing is lost, every email is readable throughout, kills do no harm."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.store import keys
from service.store.record import unpack_private
from service.upkeep.installation import FORMAT
from service.vault import Vault
from tests.servers import REPOSITORY, RedisServer, ServiceProcess, client_of, wait_until
from tests.upkeep.rotation.sealed import NEW, OLD, THIRD, opened
from tests.workers.conftest import WORKERS, workers

MakeService = Callable[..., ServiceProcess]
BOTH = {"COMMENTDESK_SECRET_KEY": NEW, "COMMENTDESK_PREVIOUS_SECRET_KEY": OLD}
THREAD = "/v1/sites/default/threads/article/comments"


def command(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
    return subprocess.Popen(
        [sys.executable, "-m", "service", *arguments],
        cwd=REPOSITORY,
        env=environment | {f"COMMENTDESK_{name}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rotate(server: RedisServer, *arguments: str, secret: str = NEW, previous: str = OLD) -> tuple[int, str]:
    settings = {"REDIS_URL": server.url, "SECRET_KEY": secret, "PREVIOUS_SECRET_KEY": previous}
    process = command("rotate-key", *arguments, **settings)
    said, complained = process.communicate()
    assert "Traceback" not in complained
    return process.returncode, said + complained


def ask(service: ServiceProcess, method: str, path: str, body: object = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {service.admin_token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(service.url + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


class Readers:
    """People who write comments and read all emails, of every service in turn, until told to stop."""

    def __init__(self, services: list[ServiceProcess]) -> None:
        self._services = services
        self._is_over = threading.Event()
        self.emails: dict[str, str] = {}
        self.wrong: list[str] = []
        self.reads = 0

    def post(self, number: int) -> None:
        email = f"reader{number}@example.org"
        address = f"10.0.{number // 256}.{number % 256}"  # each another reader, whose rate no one exceeds
        body = f"Comment number {number}, to be kept."
        comment = {"name": "Ada", "email": email, "body": body, "client": {"ip": address}}
        service = self._services[number % len(self._services)]
        self.emails[ask(service, "POST", THREAD, comment)["comment_id"]] = email

    def read(self, comment_id: str) -> None:
        for service in self._services:
            told = ask(service, "GET", f"/v1/sites/default/comments/{comment_id}")["email"]
            if told != self.emails[comment_id]:
                self.wrong.append(f"{comment_id}: {told}")
            self.reads += 1

    @contextmanager
    def at_work(self, first: int) -> Iterator[None]:
        thread = threading.Thread(target=self._work, args=(first,))
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()
            self._is_over.clear()

    def _work(self, first: int) -> None:
        chance, number = random.Random(first), first
        while not self._is_over.is_set():
            try:
                self.post(number)
                self.read(chance.choice(list(self.emails)))
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
            number += 1

    def check_all(self) -> None:
        for comment_id in self.emails:
            self.read(comment_id)
        assert self.wrong == []


def start_all(services: list[ServiceProcess]) -> list[ServiceProcess]:
    for each in services:
        each.spawn()
    for each in services:
        each.wait_ready()
    return services


def comments_of(make_service: MakeService, server: RedisServer, count: int) -> dict[str, str]:
    """Written by a service that knows the old secret alone."""
    service = make_service(redis_url=server.url, settings={"COMMENTDESK_SECRET_KEY": OLD})
    service.start()
    readers = Readers([service])
    for number in range(count):
        readers.post(number)
    service.stop()
    return readers.emails


def check_replaced(server: RedisServer, emails: dict[str, str]) -> None:
    assert opened(server.url, Vault(NEW)) == emails
    assert opened(server.url, Vault(OLD)) == {}
    with client_of(server.url) as client:
        assert client.hmget(keys.INSTALLATION, "secret_check", "previous_check") == [Vault(NEW).check.encode(), None]


def sealed_emails(server: RedisServer) -> list[bytes]:
    with client_of(server.url) as client:
        private = [client.hget(name, keys.COMMENT_FIELDS["private"]) for name in client.scan_iter("cd:{*}:comment:*")]
    return [unpack_private(each).email for each in private if each]


def in_files(server: RedisServer, texts: list[bytes]) -> list[bytes]:
    """Those of the texts that lie in a file of the server."""
    written = b"".join(each.read_bytes() for each in server.folder.rglob("*") if each.is_file())
    return [each for each in texts if each in written]


@pytest.mark.timeout(240)
def test_services_at_work_lose_nothing(make_service: MakeService, redis_server: RedisServer) -> None:
    emails = comments_of(make_service, redis_server, 30)
    sealed = sealed_emails(redis_server)
    assert in_files(redis_server, sealed)
    services = start_all(
        [make_service(redis_url=redis_server.url, settings=BOTH | more) for more in ({}, WORKERS)],
    )
    readers = Readers(services)
    readers.emails |= emails
    with readers.at_work(1000):
        status, said = rotate(redis_server)
        assert status == 0, said
        before = readers.reads
        wait_until(lambda: readers.reads > before + 20, "some more to be read", 30)
    readers.check_all()
    assert len(readers.emails) > len(emails)
    check_replaced(redis_server, readers.emails)
    assert not in_files(redis_server, sealed), "nor in what Redis wrote before"
    assert not [each for each in services if "Traceback" in each.said()]
    for each in services:
        assert each.stop() == 0
    with client_of(redis_server.url) as client:
        assert list(client.scan_iter(keys.process("*"))) == [], "none is left that was told to stop"
    only_new = make_service(redis_url=redis_server.url, settings={"COMMENTDESK_SECRET_KEY": NEW})
    only_new.start()
    after = Readers([only_new])
    after.emails |= readers.emails
    after.check_all()
    only_old = make_service(redis_url=redis_server.url, settings={"COMMENTDESK_SECRET_KEY": OLD})
    only_old.spawn()
    assert only_old.wait() == 1
    assert "another COMMENTDESK_SECRET_KEY" in only_old.said()


@pytest.mark.timeout(300)
def test_kills_in_the_middle_do_no_harm(make_service: MakeService, redis_server: RedisServer) -> None:
    emails = comments_of(make_service, redis_server, 60)
    (service,) = start_all([make_service(redis_url=redis_server.url, settings=BOTH)])
    readers = Readers([service])
    readers.emails |= emails
    chance = random.Random(7)
    settings = {"REDIS_URL": redis_server.url, "SECRET_KEY": NEW, "PREVIOUS_SECRET_KEY": OLD}
    with readers.at_work(1000), client_of(redis_server.url) as client:
        for _ in range(5):
            client.delete(keys.ROTATING)  # of the one that was killed, which would be waited for
            kill_in_the_middle(command("rotate-key", **settings), client, chance)
            assert opened(redis_server.url, Vault(NEW, OLD)).items() >= emails.items()
        client.delete(keys.ROTATING)
        status, said = rotate(redis_server)
        assert status == 0, said
    readers.check_all()
    check_replaced(redis_server, readers.emails)


def kill_in_the_middle(process: subprocess.Popen[str], client: Any, chance: random.Random) -> None:
    """Where that is, chance decides."""
    wait_until(lambda: client.exists(keys.ROTATING) or process.poll() is not None, "it to begin", 30)
    threading.Event().wait(chance.random() / 10)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_service_that_does_not_know_the_new_one_keeps_the_old_in_force(
    make_service: MakeService, redis_server: RedisServer
) -> None:
    service = make_service(redis_url=redis_server.url, settings={"COMMENTDESK_SECRET_KEY": OLD})
    service.start()
    wait_until(lambda: is_listed(redis_server), "it to be listed", 10)
    status, said = rotate(redis_server)
    assert status == 1
    assert "1 of 1 processes that serve from this store do not know the new secret" in said
    readers = Readers([service])
    readers.post(1)
    readers.check_all()
    assert opened(redis_server.url, Vault(OLD)) == readers.emails
    service.stop()
    assert rotate(redis_server)[0] == 0


def is_listed(server: RedisServer) -> bool:
    with client_of(server.url) as client:
        return any(client.scan_iter(keys.process("*")))


def test_one_that_comes_to_know_too_little_stops_serving(make_service: MakeService, redis_server: RedisServer) -> None:
    """Where the check before was evaded: it would seal what nobody could open."""
    service = make_service(redis_url=redis_server.url, settings={"COMMENTDESK_SECRET_KEY": OLD})
    service.start()
    wait_until(lambda: is_listed(redis_server), "it to be listed", 10)
    with client_of(redis_server.url) as client:
        client.delete(*client.scan_iter(keys.process("*")))
    assert rotate(redis_server)[0] == 0

    def refused() -> bool:
        try:
            Readers([service]).post(1)
        except urllib.error.HTTPError as error:
            with error:
                return error.code == 503
        return False

    wait_until(refused, "it to refuse", 10)
    assert "another COMMENTDESK_SECRET_KEY" in service.said()


def test_what_cannot_be_done_is_told(make_service: MakeService, redis_server: RedisServer, tmp_path: Path) -> None:
    emails = comments_of(make_service, redis_server, 3)
    status, said = rotate(redis_server, secret=THIRD, previous=NEW)
    assert status == 1
    assert "another COMMENTDESK_SECRET_KEY" in said
    process = command("rotate-key", REDIS_URL=redis_server.url, SECRET_KEY=OLD)
    said, complained = process.communicate()
    assert process.returncode == 1
    assert "There is no secret to replace" in complained
    status, said = rotate(redis_server, "--new", secret=OLD, previous=OLD)
    assert status == 1
    assert "--new cannot change it" in said
    with client_of(redis_server.url) as client:
        client.set(keys.ROTATING, "somebody", px=30_000)
        assert "Somebody else" in rotate(redis_server)[1]
        client.delete(keys.ROTATING)
        client.hset(keys.INSTALLATION, "format", 2)
        assert "start the service once" in rotate(redis_server)[1]
        client.hset(keys.INSTALLATION, "format", FORMAT)
    assert rotate(redis_server)[0] == 0
    check_replaced(redis_server, emails)
    assert rotate(redis_server)[0] == 0, "again does no harm"
    assert rotate(redis_server, secret=OLD, previous=NEW)[0] == 0, "and back"
    assert opened(redis_server.url, Vault(OLD)) == emails


@pytest.mark.timeout(240)
def test_in_a_data_folder_without_a_pause(make_service: MakeService) -> None:
    """The secret that was made at the first start, on the embedded server, with two workers that are renewed."""
    service = make_service(settings=WORKERS)
    service.start()
    readers = Readers([service])
    for number in range(20):
        readers.post(number)
    folder = service.data_dir
    old = (folder / "secret-key").read_text()
    with readers.at_work(1000):
        first = command("rotate-key", "--new", DATA_DIR=str(folder))
        said, complained = first.communicate()
        assert first.returncode == 1
        assert "do not know the new secret" in complained
        assert (folder / "secret-key.previous").read_text() == old
        assert (folder / "secret-key").read_text() != old
        assert {(folder / name).stat().st_mode & 0o777 for name in ("secret-key", "secret-key.previous")} == {0o600}
        before = workers(service)
        os.kill(service.pid, signal.SIGHUP)
        wait_until(lambda: "workers_rolled" in service.said(), "two new workers", 60)
        wait_until(lambda: not workers(service) & before, "the end of the old ones", 60)
        second = command("rotate-key", DATA_DIR=str(folder))
        said, complained = second.communicate()
        assert second.returncode == 0, complained
        assert "The new secret is in force" in said
    readers.check_all()
    assert service.stop() == 0
    (folder / "secret-key.previous").unlink()
    service.start()
    readers.check_all()
    third = command("rotate-key", DATA_DIR=str(folder))
    assert "rotate-key --new makes one" in third.communicate()[1]
