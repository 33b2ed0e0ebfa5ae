"""Series: what the counters grew by, a row a minute and an hour, held against a recount."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.replay import NO_REPLAY
from service.domain.series import HOUR_MS, MINUTE_MS, Series, Span
from service.domain.state import State
from service.errors import RequestError
from service.link.link import Link
from service.store import keys, series
from service.store.series import pack_row, read_series, unpack_rows
from tests.store.desk import NOW, Store, new_comment

SITE = "default"
HOUR = NOW - NOW % HOUR_MS
"""An hour begins then."""
KEYS = keys.series_keys(SITE)
NUMBERS = st.integers(0, 2**53)
ROWS = st.lists(
    st.tuples(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.lists(st.tuples(st.integers(0, 300), NUMBERS), max_size=30))
)


async def read(store: Store, span: Span = Span.DAY) -> Series:
    return await read_series(store.link, SITE, span, store.now)


def points(found: Series, counter: str) -> dict[int, int]:
    """By how much a counter grew, by minutes or hours since HOUR."""
    grown = zip(found.at_ms, found.of(counter), strict=True)
    return {(at - HOUR) // found.span.step_ms: by for at, by in grown if by}


@given(ROWS)
def test_what_is_packed_is_unpacked(rows: list[tuple[tuple[int, int, int], list[tuple[int, int]]]]) -> None:
    heads, grown = unpack_rows([pack_row(*row) for row in rows])
    assert heads.tolist() == [list(head) for head, _ in rows]
    assert grown.tolist() == [[number, *pair] for number, (_, pairs) in enumerate(rows) for pair in pairs]


async def test_a_minute_is_what_was_counted_in_it(store: Store) -> None:
    for minute, count in ((0, 2), (1, 1), (5, 3)):
        for _ in range(count):
            store.now = HOUR + minute * MINUTE_MS + 30_000
            await store.submit()
    found = await read(store)
    assert points(found, "submitted:hold") == {0: 2, 1: 1, 5: 3}
    assert found.depth == [2, 3, 6]
    assert found.oldest_age_seconds == [30, 90, 300]
    assert await store.link.call("XLEN", KEYS.minutes) == 2  # the third is still under way


async def test_the_first_row_counts_nothing_from_before(store: Store, link: Link) -> None:
    await store.submit()
    await link.call("DEL", *KEYS)
    store.now += MINUTE_MS
    await store.submit()
    assert sum((await read(store)).of("submitted:hold")) == 1


async def test_an_hour_is_what_its_minutes_are_together(store: Store) -> None:
    wanted: Counter[int] = Counter()
    for minute in (0, 1, 59, 60, 61, 200):
        store.now = HOUR + minute * MINUTE_MS
        await store.submit()
        wanted[minute // 60] += 1
    assert points(await read(store, Span.QUARTER), "submitted:hold") == wanted


@pytest.mark.parametrize(("span", "step_ms"), [(Span.HOUR, MINUTE_MS), (Span.DAY, HOUR_MS), (Span.WEEK, 6 * HOUR_MS)])
async def test_longer_steps_are_their_points_together(store: Store, span: Span, step_ms: int) -> None:
    sent_at = [HOUR + minute * MINUTE_MS for minute in (0, 1, 59, 60, 400, 441, 445, 499)]
    for store.now in sent_at:
        await store.submit()
    store.now = HOUR + 500 * MINUTE_MS
    found = await read_series(store.link, SITE, span, store.now, step_ms)
    first = store.now // step_ms * step_ms - span.length_ms
    wanted = Counter(at // step_ms * step_ms for at in sent_at if at >= first + step_ms)
    assert dict(zip(found.at_ms, found.of("submitted:hold"), strict=True)) == wanted
    assert found.depth[-1] == len(sent_at)
    assert all(at % step_ms == 0 for at in found.at_ms)


async def test_decisions_are_counted_by_who_made_them_and_how_long_they_took(store: Store) -> None:
    ids = [(await store.submit(now=HOUR)).comment_id for _ in range(4)]
    for minute, comment_id, by in ((0, ids[0], "ann"), (10, ids[1], "bob"), (10, ids[2], "ann"), (10, ids[3], "ann")):
        store.now = HOUR + minute * MINUTE_MS + 30_000
        await store.decide(comment_id, "reject", by=by)
    await store.undo(ids[0], by="ann")
    found = await read(store)
    assert points(found, "by:ann") == {0: 1, 10: 2}
    assert points(found, "by:bob") == {10: 1}
    assert points(found, "decided:reject") == {0: 1, 10: 3}
    assert points(found, "undone") == {10: 1}
    assert found.decision_times.median == [30.0, 600.0]  # evenly spread between 0 and 60, 300 and 900
    assert found.decision_times.most == [57.0, 870.0]
    assert (found.decision_times.median_of_all, found.decision_times.most_of_all) == (500.0, 860.0)


async def test_only_so_many_moderators_have_a_counter(store: Store, link: Link) -> None:
    await store.submit()
    await link.call("HSET", keys.totals(SITE), "actors", 199)
    for by in ("ann", "bob", "ann"):
        comment_id = (await store.submit()).comment_id
        await store.decide(comment_id, by=by)
    found = await read(store)
    assert (sum(found.of("by:ann")), sum(found.of("by:bob")), sum(found.of("by:"))) == (2, 0, 1)


async def test_rows_are_kept_for_a_day_and_a_quarter(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(1500):
        store.now = HOUR + minute * MINUTE_MS
        await store.submit()
    assert await store.link.call("XLEN", KEYS.minutes) == 1440
    found = await read(store)
    assert (len(found.at_ms), found.at_ms[-1]) == (1440, store.now)
    store.now += 23 * HOUR_MS
    assert len((await read(store)).at_ms) == 60
    store.now += 2 * HOUR_MS
    assert (await read(store)).at_ms == []


@pytest.mark.parametrize("back_ms", [1, MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 365 * 24 * HOUR_MS])
async def test_a_clock_that_jumps_back_loses_nothing(store: Store, back_ms: int) -> None:
    for at in (HOUR, HOUR + MINUTE_MS, HOUR + MINUTE_MS - back_ms, HOUR + 2 * MINUTE_MS - back_ms):
        store.now = at
        await store.submit()
    store.now = HOUR + 3 * MINUTE_MS
    await store.submit()
    known = sum((await read(store)).of("submitted:hold"))
    assert known == 5 if back_ms < 23 * HOUR_MS else known >= 2


async def test_clocks_that_differ_put_no_row_a_write(store: Store) -> None:
    for number in range(20):
        store.now = HOUR + MINUTE_MS * (number % 2)
        await store.submit()
    assert await store.link.call("XLEN", KEYS.minutes) == 1


async def test_series_that_cannot_be_written_keep_no_comment_out(store: Store, link: Link) -> None:
    await link.call("SET", KEYS.base, "no hash")
    comment_id = (await store.submit()).comment_id
    await store.decide(comment_id)


async def test_a_counter_that_was_put_right_counts_on(store: Store, link: Link) -> None:
    await store.submit(now=HOUR)
    await store.submit(now=HOUR)
    await link.call("HINCRBY", keys.totals(SITE), "submitted:hold", -2)
    for minute in (1, 2):
        await store.submit(now=HOUR + minute * MINUTE_MS)
    store.now = HOUR + 2 * MINUTE_MS
    assert points(await read(store), "submitted:hold") == {1: 1, 2: 1}


@pytest.mark.parametrize("seed", range(3))
async def test_series_are_a_recount_of_what_was_done(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    wanted: dict[str, Counter[int]] = {
        name: Counter() for name in ("submitted:hold", "decided:spam", "by:ann", "undone")
    }
    depth: dict[int, int] = {}
    ids: list[str] = []
    store.now = HOUR
    queued = 0
    for _ in range(120):
        store.now += chance.choice((1, 1000, 45_000, 5 * MINUTE_MS))
        minute = (store.now - HOUR) // MINUTE_MS
        act = chance.choice(("submit", "submit", "decide", "undo"))
        if act == "submit" or not ids:
            ids.append((await store.submit(new_comment(), NO_REPLAY)).comment_id)
            wanted["submitted:hold"][minute] += 1
            queued += 1
        elif act == "decide":
            comment_id = chance.choice(ids)
            if (await store.read(comment_id)).state is State.SPAM:
                continue
            await store.decide(comment_id, "spam", by="ann")
            wanted["decided:spam"][minute] += 1
            wanted["by:ann"][minute] += 1
            queued -= 1
        else:
            try:
                await store.undo(chance.choice(ids))
            except RequestError:
                continue
            wanted["undone"][minute] += 1
            queued += 1
        depth[minute] = queued
    found = await read(store)
    assert {name: points(found, name) for name in wanted} == wanted
    assert dict(zip(((at - HOUR) // MINUTE_MS for at in found.at_ms), found.depth, strict=True)) == depth
    hours = await read(store, Span.QUARTER)
    for name, of_minutes in wanted.items():
        of_hours: Counter[int] = Counter()
        for minute, by in of_minutes.items():
            of_hours[minute // 60] += by
        assert points(hours, name) == of_hours


@pytest.mark.one_server("what takes room is the same on every server")
@pytest.mark.parametrize(("of_minutes", "of_hours", "most_kib"), [(11, 11, 228), (20, 45, 380)])
async def test_a_site_takes_little_room(
    store: Store, link: Link, of_minutes: int, of_hours: int, most_kib: int
) -> None:
    """A row a minute and an hour with nine counters and two moderators; or with decisions on comments of every risk."""
    names = [f"submitted:{number}" for number in range(24)]
    for key, kept, begin, count in (
        (KEYS.minutes, 1440, 29_900_000, of_minutes),
        (KEYS.hours, 2160, 498_000, of_hours),
    ):
        for number in range(kept):
            grown = [(place if place < 11 else 40 + place, 1 + number % 90) for place in range(count)]
            await link.call("XADD", key, "*", "r", pack_row((begin + number, 130, 5400), grown))
    await link.call("HSET", KEYS.base, "names", " ".join(names), "minutes", " ".join(["123456"] * 24))
    used = [int(await link.call("MEMORY", "USAGE", key, "SAMPLES", 0)) for key in KEYS]
    assert sum(used) < most_kib * 1024, used
    assert series.unpack_rows([pack_row((1, 2, 3), [])])[0].tolist() == [[1, 2, 3]]
