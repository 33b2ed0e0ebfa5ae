"""Consumers' positions in a stream, what is trimmed behind them, and what they gave up."""

import pytest

from service.link.link import Link
from service.store import consumers, keys
from service.store.consumers import (
    INSTALLATION,
    ConsumerMeasures,
    DeadLetter,
    Entry,
    Errand,
    Outlook,
    Start,
    StreamMeasures,
)
from service.upkeep import lease
from tests.store.desk import NOW, add_events

SITE = "default"
STREAM = keys.stream_keys(SITE)
ERRAND = Errand(SITE, "learner", "me")
LETTER = DeadLetter(Entry(b"5-0", [b"k", b"left", b"m", b"1"]), "ValueError", 3, NOW)


async def emit(link: Link, count: int, stream: str = STREAM.events) -> None:
    """Events whose ids are 1-0, 2-0 and so on."""
    first = await link.call("XLEN", stream) + 1
    await add_events(link, stream, [(f"{number}-0", number) for number in range(first, first + count)])


async def registered(link: Link, consumer: str = "learner", start: Start = Start.OLDEST) -> Errand:
    """A consumer whose lease we have."""
    errand = Errand(SITE, consumer, "me")
    await consumers.register(link, SITE, consumer, start)
    assert await lease.hold(link, errand.lease_key, "me")
    return errand


async def ids(link: Link, errand: Errand = ERRAND, limit: int = 1000) -> list[str]:
    return [entry.event_id.decode() for entry in await consumers.read_next(link, errand, limit)]


async def measured(link: Link, now_ms: int = 0, consumer: str = "learner") -> ConsumerMeasures:
    return (await consumers.measure_stream(link, SITE, now_ms)).consumers[consumer]


async def test_a_consumer_reads_what_is_after_its_position(link: Link) -> None:
    await emit(link, 5)
    errand = await registered(link)
    assert await ids(link) == ["1-0", "2-0", "3-0", "4-0", "5-0"]
    assert await consumers.move(link, errand, b"3-0", 3)
    assert await ids(link) == ["4-0", "5-0"]
    assert await ids(link, limit=1) == ["4-0"]
    assert await measured(link, 10) == ConsumerMeasures(2, 6, 0)


@pytest.mark.parametrize(("start", "first"), [(Start.OLDEST, "1-0"), (Start.NEWEST, "4-0")])
async def test_a_new_consumer_begins_where_it_wants_to(link: Link, start: Start, first: str) -> None:
    await emit(link, 3)
    assert await consumers.peek(link, SITE, "learner") is Outlook.NEW
    await registered(link, start=start)
    await emit(link, 1)
    assert await consumers.peek(link, SITE, "learner") is Outlook.BEHIND
    assert (await ids(link))[0] == first
    assert (await measured(link)).lost == 0


async def test_a_consumer_that_is_known_keeps_its_position(link: Link) -> None:
    await emit(link, 3)
    errand = await registered(link)
    await consumers.move(link, errand, b"3-0", 3)
    assert await consumers.peek(link, SITE, "learner") is Outlook.DONE
    await consumers.register(link, SITE, "learner", Start.OLDEST)
    assert await consumers.peek(link, SITE, "learner") is Outlook.DONE
    assert await ids(link) == []


async def test_who_has_no_lease_reads_nothing_and_moves_nothing(link: Link) -> None:
    await emit(link, 3)
    await registered(link)
    other = ERRAND._replace(holder="another")
    assert await ids(link, other) == []
    assert not await consumers.move(link, other, b"3-0", 3, LETTER)
    assert await ids(link) == ["1-0", "2-0", "3-0"]
    assert await link.call("XLEN", STREAM.dead_letters) == 0


async def test_who_is_forgotten_reads_nothing_and_moves_nothing(link: Link) -> None:
    await emit(link, 3)
    errand = await registered(link)
    await consumers.forget(link, SITE, "learner")
    assert await ids(link) == []
    assert not await consumers.move(link, errand, b"3-0", 3)
    assert (await consumers.measure_stream(link, SITE, 0)).consumers == {}


async def test_nothing_is_trimmed_that_the_slowest_consumer_has_not_handled(link: Link) -> None:
    await emit(link, 12_000)
    await link.call("HSET", STREAM.consumers, keys.AUDIT_CONSUMER, "12000-0 12000 0")
    fast, slow = await registered(link, "fast"), await registered(link, "slow")
    await consumers.move(link, slow, b"500-0", 500)
    await consumers.move(link, fast, b"12000-0", 12_000)
    first = (await consumers.read_next(link, slow, 1))[0]
    assert first.event_id == b"501-0"
    assert 11_500 <= await link.call("XLEN", STREAM.events) < 11_700
    await consumers.move(link, slow, b"12000-0", 11_500)
    assert keys.NEWEST_EVENTS <= await link.call("XLEN", STREAM.events) < keys.NEWEST_EVENTS + 200
    assert (await measured(link, consumer="slow")).lost == 0


@pytest.mark.parametrize("sealed", ["9-9 500 0", ""])
async def test_nothing_is_trimmed_that_is_not_sealed(link: Link, sealed: str) -> None:
    await emit(link, 12_000)
    errand = await registered(link)
    if sealed:
        await link.call("HSET", STREAM.consumers, keys.AUDIT_CONSUMER, sealed)
    await consumers.move(link, errand, b"12000-0", 12_000)
    length = await link.call("XLEN", STREAM.events)
    assert 11_500 <= length < 11_700 if sealed else length == 12_000


async def test_the_newest_events_stay_though_all_were_handled(link: Link) -> None:
    await emit(link, 9_000)
    errand = await registered(link)
    await consumers.move(link, errand, b"9000-0", 9_000)
    assert await link.call("XLEN", STREAM.events) == 9_000


async def test_what_was_trimmed_before_a_consumer_came_to_it_is_counted(link: Link) -> None:
    await emit(link, 1_000)
    errand = await registered(link)
    await consumers.move(link, errand, b"100-0", 100)
    await link.call("XTRIM", STREAM.events, "MAXLEN", 700)
    assert await measured(link, 1_000) == ConsumerMeasures(900, 699, 200)
    assert (await ids(link))[0] == "301-0"
    assert await measured(link) == ConsumerMeasures(700, 0, 200)
    assert (await ids(link))[0] == "301-0"
    await consumers.move(link, errand, b"1000-0", 700)
    assert await measured(link) == ConsumerMeasures(0, 0, 200)


async def test_a_consumer_that_begins_in_a_trimmed_stream_lost_nothing(link: Link) -> None:
    await emit(link, 1_000)
    await link.call("XTRIM", STREAM.events, "MAXLEN", 700)
    await registered(link)
    assert len(await ids(link)) == 700
    assert await measured(link) == ConsumerMeasures(700, 0, 0)


async def test_a_position_past_the_end_is_of_another_stream_which_is_read_from_its_start(link: Link) -> None:
    await emit(link, 3)
    await registered(link)
    await link.call("HSET", STREAM.consumers, "learner", "9-9 900 7")
    assert await consumers.peek(link, SITE, "learner") is Outlook.BEHIND
    assert await ids(link) == ["1-0", "2-0", "3-0"]
    await consumers.move(link, ERRAND, b"3-0", 3)
    assert await measured(link) == ConsumerMeasures(0, 0, 7)


async def test_a_position_in_an_empty_stream_waits_for_the_next_event(link: Link) -> None:
    await registered(link)
    await link.call("HSET", STREAM.consumers, "learner", "2-0 900 0")
    assert await consumers.peek(link, SITE, "learner") is Outlook.DONE
    await emit(link, 1)
    assert await consumers.peek(link, SITE, "learner") is Outlook.BEHIND
    assert await ids(link) == ["1-0"]
    assert await measured(link) == ConsumerMeasures(1, 0, 0)


async def test_an_unreadable_position_is_none_and_is_made_anew(link: Link) -> None:
    await emit(link, 3)
    await link.call("HSET", STREAM.consumers, "learner", "yesterday")
    assert await consumers.peek(link, SITE, "learner") is Outlook.NEW
    await registered(link)
    assert await ids(link) == ["1-0", "2-0", "3-0"]


async def test_what_is_given_up_is_kept_with_all_that_was_in_it(link: Link) -> None:
    await emit(link, 5)
    errand = await registered(link)
    assert await consumers.move(link, errand, b"5-0", 5, LETTER)
    ((_, flat),) = await link.call("XRANGE", STREAM.dead_letters, "-", "+")
    assert dict(zip(flat[::2], flat[1::2], strict=True)) == {
        b"consumer": b"learner",
        b"event_id": b"5-0",
        b"error": b"ValueError",
        b"attempts": b"3",
        b"given_up_ms": str(NOW).encode(),
        b"k": b"left",
        b"m": b"1",
    }
    assert await consumers.peek(link, SITE, "learner") is Outlook.DONE


async def test_dead_letters_are_bounded_and_all_counted(link: Link) -> None:
    await emit(link, 1)
    errand = await registered(link)
    for _ in range(1_300):
        await consumers.move(link, errand, b"1-0", 0, LETTER)
    assert keys.NEWEST_DEAD_LETTERS <= await link.call("XLEN", STREAM.dead_letters) < keys.NEWEST_DEAD_LETTERS + 200
    assert (await consumers.measure_stream(link, SITE, 0)).dead_letters == 1_300


async def test_a_site_may_have_the_installations_name(link: Link) -> None:
    await emit(link, 2, keys.CHANGES)
    await consumers.register(link, INSTALLATION, "learner", Start.OLDEST)
    assert await consumers.measure_stream(link, "commentdesk", 0) == StreamMeasures(0, 0, {})
    behind = {"learner": ConsumerMeasures(2, 0, 0)}
    assert await consumers.measure_stream(link, INSTALLATION, 0) == StreamMeasures(
        2, 0, behind, 0, ConsumerMeasures(2, 0, 0)
    )
    assert await consumers.peek(link, "commentdesk", "learner") is Outlook.NEW
