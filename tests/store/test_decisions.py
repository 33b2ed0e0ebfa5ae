"""`decide` and `undo`: a comment moved once, counted once, and put back as it was."""

import asyncio
from collections.abc import Awaitable

import pytest

from service.domain.comment import Comment
from service.domain.decision import Decision, Ruling
from service.domain.policy import Mode
from service.domain.replay import NO_REPLAY
from service.errors import (
    ClaimedByAnotherError,
    CommentNotFoundError,
    IdempotencyKeyReusedError,
    NothingToUndoError,
    StaleRevisionError,
)
from service.link.link import Link
from service.store import keys
from service.upkeep import examination
from tests.servers import RedisServer, client_of
from tests.store.desk import LEASE, MINUTE, NOW, STATES, Store, key, moderator, new_comment, site_in
from tests.store.recount import recount


async def outcomes(*decisions: Awaitable[Comment]) -> list[Comment | BaseException]:
    return await asyncio.gather(*decisions, return_exceptions=True)


@pytest.mark.parametrize("decision", STATES)
async def test_a_decision_moves_the_comment(store: Store, decision: str) -> None:
    comment_id = (await store.submit()).comment_id
    decided = await store.decide(comment_id, decision, now=NOW + MINUTE)
    assert decided.state == STATES[decision]
    assert decided.revision == 2
    assert decided == await store.read(comment_id)
    assert await store.queued() == []
    assert await store.page() == ([comment_id] if decision == "approve" else [])
    assert decided.published_ms == (NOW + MINUTE if decision == "approve" else None)
    totals = (await store.measures()).totals
    assert (totals[f"decided:{decision}"], totals[f"state:{STATES[decision]}"], totals["state:held"]) == ("1", "1", "0")


async def test_of_two_decisions_on_one_revision_one_wins(store: Store) -> None:
    for _ in range(20):
        comment_id = (await store.submit()).comment_id
        answers = await outcomes(
            store.decide(comment_id, "approve", by="ann", revision=1),
            store.decide(comment_id, "reject", by="bob", revision=1),
        )
        assert sum(isinstance(each, StaleRevisionError) for each in answers) == 1
        assert sum(isinstance(each, Comment) for each in answers) == 1
        assert len(await store.history(comment_id)) == 1


async def test_the_same_decision_many_times_at_once_is_applied_once(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    answers = await outcomes(*(store.decide(comment_id, by=f"moderator-{number}") for number in range(50)))
    assert all(isinstance(each, Comment) for each in answers), answers
    assert len(await store.history(comment_id)) == 1
    totals = (await store.measures()).totals
    assert (totals["decided:approve"], totals["state:published"], totals["age_count"]) == ("1", "1", "1")


async def test_a_claimed_comment_is_decided_by_its_holder_alone_until_the_claim_expires(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    await store.claim("ann")
    with pytest.raises(ClaimedByAnotherError):
        await store.decide(comment_id, by="bob", now=NOW + LEASE - 1)
    assert (await store.decide(comment_id, by="bob", now=NOW + LEASE)).state == "published"


async def test_a_holder_whose_claim_went_to_another_is_refused(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    await store.claim("ann")
    assert len((await store.claim("bob", now=NOW + LEASE)).comments) == 1
    with pytest.raises(ClaimedByAnotherError):
        await store.decide(comment_id, by="ann", now=NOW + LEASE)
    assert (await store.decide(comment_id, by="bob", now=NOW + LEASE + 1)).claim is None


async def test_a_name_that_begins_like_the_holders_is_not_the_holder(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    await store.claim("ann")
    with pytest.raises(ClaimedByAnotherError):
        await store.decide(comment_id, by="an")
    with pytest.raises(ClaimedByAnotherError):
        await store.decide(comment_id, by="anna")


async def test_decisions_against_claims_at_the_moment_of_expiry(store: Store) -> None:
    for _ in range(20):
        comment_id = (await store.submit()).comment_id
        await store.claim("ann", now=NOW)
        claimed, decided = await asyncio.gather(
            store.claim("bob", now=NOW + LEASE),
            store.decide(comment_id, by="ann", now=NOW + LEASE),
            return_exceptions=True,
        )
        assert not isinstance(claimed, BaseException)
        is_bobs = [each.comment_id for each in claimed.comments] == [comment_id]
        assert isinstance(decided, ClaimedByAnotherError) == is_bobs
        if is_bobs:
            await store.decide(comment_id, by="bob", now=NOW + LEASE)
        assert len(await store.history(comment_id)) == 1


async def test_a_decision_with_a_key_is_applied_once_even_after_an_undo(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    first = await store.decide(comment_id, replay=key("k"))
    await store.undo(comment_id)
    assert await store.decide(comment_id, replay=key("k")) == first
    assert (await store.read(comment_id)).state == "held"
    with pytest.raises(IdempotencyKeyReusedError):
        await store.decide(comment_id, "reject", replay=key("k", "another body"))


async def test_a_hundred_at_once_with_one_key_undo_once(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    await store.decide(comment_id, "approve")
    await store.decide(comment_id, "reject")
    await outcomes(*(store.undo(comment_id, replay=key("k")) for _ in range(100)))
    assert (await store.read(comment_id)).state == "published"


async def test_an_undo_restores_state_place_and_time_of_publication(store: Store) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    ids = [(await store.submit(new_comment(risk=0.1 * n), now=NOW + n)).comment_id for n in range(1, 4)]
    before = (await store.queued(), await store.page(), (await store.read(ids[1])).published_ms)
    for decision in ("reject", "approve", "spam"):
        await store.decide(ids[1], decision, now=NOW + MINUTE)
    for _ in range(3):
        undone = await store.undo(ids[1])
    assert (await store.queued(), await store.page(), undone.published_ms) == before
    assert [(act.before, act.after) for act in await store.history(ids[1])] == [
        ("published", "rejected"),
        ("rejected", "published"),
        ("published", "spam"),
        ("spam", "published"),
        ("published", "rejected"),
        ("rejected", "published"),
    ]
    with pytest.raises(NothingToUndoError):
        await store.undo(ids[1])


async def test_an_undo_on_a_revision_that_is_gone_is_refused(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    await store.decide(comment_id)
    with pytest.raises(StaleRevisionError):
        await store.undo(comment_id, revision=1)
    answers = await outcomes(store.undo(comment_id, revision=2), store.undo(comment_id, revision=2))
    assert sum(isinstance(each, Comment) for each in answers) == 1


async def test_an_unknown_comment_is_not_found(store: Store) -> None:
    for attempt in (store.decide("nowhere"), store.undo("nowhere"), store.read("nowhere")):
        with pytest.raises(CommentNotFoundError):
            await attempt


async def test_the_age_at_decision_goes_into_the_first_bucket_that_holds_it(store: Store) -> None:
    for age in (0, MINUTE, MINUTE + 1, 8 * 24 * 60 * MINUTE):
        comment_id = (await store.submit()).comment_id
        await store.decide(comment_id, now=NOW + age)
    totals = (await store.measures()).totals
    assert {name: count for name, count in totals.items() if name.startswith("age_in:")} == {
        "age_in:60": "2",
        "age_in:300": "1",
    }
    assert totals["age_count"] == "4"
    assert int(totals["age_sum_ms"]) == 2 * MINUTE + 1 + 8 * 24 * 60 * MINUTE


async def test_what_was_decided_is_counted_right(store: Store, link: Link, every_redis_server: RedisServer) -> None:
    ids = [(await store.submit(new_comment(f"article-{n % 3}", f"author-{n % 4}"))).comment_id for n in range(30)]
    await outcomes(*(store.decide(each, decision) for each in ids for decision in STATES))
    await outcomes(*(store.undo(each) for each in ids[::2]))
    with client_of(every_redis_server.url) as client:
        assert set(recount(client).comments) == set(ids)


async def test_a_decision_leaves_no_claim_behind(store: Store, every_redis_server: RedisServer) -> None:
    comment_id = (await store.submit()).comment_id
    await store.submit()
    await store.claim("ann")
    await store.decide(comment_id)
    assert (await store.undo(comment_id)).claim is None
    assert (await store.measures()).claims_open == 1
    with client_of(every_redis_server.url) as client:
        recount(client)


async def test_a_decision_that_was_undone_can_be_made_again(store: Store) -> None:
    comment_id = (await store.submit()).comment_id
    await store.decide(comment_id)
    assert (await store.undo(comment_id)).state == "held"
    assert (await store.decide(comment_id)).state == "published"
    assert await store.page() == [comment_id]


async def test_what_is_kept_of_a_comment_that_is_decided_for_ever_has_an_end(store: Store, link: Link) -> None:
    """The newest fifty acts are told, and undone; revision and counters know of all."""
    comment_id = (await store.submit()).comment_id
    for turn in range(80):
        await store.decide(comment_id, ("approve", "reject")[turn % 2])
    record = await store.record(comment_id)
    assert record["revision"] == "81"
    acts = await store.history(comment_id)
    assert [each.revision for each in acts] == list(range(32, 82))
    assert record["forgotten"] == "approve:15 reject:15"
    assert record["previous"].count("\n") == 50
    for _ in range(50):
        await store.undo(comment_id)
    with pytest.raises(NothingToUndoError):
        await store.undo(comment_id)
    record = await store.record(comment_id)
    assert record["forgotten"] == "approve:40 reject:40"
    (examined,) = await examination.examine(link, "default", [comment_id])
    assert examined.acts == {"approve": 40, "reject": 40, "undo": 50}
    assert examined.faults == ()


async def test_long_notes_are_kept_up_to_64_kib(store: Store, link: Link) -> None:
    comment_id = (await store.submit()).comment_id
    for turn in range(30):
        decision = (Decision.APPROVE, Decision.REJECT)[turn % 2]
        ruling = Ruling(comment_id, decision, note=f"{turn} " + "\u20ac" * 1990)
        await store.comments.decide("default", ruling, moderator("ann"), replay=NO_REPLAY, now_ms=NOW)
    assert 50_000 < len((await store.record(comment_id))["history"].encode()) <= 65_536
    newest = (await store.history(comment_id))[-1].note
    assert newest is not None
    assert newest.startswith("29 ")


async def test_the_answer_kept_for_a_key_is_small_and_tells_the_comment_as_it_was(store: Store, link: Link) -> None:
    new = new_comment()
    long = new._replace(submission=new.submission._replace(body="long " * 2000))
    comment_id = (await store.submit(long)).comment_id
    first = await store.decide(comment_id, replay=key("k"))
    assert await link.call("STRLEN", keys.idempotency("default", "k")) < 300
    undone = await store.undo(comment_id, replay=key("u"))
    await store.decide(comment_id, "spam")
    assert await store.decide(comment_id, replay=key("k")) == first
    assert (await store.undo(comment_id, replay=key("u"))).state == undone.state == "held"
