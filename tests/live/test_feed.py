"""A feed reads a site's events once for all of its listeners, and nobody misses one or is told one twice."""

import asyncio
from collections.abc import Sequence

import pytest

from service.domain.news import ALL_PARTS, News, NewsType, Place
from service.errors import StreamsFullError, TooManyStreamsError
from service.link.link import Link
from service.live import feeds as feeds_module
from service.live.feed import Feed
from service.live.feeds import Audience, Feeds, ListenerLimits
from service.live.listener import MOST_WAITING_BYTES, Listener
from service.platform.counters import Counters
from service.store import event_feed, keys
from tests.servers import RedisServer
from tests.store.desk import NOW, Store, add_events

SITE = "default"
STREAM = keys.events(SITE)
ANN = Audience("ann", "192.0.2.1")


async def encode(news: Sequence[News]) -> bytes:
    """A line for each."""
    return "".join(f"{each.type} {each.subject} {each.place}\n" for each in news).encode()


def feed(link: Link) -> Feed:
    return Feed(link, SITE, encode, lambda: 0)


def feeds(link: Link, of_token: int = 5, of_address: int = 50, of_all: int = 500) -> Feeds:
    limits = ListenerLimits(of_token, of_address, of_all)
    return Feeds(link, encode, lambda: 0, counts=Counters(), limits=limits)


async def heard(listener: Listener) -> list[str]:
    """What waits for a listener, a line each without places."""
    waiting = await listener.read(0)
    return [" ".join(line.split()[:2]) for line in (waiting or b"").decode().splitlines()]


async def last_place(listener: Listener) -> Place:
    waiting = await listener.read(0)
    assert waiting
    event_id, _, part = waiting.decode().splitlines()[-1].split()[-1].rpartition(".")
    return Place(event_id, int(part))


async def joined(to: Feed, since: Place | None = None) -> Listener:
    listener = Listener()
    await to.join(listener, since)
    return listener


async def test_listeners_are_told_what_comes_after_they_joined(store: Store, link: Link) -> None:
    one = feed(link)
    first = await store.submit()
    early = await joined(one)
    second = await store.submit()
    late = await joined(one)
    third = await store.submit()
    await one.step()
    opening = NewsType.OPEN.value
    assert (await heard(early))[1:] == [f"entered {second.comment_id}", f"entered {third.comment_id}"]
    assert [line.split()[0] for line in await heard(late)] == [opening, "entered"]
    assert first.comment_id not in "".join(await heard(late))


async def test_a_listener_of_another_process_that_was_ahead_is_told_nothing_twice(store: Store, link: Link) -> None:
    behind, ahead = feed(link), feed(link)
    await joined(behind)
    leaver = await joined(ahead)
    await store.submit()
    await ahead.step()
    place = await last_place(leaver)
    comer = await joined(behind, place)
    new = await store.submit()
    await behind.step()
    assert await heard(comer) == [f"entered {new.comment_id}"]


async def test_many_pages_are_read_at_once(store: Store, link: Link, every_redis_server: RedisServer) -> None:
    one = feed(link)
    listener = await joined(one)
    await heard(listener)
    ids = [(await store.submit()).comment_id for _ in range(3)]
    entry = (await link.call("XRANGE", STREAM, "-", "+"))[-1][1]
    for _ in range(event_feed.EVENTS_A_PAGE):
        await link.call("XADD", STREAM, "*", *entry)
    await one.step()
    told = await heard(listener)
    assert told[:3] == [f"entered {comment_id}" for comment_id in ids]
    assert len(told) == 3 + event_feed.EVENTS_A_PAGE


@pytest.mark.one_server("the gap is the same on every server")
async def test_who_fell_behind_what_is_kept_is_told_to_read_anew(store: Store, link: Link) -> None:
    one = feed(link)
    await store.submit()
    listener = await joined(one)
    await heard(listener)
    newest = int((await event_feed.newest_event_id(link, SITE)).partition("-")[0])
    await add_events(link, STREAM, [(f"{newest + n}-1", NOW) for n in range(2 * event_feed.EVENTS_A_PAGE)])
    await link.call("XTRIM", STREAM, "MAXLEN", event_feed.EVENTS_A_PAGE)
    await one.step()
    assert [line.split()[0] for line in await heard(listener)] == ["reset"]
    new = await store.submit()
    await one.step()
    assert await heard(listener) == [f"entered {new.comment_id}"]


async def test_a_site_without_events_is_followed_from_its_first(store: Store, link: Link) -> None:
    one = feed(link)
    listener = await joined(one)
    place = await last_place(listener)
    assert place == Place(event_feed.BEGINNING, ALL_PARTS)
    again = await joined(feed(link), place)
    assert await heard(again) == []
    new = await store.submit()
    await one.step()
    assert await heard(listener) == [f"entered {new.comment_id}"]
    assert [line.split()[0] for line in await heard(await joined(feed(link), place))] == ["reset"]


async def test_an_event_that_cannot_be_read_is_passed_over(store: Store, link: Link) -> None:
    one = feed(link)
    listener = await joined(one)
    await heard(listener)
    await link.call("XADD", STREAM, "*", "nothing", "of ours")
    new = await store.submit()
    await one.step()
    assert await heard(listener) == [f"entered {new.comment_id}"]


def test_a_listener_that_does_not_read_holds_no_more_than_its_bound() -> None:
    listener = Listener()
    for _ in range(5):
        listener.put(b"x" * (MOST_WAITING_BYTES // 4))
    assert listener.is_ended
    assert asyncio.run(listener.read(0)) is None


async def test_listeners_are_bounded_and_every_end_makes_room(link: Link) -> None:
    all_ = feeds(link, of_token=2, of_address=3, of_all=4)
    opened = [await all_.open([SITE], ANN, None) for _ in range(2)]
    with pytest.raises(TooManyStreamsError):
        await all_.open([SITE], ANN, None)
    bob = Audience("bob", ANN.address)
    await all_.open(["news"], bob, None)
    with pytest.raises(TooManyStreamsError):
        await all_.open([SITE], bob, None)
    await all_.open([SITE], Audience("bob", ""), None)
    with pytest.raises(StreamsFullError):
        await all_.open([SITE], Audience("cid", "192.0.2.2"), None)
    all_.close(opened[0], ANN)
    await all_.open([SITE], ANN, None)
    await all_.end()


async def test_one_whose_store_is_away_leaves_nothing_behind(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    all_ = feeds(link, of_token=1)

    async def fail(*_: object) -> str:
        raise ConnectionError("away")

    with monkeypatch.context() as patch:
        patch.setattr(event_feed, "newest_event_id", fail)
        with pytest.raises(ConnectionError):
            await all_.open([SITE], ANN, None)
    assert all_.is_idle
    all_.close(await all_.open([SITE], ANN, None), ANN)
    await all_.end()


async def test_what_fails_once_goes_on(store: Store, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds_module, "TICK_SECONDS", 0.01)
    all_ = feeds(link)
    listener = await all_.open([SITE], ANN, None)
    await heard(listener)
    read, failures = event_feed.read_page, iter([ValueError("once"), OSError("twice")])

    async def fail_first(*given: str) -> object:
        for failure in failures:
            raise failure
        return await read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(event_feed, "read_page", fail_first)
    new = await store.submit()
    assert (await listener.read(5) or b"").startswith(f"entered {new.comment_id}".encode())
    all_.close(listener, ANN)
    await all_.end()


async def test_many_who_come_and_go_are_told_everything_once(store: Store, link: Link) -> None:
    """Each joins at some moment of a burst, from the place where another of them left."""
    one = feed(link)
    await store.submit()
    steady = await joined(one)
    begun = await last_place(steady)

    async def come_and_go(since: Place) -> list[str]:
        told: list[str] = []
        for _ in range(10):
            listener = await joined(one, since)
            await asyncio.gather(store.submit(), one.step())
            raw = (await listener.read(0) or b"").decode().splitlines()
            one.listeners.discard(listener)
            told += raw
            if raw:
                event_id, _, part = raw[-1].split()[-1].rpartition(".")
                since = Place(event_id, int(part))
        listener = await joined(one, since)
        await one.step()
        return told + (await listener.read(0) or b"").decode().splitlines()

    all_told = await asyncio.gather(*(come_and_go(begun) for _ in range(4)))
    await one.step()
    lines = (await steady.read(0) or b"").decode().splitlines()
    assert len(lines) == 40
    for told in all_told:
        assert told == lines[: len(told)]
        assert len(told) >= 10
