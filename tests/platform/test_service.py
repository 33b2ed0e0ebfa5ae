"""The service as a process on its embedded server: its folder, its deaths and its end."""

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from tests.pages.reader import FORM, Reader
from tests.servers import RedisServer, ServiceProcess, client_of, is_running, wait_until

MakeService = Callable[..., ServiceProcess]


@pytest.fixture
def service(make_service: MakeService) -> ServiceProcess:
    service = make_service()
    service.start()
    return service


def readyz_status(service: ServiceProcess) -> int:
    try:
        with urllib.request.urlopen(f"{service.url}/readyz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def server_pid(service: ServiceProcess) -> int | None:
    """The embedded server, which is the service's only child; None while there is none."""
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
    assert len(children) <= 1
    return int(children[0]) if children else None


def test_a_second_service_on_the_folder_is_refused_and_the_first_unharmed(service: ServiceProcess) -> None:
    address = (service.data_dir / "service.json").read_bytes()
    second = ServiceProcess(service.data_dir)
    second.output = second.output.with_suffix(".second.log")
    second.spawn()
    assert second.wait() == 1
    assert f"process {service.pid}" in second.said()
    assert str(service.data_dir) in second.said()
    assert "Traceback" not in second.said()
    assert readyz_status(service) == 200
    assert (service.data_dir / "service.json").read_bytes() == address


def test_without_changes_it_waits_and_complains_of_nothing(
    make_service: MakeService, redis_server: RedisServer
) -> None:
    service = make_service(redis_url=redis_server.url)
    with client_of(redis_server.url) as client:
        client.config_resetstat()
        service.start()

        def waits() -> int:
            return int(client.info("commandstats").get("cmdstat_xread", {"calls": 0})["calls"])

        wait_until(lambda: waits() >= 5, "some waits for changes to end", 30)
    assert "registry_not_read" not in service.said()


def test_a_killed_server_comes_back_by_itself(service: ServiceProcess) -> None:
    old_pid = server_pid(service)
    assert old_pid is not None
    os.kill(old_pid, signal.SIGKILL)
    wait_until(lambda: server_pid(service) not in (None, old_pid), "another server", 20)
    wait_until(lambda: readyz_status(service) == 200, "readiness again", 20)


def test_a_killed_service_takes_its_server_along_and_starts_again(service: ServiceProcess) -> None:
    pid = server_pid(service)
    assert pid is not None
    service.kill()
    service.start()
    assert not is_running(pid)
    assert readyz_status(service) == 200


def test_an_orderly_end_leaves_no_process_and_no_address(service: ServiceProcess) -> None:
    pid = server_pid(service)
    assert pid is not None
    assert service.stop() == 0
    assert not is_running(pid)
    assert not (service.data_dir / "service.json").exists()
    assert not (service.data_dir / "valkey.sock").exists()
    assert "Traceback" not in service.said()


def test_a_closed_terminal_is_an_orderly_end(service: ServiceProcess) -> None:
    os.kill(service.pid, signal.SIGHUP)
    assert service.wait() == 0
    assert not (service.data_dir / "service.json").exists()


@pytest.mark.parametrize("is_redis_outside", [True, False])
def test_all_that_lies_in_its_folder_is_its_users_alone(
    make_service: MakeService,
    redis_server: RedisServer,
    is_redis_outside: bool,  # noqa: FBT001
) -> None:
    """Also where the folder was open to all before, the secrets are given, and nothing is masked."""
    service = make_service(
        redis_url=redis_server.url if is_redis_outside else None, settings={"COMMENTDESK_SECRET_KEY": "k" * 40}
    )
    service.data_dir.mkdir()
    service.data_dir.chmod(0o777)
    umask = os.umask(0)
    try:
        service.start()
    finally:
        os.umask(umask)
    assert service.data_dir.stat().st_mode & 0o777 == 0o700
    files = [path for path in service.data_dir.rglob("*") if path.is_file()]
    assert service.data_dir / "service.json" in files
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_a_folder_of_another_user_is_named(make_service: MakeService) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to another user")
    service = make_service()
    service.data_dir.mkdir()
    os.chown(service.data_dir, 12345, -1)
    service.spawn()
    assert service.wait() == 1
    assert "belongs to another user" in service.said()
    assert "Traceback" not in service.said()


def fill_up(client: redis.Redis, size: int) -> None:
    """Writes values of that size until the server refuses one."""
    with suppress(redis.exceptions.OutOfMemoryError):
        for number in range(100_000):
            client.set(f"filler-{size}-{number}", b"x" * size)
        pytest.fail("the server takes whatever comes")


def test_a_full_server_takes_no_comment_and_decides_on(make_service: MakeService) -> None:
    service = make_service(settings={"COMMENTDESK_MAX_MEMORY_MB": "16"})
    service.start()
    reader = Reader(service.url, service.admin_token)
    thread = "/v1/sites/default/threads/t1"
    comment_id = reader.api("POST", f"{thread}/comments", FORM)["comment_id"]
    headers = {"Authorization": f"Bearer {service.admin_token}", "Content-Type": "application/json"}
    another = json.dumps(FORM | {"body": "Another."}).encode()
    with client_of(f"unix://{service.data_dir}/valkey.sock?db=0") as client:
        assert client.config_get("maxmemory") == {"maxmemory": str(16 * 1024 * 1024)}
        for size in (1024 * 1024, 1000):  # what is on its way takes room too, until it is refused
            fill_up(client, size)
        refused = reader.request("POST", f"{thread}/comments", another, headers)
    assert (refused.status, json.loads(refused.text).get("code")) == (503, "store_full"), refused.text
    reader.api("POST", f"/v1/sites/default/comments/{comment_id}/decisions", {"decision": "approve"})
    assert [each["comment_id"] for each in reader.api("GET", f"{thread}/comments")["comments"]] == [comment_id]
    assert readyz_status(service) == 200
    assert service.stop() == 0
