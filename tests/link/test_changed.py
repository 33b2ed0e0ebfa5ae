"""What changes while the service runs: a password, a certificate, a right. It says what is wrong, and recovers."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.guarded import EVERYTHING, PASSWORD, Authority, GuardedServer
from tests.link.reached import readiness, run_command, until_ready
from tests.servers import REPOSITORY, ServiceProcess, wait_until

Guard = Callable[..., GuardedServer]
MakeService = Callable[..., ServiceProcess]
WRONG_LOGIN = "Redis refuses the user or the password"


def assert_tells_no_password(service: ServiceProcess) -> None:
    for password in (PASSWORD, quote(PASSWORD, safe=""), "another-password"):
        assert password not in service.said()


def test_a_changed_password_is_named_until_it_is_as_before(guard: Guard, make_service: MakeService) -> None:
    server = guard()
    service = make_service(redis_url=server.url())
    service.start()
    server.set_user("resetpass", ">another-password")
    until_ready(service, 503, f"Redis is away: {WRONG_LOGIN}")
    server.set_user(f">{PASSWORD}")
    until_ready(service, 200, "ok")
    assert f'"error": "{WRONG_LOGIN}"' in service.said()
    assert_tells_no_password(service)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_password_that_is_changed_in_its_file_is_used(
    workers: str, guard: Guard, make_service: MakeService, tmp_path: Path
) -> None:
    server = guard()
    file = tmp_path / "redis-url"
    file.write_text(server.url())
    settings = {"COMMENTDESK_REDIS_URL_FILE": str(file), "COMMENTDESK_WORKERS": workers}
    service = make_service(settings=settings)
    service.start()
    server.set_user("resetpass", ">another-password")
    until_ready(service, 503, WRONG_LOGIN)
    file.write_text("redis://[nonsense")
    until_ready(service, 503, "the file with COMMENTDESK_REDIS_URL has none that can be used")
    file.write_text(server.url(password="another-password") + "\n")
    until_ready(service, 200, "ok")
    assert_tells_no_password(service)


def test_a_certificate_that_expired_is_named_until_it_is_renewed(
    guard: Guard, authority: Authority, make_service: MakeService
) -> None:
    server = guard(tls=authority)
    service = make_service(redis_url=server.url(f"?ssl_ca_certs={authority.file}"))
    service.start()
    server.show_certificate(*authority.issue("expired", days=-1))
    until_ready(service, 503, "Redis is away: the certificate of Redis has expired")
    server.show_certificate(*authority.issue("renewed"))
    until_ready(service, 200, "ok")


def test_a_certificate_of_the_service_is_read_anew(
    guard: Guard, authority: Authority, make_service: MakeService, tmp_path: Path
) -> None:
    server = guard(tls=authority, mutual=True)
    certificate, key = tmp_path / "certificate", tmp_path / "key"

    def put(files: tuple[Path, Path]) -> None:
        for file, place in zip(files, (certificate, key), strict=True):
            shutil.copy(file, place)

    put(authority.issue("first"))
    options = f"?ssl_ca_certs={authority.file}&ssl_certfile={certificate}&ssl_keyfile={key}"
    service = make_service(redis_url=server.url(options))
    service.start()
    put(authority.issue("expired", days=-1))
    server.set_user()
    until_ready(service, 503, "Redis refuses the service's certificate (ssl_certfile): it has expired")
    certificate.unlink()
    until_ready(service, 503, "the file of ssl_certfile cannot be read: No such file or directory")
    put(authority.issue("renewed"))
    until_ready(service, 200, "ok")


def test_a_right_that_is_taken_away_is_named_and_comes_back(guard: Guard, make_service: MakeService) -> None:
    server = guard()
    service = make_service(redis_url=server.url())
    service.start()
    server.set_user("-hset", "-zadd")
    until_ready(service, 503, "a write was refused: Redis does not let this user run HSET, ZADD")
    server.set_user("+hset", "+zadd")
    until_ready(service, 200, "ok")


def test_what_is_wrong_at_the_start_is_logged(guard: Guard, make_service: MakeService) -> None:
    server = guard(rights="~* &* +@all -zadd")
    service = make_service(redis_url=server.url())
    service.spawn()
    wait_until(lambda: "store_not_ready" in service.said(), "a line about rights", 30)
    assert '"redis": "a write was refused: Redis does not let this user run ZADD"' in service.said()
    refused = make_service(redis_url=server.url(password="wrong"))
    refused.spawn()
    wait_until(lambda: f'"error": "{WRONG_LOGIN}", "event": "redis_away"' in refused.said(), "a line about it", 30)
    wait_until(lambda: (refused.data_dir / "service.json").exists(), "the service to go on", 30)
    refused.wait_listening()
    assert readiness(refused)[0] == 503
    assert_tells_no_password(refused)


def test_a_command_names_a_certificate_that_expired(
    guard: Guard, authority: Authority, tmp_path: Path, make_service: MakeService
) -> None:
    server = guard(tls=authority)
    service = make_service(redis_url=server.url(f"?ssl_ca_certs={authority.file}"))
    server.show_certificate(*authority.issue("expired", days=-1))
    with pytest.raises(AssertionError, match="Error: Redis cannot be reached: the certificate of Redis has expired"):
        run_command(service, server.url(f"?ssl_ca_certs={authority.file}"), "backup", str(tmp_path / "file"))


def test_a_service_that_may_not_wait_for_replicas_says_so(guard: Guard, make_service: MakeService) -> None:
    server = guard(rights=f"{EVERYTHING} -wait")
    service = make_service(redis_url=server.url(), settings={"COMMENTDESK_WAIT_REPLICAS": "1"})
    service.spawn()
    service.wait_listening()
    until_ready(service, 503, "Redis does not let this user run WAIT")


@pytest.mark.parametrize(
    ("command", "rules", "said"),
    [
        ("doctor", ("resetpass", ">another-password"), f"Redis cannot be reached: {WRONG_LOGIN}"),
        ("doctor", ("-hset", "-client|tracking"), "Redis does not let this user run HSET, CLIENT TRACKING"),
        (
            "doctor",
            ("-@all", "+evalsha", "+script|load"),
            "Redis does not let this user run DEL, EXISTS, GET, SET, TYPE, UNLINK and ",
        ),
        ("doctor", ("-evalsha",), "Redis does not let this user run EVALSHA"),
        ("doctor", ("-script|load",), "Redis cannot be reached: Redis does not let this user run SCRIPT LOAD"),
        ("doctor", ("resetkeys", "~other:*"), "Redis denies this user a key: it needs all that begin with cd:"),
        ("doctor", ("resetchannels",), "Redis does not let this user run SUBSCRIBE"),
        ("backup", ("off",), f"Redis cannot be reached: {WRONG_LOGIN}"),
        ("rotate-key", ("-get",), "Redis does not let this user run GET"),
    ],
)
def test_a_command_says_in_one_sentence_why_it_cannot_work(
    command: str, rules: tuple[str, ...], said: str, guard: Guard, tmp_path: Path
) -> None:
    server = guard()
    server.set_user(*rules)
    environment = {"COMMENTDESK_REDIS_URL": server.url(), "COMMENTDESK_DATA_DIR": str(tmp_path)}
    environment |= {"COMMENTDESK_SECRET_KEY": "0" * 32}
    arguments = [str(tmp_path / "file")] if command == "backup" else []
    run = [sys.executable, "-m", "service", command, *arguments]
    done = subprocess.run(run, env=environment, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"Error: {said}" in done.stderr
    assert not {"another-password", PASSWORD, "Traceback"} & set(done.stderr.split())
