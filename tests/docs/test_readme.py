"""What the README shows is run as it stands there."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from schemas.settings import PREFIX, SettingsSchema
from tests.servers import ServiceProcess

ELSEWHERE = """
curl -sS --fail "$DESK/v1/sites/default/threads/elsewhere/comments" \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"name": "Bo", "email": "bo@example.org", "body": "You are stupid idiots, all of you."}'
"""
"""What a desk that is in use holds: riskier than the README's own."""

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_first_steps_run_as_written(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    section = README.split("## First steps")[1].split("\n## ")[0]
    script = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    script = script.replace("DESK=http://127.0.0.1:8080", f"DESK={service.url}")
    script = script.replace("TOKEN=$(cat .commentdesk/admin-token)", f"TOKEN={service.admin_token}{ELSEWHERE}")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=True)
    assert '"state":"held"' in done.stdout
    assert '"count":1' in done.stdout
    assert "The second bridge was never about the trams." in done.stdout.split('"count":1')[1]
    assert '"role":"moderator"' in done.stdout


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
