"""Stores to back up: with something under every kind of key, at rest or while people write; and all that is in one."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import redis

from service.consumers.sealer import Sealer
from service.desk import clock_ms
from service.domain.policy import Mode, Policy, RateLimit
from service.domain.replay import NO_REPLAY
from service.domain.site import Site
from service.domain.thread import ThreadChange
from service.errors import UnavailableError
from service.link.link import Link
from service.store import consumers, json_records, keys, threads
from service.store.consumers import INSTALLATION, DeadLetter, Errand, Start
from service.store.sites import pack_site
from service.upkeep import backup, installation, lease
from service.vault import Vault
from tests.servers import client_of
from tests.store.desk import CHANGE, MINUTE, NOW, SITE, Store, ids_of, key, new_comment, site_in

SECRET = "the secret of these tests, long enough"
VAULT = Vault(SECRET)
CHECK = VAULT.check
TOKEN = {"digest": "abc", "role": "operator", "site": "default", "name": "Op", "created_ms": NOW, "expires_ms": None}
LIMITED = Site("limited", policy=Policy(Mode.AUTO, reader_rate=RateLimit(1, 3), site_rate=RateLimit(1, 3)))


def nothing(_: object) -> None:
    """Hears of progress."""


async def fill(link: Link, secret_check: str, comments: int = 60) -> None:
    """Two sites with comments in every state, claims, decisions, undone ones, keys that expire, sites and tokens."""
    await link.call("HSET", keys.INSTALLATION, "format", installation.FORMAT, "secret_check", secret_check)
    for site in (SITE, LIMITED):
        record = pack_site(replace(site, title="Ünïcödé"))
        await json_records.create(
            link, keys.SITES, site.site, record, change=CHANGE, replay=key(site.site), answer=b'{"binary": "\xff"}'
        )
    await json_records.create(link, keys.TOKENS, "t1", TOKEN, change=CHANGE, replay=NO_REPLAY)
    store = Store(link)
    for number in range(comments):
        new = new_comment(f"article-{number % 3}", f"author-{number % 7}", risk=number / comments)
        await store.submit(new, key(f"submit-{number}"), NOW + number)
    for number, comment in enumerate((await store.claim(limit=comments // 2)).comments[: comments // 3]):
        decision = ("approve", "reject", "spam")[number % 3]
        await store.decide(comment.comment_id, decision, replay=key(f"decide-{number}"))
        if number % 5 == 0:
            await store.undo(comment.comment_id)
    limited = Store(link, LIMITED)
    await limited.submit(new_comment("odd: {thread}\n", "author-1", reader="a-reader"))
    newest = await link.call("XREVRANGE", keys.events(SITE.site), "+", "-", "COUNT", 1)
    await link.call("XDEL", keys.events(SITE.site), newest[0][0])
    wanted = ThreadChange(title="Nobody wrote", closed=True)
    await threads.set_settings(link, SITE.site, "empty", wanted, actor="root", now_ms=NOW)
    await consume(link)
    await seal(link)


async def seal(link: Link) -> None:
    """Audit logs, one of which has a segment."""
    sealer = Sealer(link, VAULT, lambda: (SITE.site, LIMITED.site, INSTALLATION), lambda: NOW)
    await sealer.introduce()
    for site in (SITE.site, LIMITED.site, INSTALLATION):
        while await sealer.seal_some(site):
            pass


async def consume(link: Link) -> None:
    """Two consumers, each at another place, of which one gave an event up."""
    for site, names in ((SITE.site, ("learner", "webhooks")), (INSTALLATION, ("learner",))):
        for name in names:
            errand = Errand(site, name, "a process")
            await consumers.register(link, site, name, Start.OLDEST)
            await lease.hold(link, errand.lease_key, errand.holder)
            first, *_ = await consumers.read_next(link, errand, 10)
            letter = DeadLetter(first, "ValueError", 8, NOW) if name == "learner" else None
            await consumers.move(link, errand, first.event_id, 1, letter)
            await lease.hand_back(link, errand.lease_key, errand.holder)


def everything(url: str) -> dict[bytes, tuple[bytes, int, Any]]:
    """Every key with its type, its expiry in ms since 1970 and all that is in it, but when it was last backed up, and
    what tells that it was restored."""
    with client_of(url) as client:
        names = set(client.scan_iter(count=1000)) - {keys.BACKED_UP.encode()}
        return {name: _content(client, name) for name in names if client.type(name) != b"stream"} | {
            name: found for name in names if client.type(name) == b"stream" and (found := _content(client, name))[2][0]
        }


def _content(client: redis.Redis, name: bytes) -> tuple[bytes, int, Any]:
    kind: Any = client.type(name)
    read = {
        b"string": lambda: client.get(name),
        b"hash": lambda: client.hgetall(name),
        b"zset": lambda: client.zrange(name, 0, -1, withscores=True),
        b"stream": lambda: _events(client, name),
    }
    return kind, int(client.execute_command("PEXPIRETIME", name)), read[kind]()  # type: ignore[no-untyped-call]


def _events(client: redis.Redis, name: bytes) -> tuple[list[Any], int, bytes]:
    """The events, how many there ever were, and the last that was deleted."""
    found: Any = client.xrange(name)
    about: Any = client.xinfo_stream(name)
    left = [event for event in found if event[1].get(b"k") != b"restored"]
    return left, about["entries-added"] - len(found) + len(left), about["max-deleted-entry-id"]


async def restore(link: Link, path: Path, told: Callable[[int], None] = nothing, now_ms: int | None = None) -> None:
    """A checked file into a store."""
    with backup.checked(path, VAULT) as file:
        await backup.restore(link, file, clock_ms() if now_ms is None else now_ms, told)


class Writers:
    """People at work on one site, as fast as they can, until told to stop."""

    def __init__(self, link: Link, site: str = "default", crowd: int = 6) -> None:
        self.store = Store(link, Site(site, policy=site_in(Mode.POSTMODERATE).policy))
        self.steps = 0
        self._crowd = crowd
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Writers":
        self._tasks = [asyncio.create_task(self._work(number)) for number in range(self._crowd)]
        await self.until(self._crowd * 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        wrong = [each for each in results if each is not None and not isinstance(each, asyncio.CancelledError)]
        assert not wrong, wrong

    async def until(self, more_steps: int) -> None:
        """Returns when so many more things were done."""
        wanted = self.steps + more_steps
        while self.steps < wanted:
            for task in self._tasks:
                assert not task.done(), task.exception()
            await asyncio.sleep(0.01)

    async def _work(self, number: int) -> None:
        chance = random.Random(number)
        who = f"moderator-{number}"
        while True:
            try:
                await self._step(chance, who)
            except UnavailableError:  # held back for too long, on a machine that is slow
                await asyncio.sleep(0.01)

    async def _step(self, chance: random.Random, who: str) -> None:
        new = new_comment(f"article-{chance.randrange(5)}", f"author-{chance.randrange(9)}", risk=chance.random())
        await self.store.submit(new, key(f"{new.comment_id}"))
        mine = ids_of((await self.store.claim(who, 2)).comments)
        for comment_id in mine:
            await self.store.decide(comment_id, chance.choice(("approve", "reject", "spam")), by=who)
        if mine and chance.random() < 0.5:
            await self.store.undo(mine[0], by=who)
        await self.store.claim(who, 1, lease=MINUTE)
        await self.store.release_all(who)
        self.steps += 1
