"""What the README shows is run as it stands there."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from schemas.settings import PREFIX, SettingsSchema
from tests.servers import REPOSITORY, ServiceProcess

ELSEWHERE = """
curl -sS --fail "$DESK/v1/sites/default/threads/elsewhere/comments" \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"name": "Bo", "email": "bo@example.org", "body": "You are stupid idiots, all of you."}'
"""
"""What a desk that is in use holds: riskier than the README's own."""

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def script_of(heading: str) -> str:
    section = README.split(f"## {heading}")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def said_by(script: str) -> str:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout


def test_first_steps_run_as_written(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    script = script_of("First steps").replace("DESK=http://127.0.0.1:8080", f"DESK={service.url}")
    script = script.replace("TOKEN=$(cat .commentdesk/admin-token)", f"TOKEN={service.admin_token}{ELSEWHERE}")
    said = said_by(script)
    assert '"state":"held"' in said
    assert '"count":1' in said
    assert "The second bridge was never about the trams." in said.split('"count":1')[1]
    assert '"role":"moderator"' in said
    receipt = said_by(f"DESK={service.url}\nTOKEN={service.admin_token}\n{script_of('What became of a comment')}")
    assert receipt.startswith('{"state":"held"')
    assert receipt.endswith('"published_at":null}')


def test_the_commands_run_as_written(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    section = README.split("## Commands")[1].split("\n## ")[0]
    script = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    script = script.replace(".venv/bin/commentdesk", f"{sys.executable} -m service")
    given = {"COMMENTDESK_DATA_DIR": str(service.data_dir), "COMMENTDESK_ADMIN_TOKEN": service.admin_token}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=REPOSITORY,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"publish_below": 0.02' in done.stdout
    assert re.search(r"^closed +true$", done.stdout, re.MULTILINE)
    *_, token, link = done.stdout.splitlines()
    assert "cd_" in token
    assert "/console/_/link#cdl_" in link


def test_the_table_of_settings_is_the_schema() -> None:
    rows = re.findall(rf"^\| `{PREFIX}(\w+)` \| (.+?) \| (.+?) \|$", README, re.MULTILINE)
    told = {name.lower(): (default.strip("`"), meaning) for name, default, meaning in rows}
    schema = {
        name: (_default(field.load_default), field.metadata["description"])
        for name, field in SettingsSchema().fields.items()
    }
    assert told == schema


def _default(value: object) -> str:
    if value is None or value == "":
        return "none"
    return "on" if value is True else str(value)
