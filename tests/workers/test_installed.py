"""What runs is what was installed: not a folder in the working directory, and after a reload what a link leads to."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import REPOSITORY, RedisServer, ServiceProcess, wait_until
from tests.workers.conftest import WORKERS, workers

CHANGE_SECONDS = 60.0
PROGRAM = """#!{environment}/bin/python
import sys
from service.__main__ import main
sys.exit(main(prog_name="commentdesk"))
"""
FOREIGN = "raise SystemExit('the folder that the service stands in was imported')"


def install(environment: Path, version: str) -> None:
    """Makes a virtual environment with this code under a version; the dependencies are those of the tests."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for package in ("service", "schemas", "classifier"):
        leave_out = shutil.ignore_patterns("__pycache__", "taught", "training")
        shutil.copytree(REPOSITORY / package, packages / package, ignore=leave_out)
    about = packages / f"commentdesk-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: commentdesk\nVersion: {version}\n")
    program = environment / "bin" / "commentdesk"
    program.write_text(PROGRAM.format(environment=environment))
    program.chmod(0o755)


def lead(link: Path, to: Path) -> None:
    """Lets the link lead there, in one step."""
    link.with_suffix(".new").symlink_to(to)
    link.with_suffix(".new").rename(link)


@pytest.fixture
def service(tmp_path: Path, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceProcess]:
    """Two workers of version 1.0, started through a link, in a folder with code that is not theirs."""
    install(tmp_path / "first", "1.0")
    lead(tmp_path / "current", tmp_path / "first")
    for name in ("service/__init__.py", "service/commands/__init__.py", "json.py", "asyncio.py", "click.py"):
        file = tmp_path / "folder" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FOREIGN)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    command = ["env", "-C", str(tmp_path / "folder"), str(tmp_path / "current" / "bin" / "commentdesk"), "serve"]
    service = ServiceProcess(tmp_path / "data", redis_url=redis_server.url, settings=WORKERS, command=command)
    try:
        service.start()
        yield service
    finally:
        service.kill()


def versions(service: ServiceProcess) -> set[str]:
    """What many connections are told, which go to either worker."""
    found = set()
    for _ in range(16):
        with urllib.request.urlopen(f"{service.url}/healthz", timeout=10) as answer:
            found.add(json.loads(answer.read())["version"])
    return found


def test_a_worker_takes_what_was_installed_and_a_reload_what_the_link_leads_to(
    service: ServiceProcess, tmp_path: Path
) -> None:
    assert versions(service) == {"1.0"}
    victim = min(workers(service))
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: service.said().count('"worker_ready"') == 3, "another worker", CHANGE_SECONDS)
    assert versions(service) == {"1.0"}
    install(tmp_path / "second", "2.0")
    lead(tmp_path / "current", tmp_path / "second")
    os.kill(service.pid, signal.SIGHUP)
    wait_until(lambda: '"workers_rolled"' in service.said(), "two new workers", CHANGE_SECONDS)
    assert versions(service) == {"2.0"}


def test_a_worker_is_known_in_the_list_of_processes(service: ServiceProcess) -> None:
    told = sorted(
        (Path(f"/proc/{pid}/comm").read_text().strip(), Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[4])
        for pid in workers(service)
    )
    assert told == [("desk worker 0", b"commentdesk-worker-0"), ("desk worker 1", b"commentdesk-worker-1")]
    assert Path(f"/proc/{service.pid}/comm").read_text().strip() == "desk supervisor"
