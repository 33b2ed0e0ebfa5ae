"""The steps of docs/website.md are run as they stand there, from a service just started to a comment on a page."""

import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable

from tests.servers import REPOSITORY, ServiceProcess, free_port, wait_until

DOCUMENT = (REPOSITORY / "docs" / "website.md").read_text("utf-8")
COMMENT = "From a fresh clone to the page of one's own."
START_SECONDS = 20.0


def steps(service: ServiceProcess) -> list[str]:
    """The commands of the fifteen minutes, for the service and the Python of this test."""
    section = DOCUMENT.split("## In fifteen minutes")[1].split("\n## ")[0]
    written = {
        ".venv/bin/python": sys.executable,
        "http://127.0.0.1:8080": service.url,
        ".commentdesk/admin-token": f"{service.data_dir}/admin-token",
    }
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    for here, there in written.items():
        blocks = [block.replace(here, there) for block in blocks]
    return blocks


def bash(script: str, **settings: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=REPOSITORY,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as page:
        return str(page.read().decode())


def test_a_comment_stands_on_the_page_after_the_steps(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    (service.data_dir / "admin-token").write_text(service.admin_token)
    _, make_token, run_website, approve = steps(service)
    token = bash(f"{make_token}\necho $TOKEN", COMMENTDESK_DATA_DIR=str(service.data_dir)).strip()
    port = str(free_port())
    environment = os.environ | {"DESK": service.url, "TOKEN": token, "PORT": port}
    command = ["bash", "-c", f"{run_website.replace('python3 website.py', 'exec python3 website.py')}"]
    website = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert website.stdout is not None
        address = website.stdout.readline().strip()
        page = wait_until(lambda: read(address), address, START_SECONDS)
        assert "No comments yet." in page
        key = re.findall(r'name="key" value="([^"]+)"', page)[0]
        form = {"name": "Ada", "email": "ada@mail.example", "body": COMMENT, "key": key}
        with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode(), timeout=10) as thanked:
            assert "waits for a moderator" in thanked.read().decode()
        assert '"state":"published"' in bash(approve)
        assert COMMENT.replace("'", "&#x27;") in read(address)
    finally:
        website.kill()
        website.communicate()
