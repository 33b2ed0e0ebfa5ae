"""No script touches a key that it was not given: what holds on one server must hold on a cluster."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from service.domain.policy import Mode
from service.domain.queue import QueueOrder
from service.domain.replay import NO_REPLAY
from service.domain.thread import ThreadChange
from service.errors import RequestError
from service.link.link import Link
from service.store import json_records, keys, scripts, threads
from service.store.readiness import check_store
from service.store.scripts import Script
from service.upkeep import entries, examination, lease, upgrade
from service.vault import SealBrokenError, Vault
from tests.servers import RedisServer
from tests.store.desk import Store, key, new_comment, site_in

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


async def use_every_script(store: Store, link: Link) -> None:
    """Each script at least once, in each of the ways that touch other keys."""
    site = store.site.site
    await threads.set_settings(link, site, "article-1", ThreadChange(title="A title"), store.now)
    for mode in Mode:
        store.site = site_in(mode)
        await store.submit(new_comment(reader="r", repeat="again"), key(f"submit-{mode}"))
        await store.submit(new_comment(reader="r", repeat="again"), key(f"submit-{mode}"))
        await store.submit(new_comment(parent_id=(await store.page() or [""])[0]))
    for order in QueueOrder:
        await store.queued(order)
        await store.queued(order, "article-1")
        await store.claim("ann", 1, order=order, thread="article-1", replay=key(f"claim-{order}"))
    ids = await store.queued()
    for comment_id in ids:
        for attempt in (store.decide(comment_id, by="bob"), store.release(comment_id, "bob")):
            with contextlib.suppress(RequestError):
                await attempt
    await store.release_all("ann")
    for comment_id in ids:
        await store.decide(comment_id, "spam", replay=key(f"decide-{comment_id}"))
        await store.decide(comment_id, "approve")
        await store.undo(comment_id, replay=key(f"undo-{comment_id}"))
        await store.read(comment_id)
    with contextlib.suppress(SealBrokenError):  # no email was sealed for these
        await store.comments.read(site, ids[0], vault=Vault("a secret of this test"), now_ms=store.now)
    await store.page(limit=1)
    await store.measures()
    await json_records.create(link, keys.SITES, "news", {"title": ""}, replay=NO_REPLAY)
    await json_records.update(link, keys.SITES, "news", {"title": "News"})
    await json_records.remove(link, keys.SITES, "news")
    await json_records.create(link, keys.SITES, "news", {"title": ""}, replay=key("make"), answer=b"{}")
    await store.comments.reserve(site, key("many"))
    await use_scripts_for_operators(store, link, ids[0])


def nothing(_: object) -> None:
    pass


async def use_scripts_for_operators(store: Store, link: Link, comment_id: str) -> None:
    """Those of backup, restore and doctor, on a comment whose every place is wrong."""
    site = store.site.site
    await store.decide(comment_id, "approve")
    names = (await link.call("SCAN", 0, "COUNT", 10_000))[1]
    await entries.read_entries(link, names)
    await scripts.END_RESTORE.run(link, [keys.INSTALLATION], "format", "1")
    await link.call("DEL", keys.thread_keys(site, "article-1").published, keys.queue_keys(site).queue)
    await link.call("HSET", keys.queue_keys(site).holders, comment_id, "ann")
    await link.call("HINCRBY", keys.comment(site, comment_id), keys.COMMENT_FIELDS["revision"], 1)
    (examined,) = await examination.examine(link, site, [comment_id])
    assert {"publication", "claim", "revision"} <= set(examined.faults)
    assert await examination.repair(link, site, comment_id, examined.home) == ()
    assert await lease.hold(link, keys.REPAIRING, "me")
    old = {"thread": "article-1", "author": "author-1", "reasons": "[]", "private": '{"email": ""}'}
    await link.call("HSET", keys.comment(site, "old"), *(part for pair in old.items() for part in pair))
    await link.call("HSET", keys.repeat(site, "old"), "comment_id", "old", "state", "held")
    await upgrade.upgrade(link, nothing)
    assert (await check_store(link)).keys() == {"redis", "durability"}
    await examination.adjust(link, keys.totals(site).encode(), {"undone": 1})
    await use_scripts_of_a_rotation(store, link, comment_id)


async def use_scripts_of_a_rotation(store: Store, link: Link, comment_id: str) -> None:
    for wrapped, is_begun in ((b"wrapped", True), (b"", False)):
        await link.call("HSET", keys.INSTALLATION, "secret_check", "old")
        if not is_begun:
            await link.call("HSET", keys.INSTALLATION, "secret_check", "new", "previous_check", "old")
        switch = [keys.INSTALLATION, keys.CHANGES]
        assert await scripts.SWITCH_SECRET.run(link, switch, "old", "new", wrapped) == [1]
    name = keys.comment(store.site.site, comment_id)
    private = await link.call("HGET", name, keys.COMMENT_FIELDS["private"])
    assert await scripts.REPLACE_PRIVATE.run(link, [name], private, private) == [1]
    kept = keys.installation_idempotency(key("make").digest)
    assert await scripts.REPLACE_ANSWER.run(link, [kept], "{}", "[]") == [b"[]"]


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
        assert name.startswith("KEYS[") or re.fullmatch(r"[a-z_.]+|\d", name), f"{command} {name}"
