"""One decision on many comments: in steps, once, over nobody's head, and taken back as one."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.base_32 import bytes_of, texts_of
from service.domain.bulk import Bulk, BulkOrder
from service.domain.decision import Decision
from service.domain.state import State
from service.errors import BulkNotFoundError, InvalidFieldsError, NothingToUndoError
from service.store import bulk_steps, key_kinds, keys
from service.store.bulk_steps import COMMENTS_A_STEP, Reached
from service.store.bulks import Bulks
from tests.servers import RedisServer, client_of
from tests.store.desk import Store, moderator, new_comment, read_events
from tests.store.recount import recount

BULK = "b0123456789abcdef"
SITE = "default"


async def submitted(store: Store, count: int) -> list[str]:
    comments = [new_comment(f"article-{number % 3}", f"author-{number % 4}") for number in range(count)]
    await asyncio.gather(*(store.submit(each) for each in comments))
    return [each.comment_id for each in comments]


async def preview(store: Store, ids: Sequence[str], state: State | None = State.HELD, bulk_id: str = BULK) -> None:
    """Looks at the comments; whatever follows is a while later."""
    await Bulks(store.link).keep_preview(SITE, bulk_id, ids, state, now_ms=store.now + 1)
    store.now += 2


async def start(store: Store, decision: str = "spam", *, by: str = "ann", reason: str | None = None) -> Bulk:
    code = reason if reason == "campaign" else ""
    order = BulkOrder(BULK, Decision(decision), reason=reason, reason_code=code)
    return await Bulks(store.link).start(SITE, order, moderator(by), now_ms=store.now)


async def begin_undo(store: Store, by: str = "ann") -> Bulk:
    return await Bulks(store.link).begin_undo(SITE, BULK, moderator(by), now_ms=store.now)


async def carry_out(store: Store, most_steps: int = 1000) -> int:
    """What a process does for a bulk from where it is on; how many steps that took."""
    work = await Bulks(store.link).read_work(SITE, BULK)
    assert work is not None
    undo = work.bulk.undo
    step, place = (bulk_steps.undo_next, undo.done) if undo else (bulk_steps.decide_next, work.bulk.done)
    for number in range(1, most_steps + 1):
        reached, place = await step(store.link, store.comments, SITE, work, place, store.now)
        if reached is not Reached.ON:
            return number
    return most_steps


async def read(store: Store) -> Bulk:
    return await Bulks(store.link).read(SITE, BULK)


async def states(store: Store, ids: Sequence[str]) -> list[str]:
    return [(await store.read(each)).state.value for each in ids]


async def kinds(store: Store) -> list[tuple[str, str, str]]:
    """Of the events that a bulk causes."""
    events = await read_events(store.link, keys.events(SITE))
    return [(each.kinds[0], each.subject, each.detail) for each in events if "bulk" in each.detail + each.kinds[0]]


async def test_all_are_decided_on_in_steps(store: Store, every_redis_server: RedisServer) -> None:
    ids = await submitted(store, 2 * COMMENTS_A_STEP + 3)
    await preview(store, ids)
    assert (await start(store, reason="campaign")).is_running
    assert await carry_out(store) == 3
    assert set(await states(store, ids)) == {"spam"}
    assert await store.queued() == []
    bulk = await read(store)
    assert (bulk.done, bulk.total, bulk.skipped, bulk.is_running, bulk.is_stopped) == (43, 43, 0, False, False)
    assert (bulk.actor, bulk.decision, bulk.reason, bulk.finished_ms) == ("ann", "spam", "campaign", store.now)
    recount(client_of(every_redis_server.url))


async def test_each_decision_names_its_bulk_and_is_told_once(store: Store) -> None:
    ids = await submitted(store, 2)
    await preview(store, ids)
    await start(store, reason="campaign")
    await carry_out(store)
    (act,) = await store.history(ids[0])
    assert (act.act, act.member_id, act.reason, act.bulk_id) == ("spam", "ann", "campaign", BULK)
    told = await kinds(store)
    assert [(kind, subject) for kind, subject, _ in told] == [
        ("bulk_started", BULK),
        ("decided", ids[0]),
        ("decided", ids[1]),
        ("bulk_finished", BULK),
    ]
    assert orjson.loads(told[1][2]) == {"bulk": BULK, "reason": "campaign"}
    assert orjson.loads(told[3][2]) == {"done": 2, "skipped": 0}


async def test_free_words_are_in_no_event(store: Store) -> None:
    await preview(store, await submitted(store, 1))
    await start(store, reason="He of the long beard!")
    await carry_out(store)
    assert orjson.loads((await kinds(store))[1][2]) == {"bulk": BULK}


async def test_what_changed_since_the_preview_is_left_alone(store: Store) -> None:
    ids = await submitted(store, 6)
    decided, undone, claimed, own, gone, plain = ids
    await preview(store, ids, state=None)
    await store.decide(decided, "approve", by="bob")
    await store.decide(undone, "approve", by="bob")
    await store.undo(undone, by="bob")
    await start(store)
    assert (await store.claim("bob", 1)).comments[0].comment_id == undone
    assert (await store.claim("bob", 1)).comments[0].comment_id == claimed
    assert (await store.claim("ann", 1)).comments[0].comment_id == own
    await store.link.call("DEL", keys.comment(SITE, gone))
    store.comments.forget_home(SITE, gone)
    await carry_out(store)
    assert await states(store, [decided, undone, claimed, own, plain]) == [
        *("published", "held", "held", "spam", "spam"),
    ]
    bulk = await read(store)
    assert (bulk.done, bulk.skipped, bulk.claimed) == (6, 4, 1)


async def test_a_state_that_the_selection_no_longer_has_is_left_alone(store: Store) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.decide(comment_id, "approve")
    await preview(store, [comment_id], State.HELD)
    await start(store)
    await carry_out(store)
    assert await states(store, [comment_id]) == ["published"]
    assert (await read(store)).skipped == 1


async def test_it_goes_on_where_another_left_it_and_does_nothing_twice(
    store: Store, every_redis_server: RedisServer
) -> None:
    ids = await submitted(store, 3 * COMMENTS_A_STEP)
    await preview(store, ids)
    await start(store)
    await carry_out(store, most_steps=1)
    assert (await read(store)).done == COMMENTS_A_STEP
    store.now += 1
    assert sum(await asyncio.gather(*(carry_out(store) for _ in range(4)))) >= 4
    bulk = await read(store)
    assert (bulk.done, bulk.skipped) == (len(ids), 0)
    assert [len(await store.history(each)) for each in ids] == [1] * len(ids)
    assert len([each for each in await kinds(store) if each[0] == "decided"]) == len(ids)
    recount(client_of(every_redis_server.url))


async def test_an_undo_takes_all_back_but_what_somebody_decided_since(
    store: Store, every_redis_server: RedisServer
) -> None:
    ids = await submitted(store, COMMENTS_A_STEP + 2)
    await store.decide(ids[0], "reject", by="bob")
    await preview(store, ids, state=None)
    await start(store, "approve")
    await carry_out(store)
    await store.decide(ids[1], "spam", by="bob")
    await store.undo(ids[2], by="bob")
    assert (await begin_undo(store, by="eve")).undo is not None
    await carry_out(store)
    assert await states(store, ids) == ["rejected", "spam", *["held"] * (len(ids) - 2)]
    undo = (await read(store)).undo
    assert undo is not None
    assert (undo.total, undo.done, undo.skipped, undo.actor, undo.is_running) == (len(ids), len(ids), 2, "eve", False)
    act = (await store.history(ids[3]))[-1]
    assert (act.act, act.member_id, act.bulk_id) == ("undo", "eve", BULK)
    assert [kind for kind, subject, _ in await kinds(store) if subject == BULK] == [
        *("bulk_started", "bulk_finished", "bulk_undone", "bulk_finished"),
    ]
    recount(client_of(every_redis_server.url))


async def test_an_undo_ends_a_bulk_that_still_runs(store: Store) -> None:
    ids = await submitted(store, 2 * COMMENTS_A_STEP)
    await preview(store, ids)
    await start(store)
    await carry_out(store, most_steps=1)
    late = await Bulks(store.link).read_work(SITE, BULK)
    assert late is not None
    bulk = await begin_undo(store)
    assert bulk.is_stopped
    reached, _ = await bulk_steps.decide_next(store.link, store.comments, SITE, late, late.bulk.done, store.now)
    assert reached is Reached.MOVED
    await carry_out(store)
    assert set(await states(store, ids)) == {"held"}
    undo = (await read(store)).undo
    assert undo is not None
    assert (undo.total, undo.done, undo.skipped) == (COMMENTS_A_STEP, COMMENTS_A_STEP, 0)


async def test_an_undo_is_begun_once_and_its_bulk_is_not_undone_again(store: Store) -> None:
    ids = await submitted(store, 1)
    await preview(store, ids)
    await start(store)
    await carry_out(store)
    await begin_undo(store, by="ann")
    await begin_undo(store, by="bob")
    await carry_out(store)
    again = await begin_undo(store, by="bob")
    assert again.undo is not None
    assert (again.undo.actor, again.undo.is_running) == ("ann", False)
    with pytest.raises(NothingToUndoError):
        await store.undo(ids[0])


async def test_an_order_is_carried_out_once(store: Store) -> None:
    await preview(store, await submitted(store, 1))
    assert await start(store) == await start(store)
    assert [each[0] for each in await kinds(store)] == ["bulk_started"]
    with pytest.raises(InvalidFieldsError):
        await start(store, "approve")
    with pytest.raises(InvalidFieldsError):
        await start(store, by="bob")


async def test_what_was_started_is_not_selected_anew(store: Store) -> None:
    ids = await submitted(store, 3)
    await preview(store, ids)
    started = await start(store)
    await preview(store, ids[:1])
    assert (await read(store)).total == started.total == 3
    await carry_out(store)
    assert (await read(store)).changed == 3


async def test_what_was_not_previewed_is_not_started(store: Store) -> None:
    with pytest.raises(InvalidFieldsError):
        await start(store)
    with pytest.raises(BulkNotFoundError):
        await begin_undo(store)
    await preview(store, [])
    with pytest.raises(BulkNotFoundError):
        await read(store)
    with pytest.raises(BulkNotFoundError):
        await begin_undo(store)


async def test_nothing_selected_is_done_at_once(store: Store) -> None:
    await preview(store, [])
    await start(store)
    assert await carry_out(store) == 1
    assert (await read(store)).is_stopped is False


async def test_bulks_are_listed_newest_first_and_the_oldest_goes_on_first(store: Store) -> None:
    bulks = Bulks(store.link)
    for name in ("b1", "b2"):
        await preview(store, [], bulk_id=name)
        await bulks.start(SITE, BulkOrder(name, Decision.APPROVE), moderator("ann"), now_ms=store.now)
    assert [each.bulk_id for each in await bulks.newest(SITE)] == ["b2", "b1"]
    assert await bulks.oldest_running(SITE) == "b1"


async def test_one_that_is_kept_no_longer_keeps_no_other_waiting(store: Store) -> None:
    await preview(store, await submitted(store, 1))
    await start(store)
    await store.link.call("DEL", keys.bulk_keys(SITE, BULK).bulk)
    assert await Bulks(store.link).read_work(SITE, BULK) is None
    assert await Bulks(store.link).oldest_running(SITE) is None
    assert await Bulks(store.link).newest(SITE) == []


@pytest.mark.one_server("one kind of key")
async def test_previews_and_bulks_go_by_themselves(store: Store) -> None:
    await preview(store, [])
    key = keys.bulk_keys(SITE, BULK).bulk
    assert 0 < await store.link.call("PTTL", key) <= 30 * 60_000
    await start(store)
    assert await store.link.call("PTTL", key) > 6 * 24 * 3_600_000


@given(st.lists(st.text("0123456789abcdefghijklmnopqrstuv", min_size=16, max_size=16), max_size=9))
def test_ids_are_kept_in_ten_bytes(ids: list[str]) -> None:
    packed = bytes_of(ids)
    assert len(packed) == 10 * len(ids)
    assert texts_of(packed, 16) == ids


async def test_one_of_a_restored_backup_is_stopped_and_can_be_undone(store: Store) -> None:
    """A backup has bulks, and not that they run."""
    ids = await submitted(store, 2 * COMMENTS_A_STEP)
    await preview(store, ids)
    await start(store)
    await carry_out(store, most_steps=1)
    assert key_kinds.is_passing(keys.bulks_running(SITE).encode())
    await store.link.call("DEL", keys.bulks_running(SITE))
    bulk = await read(store)
    assert (bulk.is_stopped, bulk.is_running, bulk.done) == (True, False, COMMENTS_A_STEP)
    await carry_out(store)
    assert (await read(store)).done == COMMENTS_A_STEP
    await begin_undo(store)
    await carry_out(store)
    assert set(await states(store, ids)) == {"held"}
