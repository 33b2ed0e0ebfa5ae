"""`serve`: its options hold over the environment, and its first line says what runs."""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from tests.servers import RedisServer, ServiceProcess, free_port, wait_until

SERVE = (sys.executable, "-m", "service", "serve")


def test_options_hold_over_settings_and_their_files(tmp_path: Path, redis_server: RedisServer) -> None:
    port = free_port()
    (tmp_path / "host").write_text("::1\n")
    settings = {"COMMENTDESK_HOST_FILE": str(tmp_path / "host"), "COMMENTDESK_WORKERS": "1"}
    options = ("--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--sign-in-link")
    service = ServiceProcess(
        tmp_path / "data", redis_url=redis_server.url, settings=settings, command=[*SERVE, *options]
    )
    try:
        service.start()
        assert service.url == f"http://127.0.0.1:{port}"
        first = json.loads(service.said().splitlines()[0])
        assert first["event"] == "service_starting"
        assert (first["version"], first["python"]) == (version("commentdesk"), platform.python_version())
        assert first["workers"] == 2
        assert service.said().count('"worker_ready"') == 2
        link = f"http://127.0.0.1:{port}/console/_/link#cdl_"
        wait_until(lambda: link in service.said(), "the link that signs in", 30)
    finally:
        service.kill()


def test_a_host_that_is_none_is_named(tmp_path: Path, redis_server: RedisServer) -> None:
    command = [*SERVE, "--host", "no host"]
    service = ServiceProcess(tmp_path / "data", redis_url=redis_server.url, command=command)
    try:
        service.spawn()
        assert service.wait() == 1
        assert "Traceback" not in service.said()
        assert "COMMENTDESK_HOST" in service.said().splitlines()[-1]
    finally:
        service.kill()
