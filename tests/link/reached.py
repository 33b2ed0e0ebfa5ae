"""What a test asks of a link to a guarded server: that it comes up, or why it does not."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from service.link.address import ReadUrl, make_link
from service.link.link import Link
from service.link.trouble import MAX_CHARS
from service.store import scripts
from tests.guarded import PASSWORD
from tests.servers import REPOSITORY, ServiceProcess, wait_until

PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def opened(url: str, read_url: ReadUrl | None = None) -> AsyncIterator[Link]:
    link = make_link(url, scripts.ALL, read_url=read_url)
    link.open()
    try:
        yield link
    finally:
        await link.close()


async def until_said(link: Link, sentence: str) -> None:
    """Returns when the link gives this sentence as its reason."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sentence not in link.reason:
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"it said {link.reason!r}") from None
    assert len(link.reason) <= MAX_CHARS
    assert PASSWORD not in link.reason


async def is_served(url: str) -> bool:
    async with opened(url) as link:
        assert await link.wait_whole(PATIENCE_SECONDS), link.reason
        return await link.call("GET", "cd:{commentdesk}:nothing") is None


def readiness(service: ServiceProcess) -> tuple[int, dict[str, Any]]:
    """The status of `/readyz`, and its checks."""
    request = urllib.request.Request(
        f"{service.url}/readyz", headers={"Authorization": f"Bearer {service.admin_token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)["checks"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)["checks"]


def until_ready(service: ServiceProcess, status: int, sentence: str = "") -> None:
    """Returns when `/readyz` has the status and says the sentence under `redis`."""

    def is_said() -> bool:
        found, checks = readiness(service)
        return found == status and sentence in checks["redis"]

    wait_until(is_said, f"/readyz to say {status} {sentence!r}", PATIENCE_SECONDS)


def run_command(service: ServiceProcess, url: str, *command: str) -> str:
    """What a command says that works on the store at this URL, and with the secrets and data folder of the service."""
    environment = {**os.environ, "COMMENTDESK_REDIS_URL": url, "COMMENTDESK_DATA_DIR": str(service.data_dir)}
    environment["COMMENTDESK_ADMIN_TOKEN"] = service.admin_token
    run = [sys.executable, "-m", "service", *command]
    done = subprocess.run(run, env=environment, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def use_all_commands(service: ServiceProcess, url: str, file: Path) -> None:
    """Backs up, repairs, stops the service, restores, examines and replaces the secret."""
    run_command(service, url, "backup", str(file))
    run_command(service, url, "doctor", "--repair")
    service.stop()
    run_command(service, url, "restore", "--replace", "--yes", str(file))
    assert "All is well" in run_command(service, url, "doctor")
    assert "Warning" not in run_command(service, url, "rotate-key", "--new")
