"""The policy that docs/rules.md shows is taken as it stands, and its rules do what is said of them."""

import json
import re

from service.domain.rule import Condition, Rule
from service.domain.rule_fields import rule_of
from tests.application.conftest import Application
from tests.servers import REPOSITORY

SHOWN = json.loads(re.findall(r"```json\n(.*?)```", (REPOSITORY / "docs" / "rules.md").read_text("utf-8"), re.S)[0])
SITE = "/v1/sites/default"


def test_every_kind_of_condition_is_shown() -> None:
    shown = {type(rule_of(rule).condition) for rule in SHOWN["rules"]}
    kinds = set(Condition.__args__)
    assert {kind.__name__ for kind in kinds - shown} == {"EmailDomains"}, "shown by its twin for links"
    assert all(isinstance(rule_of(rule), Rule) for rule in SHOWN["rules"])


async def test_it_is_taken_and_tried_as_shown(application: Application) -> None:
    kept = await application.ask("PUT", f"{SITE}/policy", SHOWN)
    assert kept.status == 200, await kept.text()
    assert [rule["name"] for rule in (await kept.json())["rules"]] == [rule["name"] for rule in SHOWN["rules"]]
    said = {"body": "You nincompoops! Call 0123 456789.", "thread": "interview-42"}
    told = await (await application.ask("POST", f"{SITE}/policy/tests", said)).json()
    fired = {reason["rule"]: reason["matched"] for reason in told["reasons"] if reason["code"] == "rule"}
    assert fired["slurs"] == ["nincompoop*"]
    assert fired["phone numbers"] == ["0123 456789"]
    assert "pills" not in fired
