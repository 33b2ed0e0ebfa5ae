"""`site create --language` and `site set --language`: what readers see, set from the command line."""

import os
import subprocess
import sys

from tests.pages.reader import FORM, Reader
from tests.servers import REPOSITORY, ServiceProcess


def site_command(service: ServiceProcess, *options: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
    environment["COMMENTDESK_ADMIN_TOKEN"] = service.admin_token
    command = [sys.executable, "-m", "service", "site", *options, "--url", service.url]
    subprocess.run(command, cwd=REPOSITORY, env=environment, timeout=60, check=True)


def test_the_language_of_a_site_is_set_from_the_command_line(reader: Reader, service: ServiceProcess) -> None:
    site_command(service, "create", "told", "--public-submission", "--language", "fr-CA")
    path = "/v1/sites/told/threads/t/comments"
    assert reader.post(path, FORM | {"name": ""}).page.one("html").attributes["lang"] == "fr"
    site_command(service, "set", "told", "--language", "de")
    assert reader.post(path, FORM | {"name": ""}).page.one("html").attributes["lang"] == "de"
