"""`claim`, `claim_one`, `renew_claims`, `release`: leases on queued comments, never two at once."""

import asyncio
from collections import Counter

import pytest

from schemas.moderation import LONGEST_LEASE_SECONDS
from service.domain.caller import EVERY_SITE, Caller, Role
from service.domain.decision import Decision, Ruling
from service.domain.queue import QueueOrder, QueueView
from service.domain.replay import NO_REPLAY
from service.errors import ClaimedByAnotherError, CommentNotFoundError, IdempotencyKeyReusedError
from service.link.link import Link
from service.store import keys
from service.store.queue import MOST_HELD
from tests.store.desk import LEASE, MINUTE, NOW, Store, ids_of, key, new_comment, read_events

HOUR = 3_600_000
LONGEST_LEASE = LONGEST_LEASE_SECONDS * 1000
A_BIT = 30_000


async def fill(store: Store, count: int, thread: str = "article-1") -> list[str]:
    new = [new_comment(thread, risk=(7 * n % count) / count) for n in range(count)]
    receipts = await asyncio.gather(*(store.submit(each, now=NOW + n) for n, each in enumerate(new)))
    return [receipt.comment_id for receipt in receipts]


async def test_eight_claimers_at_once_never_hold_the_same(store: Store) -> None:
    ids = await fill(store, 250)
    claims = await asyncio.gather(*(store.claim(f"m{n % 8}", 10) for n in range(40)))
    held = Counter(comment_id for claim in claims for comment_id in ids_of(claim.comments))
    assert held == Counter(ids)
    assert max(len(claim.comments) for claim in claims) == 10
    assert await store.queued() == ids, "a claim is a lease, not a move"


async def test_what_is_claimed_tells_by_whom_and_until_when(store: Store) -> None:
    await fill(store, 1)
    claimed = await store.claim("ann")
    assert claimed.comments[0].claim == ("ann", "ann", "Ann", NOW + LEASE)
    assert claimed.expires_ms == NOW + LEASE
    assert (await store.read(claimed.comments[0].comment_id, NOW + LEASE)).claim is None


async def test_a_claim_is_free_again_from_the_moment_it_expires(store: Store) -> None:
    ids = await fill(store, 3)
    await store.claim("ann")
    assert (await store.claim("bob", now=NOW + LEASE - 1)).comments == []
    assert (await store.measures(NOW + LEASE - 1)).claims_open == 3
    assert (await store.measures(NOW + LEASE)).claims_open == 0
    assert ids_of((await store.claim("bob", now=NOW + LEASE)).comments) == ids


@pytest.mark.parametrize("lease", [LEASE, LONGEST_LEASE])
async def test_a_clock_set_back_locks_no_comment_away(store: Store, lease: int) -> None:
    (comment_id,) = await fill(store, 1)
    await store.claim("ann", lease=lease, now=NOW + HOUR)
    assert (await store.measures(NOW)).claims_open == 0
    assert (await store.read(comment_id, NOW)).claim is None
    assert ids_of((await store.claim("bob", lease=LONGEST_LEASE, now=NOW)).comments) == [comment_id]
    assert (await store.claim("ann", now=NOW)).comments == []
    assert (await store.claim("ann", now=NOW - A_BIT)).comments == [], "clocks of two machines may differ a bit"
    await store.decide(comment_id, by="bob", now=NOW)


async def test_claimers_at_the_moment_of_expiry_never_hold_the_same(store: Store) -> None:
    ids = await fill(store, 120)
    await store.claim("ann", 200)
    claims = await asyncio.gather(*(store.claim(f"m{n}", 20, now=NOW + LEASE) for n in range(8)))
    assert Counter(each for claim in claims for each in ids_of(claim.comments)) == Counter(ids)


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("thread", [None, "article-1"])
async def test_comments_are_claimed_in_the_order_in_which_they_are_listed(
    store: Store, order: QueueOrder, thread: str | None
) -> None:
    await fill(store, 120)
    await fill(store, 60, "article-2")
    listed = await store.queued(order, thread)
    assert len(listed) == (180 if thread is None else 120)
    claimed = []
    while comments := (await store.claim("ann", 50, order=order, thread=thread)).comments:
        claimed += ids_of(comments)
    assert claimed == listed


async def test_a_claim_with_a_key_gives_the_first_answer_again(store: Store) -> None:
    await fill(store, 100)
    claims = await asyncio.gather(*(store.claim("ann", 10, replay=key("k")) for _ in range(50)))
    assert len({tuple(ids_of(claim.comments)) for claim in claims}) == 1
    assert (await store.measures()).claims_open == 10
    with pytest.raises(IdempotencyKeyReusedError):
        await store.claim("ann", 11, replay=key("k", "another body"))


async def test_one_claim_handed_back_is_free(store: Store) -> None:
    ids = await fill(store, 3)
    await store.claim("ann")
    await store.release(ids[1])
    await store.release(ids[1])
    assert ids_of((await store.claim("bob")).comments) == [ids[1]]
    with pytest.raises(ClaimedByAnotherError):
        await store.release(ids[1], "ann")
    with pytest.raises(CommentNotFoundError):
        await store.release("nowhere")


async def test_all_claims_of_one_moderator_are_handed_back_and_no_others(store: Store, link: Link) -> None:
    ids = await fill(store, 4)
    await store.claim("ann", 2)
    await store.claim("anna", 2)
    await store.release_all("ann")
    assert ids_of((await store.claim("bob")).comments) == ids[:2]
    assert await link.call("ZCARD", keys.queue_keys("default").claims) == 4


async def test_an_administrator_ends_anybodys_claim_and_decides_over_it(store: Store, link: Link) -> None:
    first, second = await fill(store, 2)
    await store.claim("ann")
    chief = Caller("root", "root", "Root", frozenset({Role.ADMIN}), frozenset({EVERY_SITE}))
    await store.queue.release("default", first, chief, NOW)
    await store.queue.release("default", first, chief, NOW)
    assert ids_of((await store.claim("bob")).comments) == [first]
    ruling = Ruling(second, Decision.SPAM)
    decided = await store.comments.decide("default", ruling, chief, replay=NO_REPLAY, now_ms=NOW)
    assert (decided.state, decided.claim) == ("spam", None)
    events = await read_events(link, keys.events("default"))
    assert [(each.actor, each.subject, each.before) for each in events if "released" in each.kinds] == [
        ("root", first, "ann")
    ]
    with pytest.raises(CommentNotFoundError):
        await store.queue.release("default", "nowhere", chief, NOW)


async def test_claims_are_ended_while_others_come_and_go(store: Store, link: Link) -> None:
    """All that there were when it began, and none of anybody else's."""
    await fill(store, 250)
    await store.claim("ann", 150)
    await asyncio.gather(
        store.queue.release_all("default", "ann", actor="root", now_ms=NOW),
        *(store.claim(f"m{number}", 10) for number in range(5)),
        store.queue.release_all("default", "ann", actor="root", now_ms=NOW),
    )
    flat = await link.call("HGETALL", keys.queue_keys("default").holders)
    assert Counter(each.decode().partition("\n")[0] for each in flat[1::2]) == {f"m{number}": 10 for number in range(5)}
    events = await read_events(link, keys.events("default"))
    ended = [each.subject for each in events if "released" in each.kinds]
    assert (len(ended), len(set(ended))) == (150, 150), "each is told once"


async def test_a_lease_ends_with_its_token(store: Store) -> None:
    ids = await fill(store, 1)
    leaving = Caller("ann", "ann", "Ann", frozenset({Role.MODERATOR}), frozenset({"news"}), NOW + MINUTE)
    view = QueueView(QueueOrder.OLDEST, None)
    claimed = await store.queue.claim("default", view, leaving, limit=5, lease_ms=LEASE, replay=NO_REPLAY, now_ms=NOW)
    assert claimed.expires_ms == NOW + MINUTE
    assert (await store.claim("bob", now=NOW + MINUTE - 1)).comments == []
    assert ids_of((await store.claim("bob", now=NOW + MINUTE)).comments) == ids


async def test_a_moderator_holds_no_more_than_he_can_decide(store: Store, link: Link) -> None:
    """One who takes all, two hundred a call, leaves some to the others."""
    many = MOST_HELD + 60
    await asyncio.gather(*(store.submit(new_comment(), now=NOW + n) for n in range(many)))
    taken = [len((await store.claim("greedy", 200)).comments) for _ in range(4)]
    assert taken == [200, 200, MOST_HELD - 400, 0]
    assert len((await store.claim("ann", 200)).comments) == 60
    await store.release_all("greedy")
    assert len((await store.claim("greedy", 200)).comments) == 200


@pytest.mark.parametrize("order", [QueueOrder.RISKIEST, QueueOrder.UNCERTAIN])
async def test_a_long_thread_far_down_the_queue_is_claimed_too(store: Store, link: Link, order: QueueOrder) -> None:
    """Three thousand of the thread are the last of fifteen thousand: the oldest of them, rather than nothing."""
    queued, of_thread = keys.queue_keys("default"), keys.thread_keys("default", "article-1").queue
    claimable = await fill(store, 5)
    for start in range(0, 15_000, 1000):
        ids = [f"x{number:015d}" for number in range(start, start + 1000)]
        for view, score in ((queued.risk, 0.5), (queued.uncertainty, 0.0), (queued.queue, NOW)):
            await link.call("ZADD", view, *(part for each in ids for part in (score, each)))
    for start in range(0, 3000, 1000):
        ids = [f"gone{number:012d}" for number in range(start, start + 1000)]
        await link.call("ZADD", of_thread, *(part for each in ids for part in (NOW + 10_000, each)))
    found = ids_of((await store.claim("ann", 5, order=order, thread="article-1")).comments)
    assert set(found) <= set(claimable)
    assert found


async def test_renewing_lengthens_what_one_holds_and_nothing_else(store: Store) -> None:
    await fill(store, 3)
    (own,) = (await store.claim("ann", 1)).comments
    (other,) = (await store.claim("bob", 1)).comments
    assert await store.renew("ann", now=NOW + MINUTE) == 1
    assert (await store.read(own.comment_id, NOW + LEASE)).claim == ("ann", "ann", "Ann", NOW + MINUTE + LEASE)
    assert (await store.read(other.comment_id, NOW + LEASE)).claim is None


async def test_what_ran_out_is_not_renewed(store: Store) -> None:
    await fill(store, 1)
    await store.claim("ann", 1)
    assert await store.renew("ann", now=NOW + LEASE) == 0
    assert (await store.claims("ann", now=NOW + LEASE)).ids == []


async def test_claims_tell_what_is_held_and_how_much_others_hold(store: Store) -> None:
    await fill(store, 6)
    own = ids_of((await store.claim("ann", 2)).comments)
    await store.claim("bob", 3)
    claims = await store.claims("ann")
    assert sorted(claims.ids) == sorted(own)
    assert claims.expires_ms == NOW + LEASE
    assert claims.others == {"Bob": 3}


async def test_one_comment_is_held_by_one_of_many_that_ask_at_once(store: Store) -> None:
    (comment_id,) = await fill(store, 1)
    won = await asyncio.gather(*(store.claim_one(comment_id, f"m{number}") for number in range(20)))
    assert won.count(True) == 1
    assert (await store.claim("ann")).comments == []


async def test_one_comment_is_held_anew_and_never_once_it_is_decided(store: Store) -> None:
    (comment_id,) = await fill(store, 1)
    assert await store.claim_one(comment_id)
    assert await store.claim_one(comment_id, now=NOW + MINUTE)
    assert (await store.read(comment_id)).claim == ("ann", "ann", "Ann", NOW + MINUTE + LEASE)
    await store.decide(comment_id)
    assert not await store.claim_one(comment_id)
    assert (await store.claims("ann")).ids == []


async def test_one_more_than_a_moderator_may_hold_is_not_leased(store: Store) -> None:
    await asyncio.gather(*(store.submit(new_comment(), now=NOW + n) for n in range(MOST_HELD + 1)))
    for _ in range(3):
        await store.claim("greedy", 200)
    held = set((await store.claims("greedy")).ids)
    (left,) = set(await store.queued()) - held
    assert not await store.claim_one(left, "greedy")
    assert await store.claim_one(left, "ann")
