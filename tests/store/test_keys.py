"""No script touches a key that it was not given: what holds on one server must hold on a cluster."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from service.link.link import Link
from service.store import scripts
from service.store.scripts import Script
from tests.servers import RedisServer
from tests.store.desk import Store
from tests.store.every_script import use_every_script

FOLDER = Path(scripts.__file__).parent
ALL = {script.digest: script.name for script in vars(scripts).values() if isinstance(script, Script)}


@contextlib.contextmanager
def monitored(server: RedisServer) -> Iterator[socket.socket]:
    """A connection that hears every command, those inside scripts too."""
    with redis.Redis.from_url(server.url) as client:
        is_unix = not server.is_cluster
        address = f"{server.folder}/server.sock" if is_unix else ("127.0.0.1", server.port)
        client.ping()
    with socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET) as ear:
        ear.settimeout(20)
        ear.connect(address)
        ear.sendall(b"MONITOR\r\n")
        assert ear.recv(5) == b"+OK\r\n"
        yield ear


def heard(ear: socket.socket, until: str) -> Iterator[tuple[bool, list[str]]]:
    """Each command up to the one that holds `until`: whether a script called it, and its words."""
    with ear.makefile("r", encoding="utf-8", errors="replace", newline="\r\n") as lines:
        for line in lines:
            words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
            if until in words:
                return
            yield " lua] " in line, words


@pytest.mark.one_server("what is heard is what one server does")
async def test_every_key_that_a_script_touches_is_among_its_keys(
    store: Store, link: Link, every_redis_server: RedisServer
) -> None:
    with monitored(every_redis_server) as ear:
        await use_every_script(store, link)
        await link.call("ECHO", "that is all")
        commands = await asyncio.to_thread(lambda: list(heard(ear, "that is all")))
    ran: set[str] = set()
    given: set[str] = set()
    inside: set[tuple[str, ...]] = set()
    name = ""
    for is_inside, words in commands:
        if words[0].upper() == "EVALSHA":
            name = ALL[words[1]]
            given = set(words[3 : 3 + int(words[2])])
            ran.add(name)
        elif is_inside:
            touched = await keys_of(link, words)
            assert touched <= given, f"{name} touches {touched - given}"
            inside.add((name, words[0]))
    assert ran == set(ALL.values())
    assert ("submit", "ZADD") in inside, "nothing was heard inside the scripts"


async def keys_of(link: Link, words: list[str]) -> set[str]:
    return {each.decode() for each in await link.call("COMMAND", "GETKEYS", *words)}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.lua")), ids=lambda path: path.stem)
def test_no_script_makes_the_name_of_a_key(path: Path) -> None:
    """Names are made in `keys.py` alone: in a script no key is put together, and none is written out."""
    code = re.sub(r"--.*", "", path.read_text())
    assert "cd:" not in code
    for command, name in re.findall(r"redis\.call\('(\w+)',\s*([^,)]+)", code):
        assert ".." not in name, f"{command} {name}"
        assert name.startswith("KEYS[") or re.fullmatch(r"[a-z_.]+|\d|'STREAM'", name), f"{command} {name}"
