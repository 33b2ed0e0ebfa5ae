"""docs/moderators.md says of the console what is there: its addresses and its keys."""

import re
from pathlib import Path

from service.domain.look import Look
from service.domain.session import IDLE_MS, LONGEST_MS
from service.domain.sign_in_link import LIVES_MS
from service.routes import PAGES_WITH_DEMO

DOC = (Path(__file__).parents[2] / "docs" / "moderators.md").read_text()
MINUTE_MS = 60_000


def test_every_address_is_one_of_the_route_table() -> None:
    paths = {route.path for route in PAGES_WITH_DEMO}
    named = set(re.findall(r"`(/console[^`]*)`", DOC))
    assert named
    assert named <= paths


def test_every_key_is_the_one_that_a_look_begins_with() -> None:
    look = Look()
    table = DOC[DOC.index("| key | act |") : DOC.index("## Find")]
    letters = set(re.findall(r"`([a-z])`", table))
    assert letters <= {look.key(act) for act in look.acts}
    assert {look.key(act) for act in ("approve", "reject", "spam", "leave", "undo", "pause")} <= letters


def test_times_are_those_of_the_service() -> None:
    assert f"after {IDLE_MS // MINUTE_MS} minutes without work, after {LONGEST_MS // MINUTE_MS // 60} hours" in DOC
    assert f"once, within {LIVES_MS // MINUTE_MS} minutes" in DOC
