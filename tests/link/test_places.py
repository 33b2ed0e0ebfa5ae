"""Where a command has its key, which says which master of a cluster it is for."""

import re

import pytest

from service.link.cluster import _slot
from tests.servers import REPOSITORY

SERVICE = REPOSITORY / "service"
CALL = re.compile(r'\blink\.call\(\s*"([A-Z]+)"')
COMMANDS = sorted({name for file in SERVICE.rglob("*.py") for name in CALL.findall(file.read_text())})


@pytest.mark.parametrize("name", COMMANDS)
def test_the_place_of_the_key_is_known_of_every_command_that_is_called(name: str) -> None:
    assert _slot((name, *["key"] * 6)) == _slot(("GET", "key"))
