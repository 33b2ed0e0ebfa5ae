"""A consumer is given every event at least once, in order, whatever fails."""

import asyncio
import itertools
from collections import defaultdict

import pytest

from service.consumers import runner
from service.consumers.runner import Runner
from service.domain.event import Event
from service.domain.site import Site
from service.errors import StoreUnavailableError
from service.link.link import Link
from service.store import consumers, keys
from service.store.consumers import INSTALLATION, ConsumerMeasures, Start
from service.upkeep import lease
from tests.consumers.conftest import Recorder, runner_of, until, until_done
from tests.store.desk import NOW, SITE, Store, read_events

POISON = [ValueError("a secret that a reader wrote")] * 3


async def letters(link: Link, site: str = "default") -> list[dict[bytes, bytes]]:
    found = await link.call("XRANGE", consumers.stream_of(site).dead_letters, "-", "+")
    return [dict(zip(flat[::2], flat[1::2], strict=True)) for _, flat in found]


async def told(link: Link) -> list[tuple[str, str, str]]:
    return [
        ("default", " ".join(event.kinds), event.subject) for event in await read_events(link, keys.events("default"))
    ]


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.01)


async def test_a_consumer_is_given_all_events_in_order(store: Store, link: Link) -> None:
    recorder = Recorder()
    ids = [(await store.submit()).comment_id for _ in range(150)]
    running = runner_of(link, recorder, "default")
    running.open()
    await until_done(link, "default", recorder)
    for comment_id in ids[:20]:
        await store.decide(comment_id)
    await until_done(link, "default", recorder)
    await running.close()
    assert recorder.seen == await told(link)
    assert len(recorder.seen) == 150 + 20


async def test_sites_and_the_installation_have_each_their_stream(link: Link) -> None:
    recorder = Recorder()
    await Store(link, Site("news", policy=SITE.policy)).submit()
    await Store(link).submit()
    await link.call("XADD", keys.CHANGES, "*", "member", "t1")
    running = runner_of(link, recorder, "default", "news", INSTALLATION)
    running.open()
    for site in ("default", "news", INSTALLATION):
        await until_done(link, site, recorder)
    await running.close()
    by_site = defaultdict(list)
    for site, kind, _ in recorder.seen:
        by_site[site].append(kind)
    assert by_site == {"default": ["submitted entered"], "news": ["submitted entered"], INSTALLATION: [""]}


async def test_a_new_consumer_may_begin_with_what_comes(store: Store, link: Link) -> None:
    class Newcomer(Recorder):
        name = "newcomer"
        start = Start.NEWEST

    await store.submit()
    newcomer = Newcomer()
    running = runner_of(link, newcomer, "default")
    running.open()
    await until_done(link, "default", newcomer)
    comment_id = (await store.submit()).comment_id
    await until_done(link, "default", newcomer)
    await running.close()
    assert newcomer.seen == [("default", "submitted entered", comment_id)]


async def test_an_event_that_fails_is_tried_again(store: Store, link: Link) -> None:
    recorder = Recorder()
    comment_id = (await store.submit()).comment_id
    recorder.failures[comment_id] = [ValueError(), KeyError()]
    running = runner_of(link, recorder, "default")
    running.open()
    await until_done(link, "default", recorder)
    await running.close()
    assert recorder.seen == await told(link)
    assert recorder.attempted == [comment_id] * 3
    assert await letters(link) == []


async def test_an_event_that_always_fails_is_given_up_and_the_next_goes_on(store: Store, link: Link) -> None:
    recorder = Recorder()
    first, poison, last = [(await store.submit()).comment_id for _ in range(3)]
    recorder.failures[poison] = [*POISON]
    running = runner_of(link, recorder, "default")
    running.open()
    await until_done(link, "default", recorder)
    await running.close()
    assert [subject for *_, subject in recorder.seen] == [first, last]
    (letter,) = await letters(link)
    event = (await read_events(link, keys.events("default")))[1]
    assert letter[b"event_id"].decode() == event.event_id
    assert (letter[b"consumer"], letter[b"error"], letter[b"attempts"]) == (b"recorder", b"ValueError", b"3")
    assert (letter[b"k"], letter[b"i"]) == (b"submitted entered", poison.encode())
    assert "secret" not in repr(letter)
    assert (await consumers.measure_stream(link, "default", NOW)).dead_letters == 1


async def test_an_event_that_cannot_be_read_is_given_up_at_once(store: Store, link: Link) -> None:
    recorder = Recorder()
    await link.call("XADD", keys.events("default"), "*", "of", "a later version")
    await store.submit()
    running = runner_of(link, recorder, "default")
    running.open()
    await until_done(link, "default", recorder)
    await running.close()
    assert len(recorder.seen) == 1
    (letter,) = await letters(link)
    assert (letter[b"attempts"], letter[b"of"]) == (b"0", b"a later version")


async def test_no_event_is_given_up_because_the_store_is_away(store: Store, link: Link) -> None:
    recorder = Recorder()
    comment_id = (await store.submit()).comment_id
    recorder.failures[comment_id] = [StoreUnavailableError("away") for _ in range(10)]
    running = runner_of(link, recorder, "default")
    running.open()
    await until_done(link, "default", recorder)
    await running.close()
    assert recorder.seen == await told(link)
    assert await letters(link) == []


async def test_a_stream_that_is_stuck_keeps_no_other_waiting(link: Link) -> None:
    free = asyncio.Event()

    class Stuck(Recorder):
        async def handle(self, site: str, event: Event) -> None:
            if site == "default":
                await free.wait()
            await super().handle(site, event)

    stuck = Stuck()
    news = Store(link, Site("news", policy=SITE.policy))
    await Store(link).submit()
    running = runner_of(link, stuck, "default", "news")
    running.open()
    for _ in range(3):
        await news.submit()
        await until_done(link, "news", stuck)
    assert {site for site, *_ in stuck.seen} == {"news"}
    behind = (await consumers.measure_stream(link, "default", 0)).consumers["recorder"]
    assert behind == ConsumerMeasures(1, 0, 0)
    free.set()
    await until_done(link, "default", stuck)
    await running.close()


async def test_one_process_at_a_time_works_in_a_stream(store: Store, link: Link) -> None:
    inside: set[int] = set()
    seen: list[str] = []

    class Worker(Recorder):
        async def handle(self, site: str, event: Event) -> None:
            inside.add(id(self))
            assert len(inside) == 1
            await asyncio.sleep(0)
            seen.append(event.event_id)
            inside.remove(id(self))

    runners = [runner_of(link, Worker(), "default") for _ in range(4)]
    for each in runners:
        each.open()
    for _ in range(60):
        await store.submit()
    await until_done(link, "default", Worker())
    for each in runners:
        await each.close()
    assert seen == [event.event_id for event in await read_events(link, keys.events("default"))]


async def test_who_lost_the_lease_moves_nothing(store: Store, link: Link) -> None:
    """As a process that was stopped for longer than its lease lasts, while another one went on."""
    held, go = asyncio.Event(), asyncio.Event()

    class Slow(Recorder):
        async def handle(self, site: str, event: Event) -> None:
            held.set()
            await go.wait()
            await super().handle(site, event)

    slow = Slow()
    for _ in range(2):
        await store.submit()
    running = runner_of(link, slow, "default")
    await running.look()
    await running.look()
    await held.wait()
    errand = consumers.Errand("default", "recorder", "another")
    await link.call("SET", errand.lease_key, "another")
    (first, second) = await consumers.read_next(link, errand, 10)
    assert await consumers.move(link, errand, first.event_id, 1)
    go.set()
    await until(lambda: not running._working)
    assert [entry.event_id for entry in await consumers.read_next(link, errand, 10)] == [second.event_id]
    assert await link.call("GET", errand.lease_key) == b"another"


async def test_what_was_handled_before_the_end_does_not_come_again(store: Store, link: Link) -> None:
    first_two = asyncio.Event()

    class Stopped(Recorder):
        async def handle(self, site: str, event: Event) -> None:
            if len(self.seen) == 2:
                first_two.set()
                await asyncio.Event().wait()
            await super().handle(site, event)

    for _ in range(4):
        await store.submit()
    stopped, after = Stopped(), Recorder()
    running = runner_of(link, stopped, "default")
    running.open()
    await first_two.wait()
    await running.close()
    assert not await link.call("EXISTS", consumers.lease_of("default", "recorder")), "free for the next at once"
    running = runner_of(link, after, "default")
    running.open()
    await until_done(link, "default", after)
    await running.close()
    assert stopped.seen + after.seen == await told(link)


async def test_after_a_restore_it_goes_on_from_the_position_kept(store: Store, link: Link) -> None:
    """Also where the stream is gone, as an empty one is in no backup, and the clock went back."""
    recorder = Recorder()
    await store.submit()
    running = runner_of(link, recorder, "default")
    running.open()
    await until_done(link, "default", recorder)
    await link.call("DEL", keys.events("default"))
    await link.call("XADD", keys.events("default"), "5-0", "k", "left", "m", "5", "i", "c5")
    await until_done(link, "default", recorder)
    await running.close()
    assert recorder.seen[-1] == ("default", "left", "c5")
    assert len(recorder.seen) == 2


async def test_a_runner_outlives_whatever_goes_wrong_in_a_look(link: Link, store: Store) -> None:
    recorder = Recorder()
    await store.submit()
    looks = itertools.count()

    def streams() -> tuple[str, ...]:
        if next(looks) < 3:
            raise KeyError("a bug")
        return ("default",)

    running = Runner(link, recorder, streams, lambda: NOW)
    running.open()
    await until(lambda: len(recorder.seen) == 1)
    await running.close()


async def test_a_lease_is_renewed_while_an_event_takes_its_time(
    store: Store, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_MS", 300)
    began, go = asyncio.Event(), asyncio.Event()

    class Slow(Recorder):
        async def handle(self, site: str, event: Event) -> None:
            began.set()
            await go.wait()
            await super().handle(site, event)

    slow, other = Slow(), Recorder()
    await store.submit()
    first, second = runner_of(link, slow, "default"), runner_of(link, other, "default")
    first.open()
    await began.wait()
    renewals = 0
    key, before = consumers.lease_of("default", "recorder"), 0
    while renewals < 10:
        await second.look()
        left = await link.call("PTTL", key)
        renewals += left > before
        before = left
        await asyncio.sleep(0.01)
    assert other.seen == []
    go.set()
    await until_done(link, "default", slow)
    await first.close()
    assert slow.seen == await told(link)
