"""Readers and moderators at work on a service while something is done to it, and a witness of what `/readyz` says."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from service.store.record import unpack_history
from tests.pipeline.checks import check_counts, check_threads, check_told
from tests.pipeline.crowd import AGAIN_SECONDS, PATIENCE_SECONDS, SITE, STATES, THREADS, Crowd, Sent
from tests.pipeline.texts import WORDS
from tests.servers import client_of
from tests.store.recount import recount

WRITERS = 32
MODERATORS = 4
WAVE = 48
"""Comments that are sent and decided before the next so many."""
LONGEST_WAVE_SECONDS = 60.0
SLOWEST_ANSWER_SECONDS = 10.0
"""For a witness on a busy machine: how soon answers must come is not asked here."""
PROBE = f"{SITE}/threads/a-thread-without-comments"


def more(sent: list[Sent]) -> list[Sent]:
    """A wave of submissions of the usual length, no two alike, added to those that were sent before."""
    chance = random.Random(len(sent))
    numbers = range(len(sent), len(sent) + WAVE)
    wave = [
        Sent(number, THREADS[number % len(THREADS)], f"{number} {' '.join(chance.choices(WORDS.split(), k=70))}.")
        for number in numbers
    ]
    sent += wave
    return wave


@dataclass(slots=True)
class Witness:
    """Asks `/readyz` again and again, and writes something each time that it says 200.

    It lied when that write fails though nothing was done to the service since the question, and when it says 200
    while nothing can be written. Whoever does something to the service says so: `trouble`, and within it `outage`.
    """

    crowd: Crowd
    said_ready: int = 0
    said_unready: int = 0
    lies: list[str] = field(default_factory=list)
    _changes: int = 0
    _is_trouble: bool = False
    _is_outage: bool = False

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Anything may fail in here."""
        self._is_trouble = True
        self._changes += 1
        yield
        self._changes += 1
        self._is_trouble = False

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nothing can be written in here."""
        self._changes += 1
        self._is_outage = True
        yield
        self._is_outage = False
        self._changes += 1

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self) -> None:
        before = self._changes
        status, said = await self._ask("GET", "/readyz")
        if status != 200:
            self.said_unready += status == 503
            return
        self.said_ready += 1
        if self._is_outage and self._changes == before:
            self.lies.append(f"ready while nothing could be written: {said}")
        if self._is_trouble:
            return
        status, answer = await self._ask("PUT", PROBE, {"title": "Whether this can be written"})
        if status != 200 and self._changes == before:
            self.lies.append(f"ready, but {status}: {answer}")

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, object]:
        try:
            async with asyncio.timeout(SLOWEST_ANSWER_SECONDS):
                status, answer, _ = await self.crowd.ask(method, path, self.crowd.service.admin_token, body)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, None
        return status, answer

    async def until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await self._ask("GET", "/readyz"))[0] != 200:
                await asyncio.sleep(AGAIN_SECONDS)


Meddle = Callable[[Witness], Coroutine[Any, Any, None]]
"""Does something to the service, and says so to the witness."""


async def at_work(crowd: Crowd, sent: list[Sent], meddle: Meddle) -> Witness:
    """Everybody works, wave after wave, while somebody meddles, and once more after that; no lie was told."""
    witness = Witness(crowd)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(witness.watch())
        meddling = tasks.create_task(meddle(witness))
        is_last = False
        while not is_last:
            is_last = meddling.done()
            posting = tasks.create_task(crowd.post_all(more(sent), WRITERS))
            async with asyncio.timeout(LONGEST_WAVE_SECONDS):  # a comment that is lost is never decided
                await crowd.moderate_all(len(sent), MODERATORS)
            await posting
        watching.cancel()
    assert not witness.lies
    assert witness.said_ready
    return witness


async def check(crowd: Crowd, sent: list[Sent], redis_url: str) -> None:
    """All that was acknowledged is there once, as it was acknowledged, and everything in the store agrees with it."""
    check_told(crowd, sent)
    await check_threads(crowd, sent)
    await check_counts(crowd, sent)
    await asyncio.to_thread(_check_records, crowd, sent, redis_url)


def _check_records(crowd: Crowd, sent: list[Sent], redis_url: str) -> None:
    with client_of(redis_url) as client:
        records = recount(client).comments
    assert records.keys() == set(crowd.receipts.values())
    for each in sent:
        record = records[crowd.receipts[each.number]]
        (decided,) = crowd.decided[crowd.receipts[each.number]]
        (act,) = unpack_history(record["history"])
        assert (record["thread"], record["state"], record["revision"]) == (each.thread, STATES[decided.decision], "2")
        assert (act.act, act.token_id) == (decided.decision, decided.moderator)
