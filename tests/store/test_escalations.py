"""Escalations: handed back for good, first for the others, and gone with the queue."""

import asyncio
import random

import pytest

from service.domain.escalation import Escalation
from service.domain.event import Event
from service.domain.queue import QueueOrder
from service.errors import ClaimedByAnotherError, CommentNotFoundError, IdempotencyKeyReusedError, NotQueuedError
from service.link.link import Link
from service.store import keys
from service.upkeep import examination
from tests.store.desk import LEASE, NOW, Store, ids_of, key, new_comment, read_events


async def submitted(store: Store, count: int, thread: str = "article-1") -> list[str]:
    """Their ids, oldest first, each riskier than the one before."""
    return [
        (await store.submit(new_comment(thread, risk=0.1 + n / (2 * count)), now=NOW + n)).comment_id
        for n in range(count)
    ]


async def claimed(store: Store, by: str, limit: int = 20, **how: object) -> list[str]:
    return ids_of((await store.claim(by, limit, **how)).comments)  # type: ignore[arg-type]


async def kinds(link: Link) -> list[tuple[str, Event]]:
    return [(" ".join(event.kinds), event) for event in await read_events(link, keys.events("default"))]


async def test_who_escalates_is_leased_it_no_more_and_the_others_first(store: Store) -> None:
    first, second, third = await submitted(store, 3)
    assert await claimed(store, "ann", 2) == [first, second]
    escalated = await store.escalate(second, "ann", "Is this a threat?")
    assert escalated.claim is None
    assert escalated.escalations == (Escalation("ann", "Ann", NOW, "Is this a threat?"),)
    assert await claimed(store, "ann") == [third]
    await store.release_all("ann")
    assert await claimed(store, "bob") == [second, first, third]


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("thread", [None, "article-1"])
async def test_escalated_first_in_every_order_the_oldest_escalation_before(
    store: Store, order: QueueOrder, thread: str | None
) -> None:
    ids = await submitted(store, 5)
    await store.escalate(ids[3], "ann", now=NOW + 10)
    await store.escalate(ids[1], "ann", now=NOW + 20)
    await store.escalate(ids[3], "bob", now=NOW + 30)
    found = await claimed(store, "carl", order=order, thread=thread)
    assert found[:2] == [ids[3], ids[1]]
    assert sorted(found) == sorted(ids)
    await store.release_all("carl")
    assert sorted(await claimed(store, "ann", order=order, thread=thread)) == sorted({*ids} - {ids[3], ids[1]})


async def test_what_was_escalated_elsewhere_is_not_in_the_claims_of_a_thread(store: Store) -> None:
    (here,), (elsewhere,) = await submitted(store, 1), await submitted(store, 1, "article-2")
    await store.escalate(elsewhere, "ann")
    assert await claimed(store, "bob", thread="article-1") == [here]
    assert await claimed(store, "bob", thread="article-2") == [elsewhere]


async def test_what_another_holds_is_not_escalated(store: Store) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.claim("ann")
    with pytest.raises(ClaimedByAnotherError):
        await store.escalate(comment_id, "bob")
    assert (await store.read(comment_id)).escalations == ()
    await store.escalate(comment_id, "bob", now=NOW + 2 * LEASE)
    assert [each.member_id for each in (await store.read(comment_id)).escalations] == ["bob"]


async def test_what_is_not_queued_or_not_there_is_not_escalated(store: Store) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.decide(comment_id)
    with pytest.raises(NotQueuedError):
        await store.escalate(comment_id)
    with pytest.raises(CommentNotFoundError):
        await store.escalate("c" * 16)


async def test_a_second_word_of_the_same_moderator_changes_nothing(store: Store, link: Link) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.escalate(comment_id, "ann", "First word.", now=NOW + 1)
    again = await store.escalate(comment_id, "ann", "Second word.", now=NOW + 2)
    assert again.escalations == (Escalation("ann", "Ann", NOW + 1, "First word."),)
    assert [kind for kind, _ in await kinds(link)].count("escalated") == 1


async def test_it_is_told_with_the_claim_that_ended_and_never_with_its_note(store: Store, link: Link) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.claim("ann")
    await store.escalate(comment_id, "ann", "A word for colleagues.")
    await store.escalate(comment_id, "bob")
    (_, by_ann), (_, by_bob) = [each for each in await kinds(link) if each[0].startswith("escalated")]
    assert (by_ann.kinds, by_ann.actor, by_ann.subject, by_ann.before) == (
        ("escalated", "released"),
        "ann",
        comment_id,
        "ann",
    )
    assert (by_bob.kinds, by_bob.actor, by_bob.before, by_bob.thread) == (("escalated",), "bob", "", "article-1")
    assert "colleagues" not in repr(await read_events(link, keys.events("default")))


@pytest.mark.parametrize("decision", ["approve", "reject", "spam"])
async def test_a_decision_ends_it_and_an_undo_brings_an_ordinary_comment_back(
    store: Store, link: Link, decision: str
) -> None:
    first, second = await submitted(store, 2)
    await store.escalate(second, "ann", "Look at this.")
    assert (await store.decide(second, decision, by="ann")).escalations == ()
    assert await link.call("EXISTS", *keys.escalation_keys("default")) == 0
    assert (await store.undo(second, by="bob")).escalations == ()
    assert await claimed(store, "ann") == [first, second]


async def test_a_lost_reply_is_given_again(store: Store) -> None:
    (comment_id,) = await submitted(store, 1)
    for _ in range(2):
        found = await store.escalate(comment_id, "ann", "A word.", replay=key("once"))
        assert [each.note for each in found.escalations] == ["A word."]
    with pytest.raises(IdempotencyKeyReusedError):
        await store.escalate(comment_id, "ann", "Another.", replay=key("once", "another body"))


async def test_of_many_who_escalated_the_newest_twenty_are_kept(store: Store) -> None:
    (comment_id,) = await submitted(store, 1)
    for number in range(23):
        await store.escalate(comment_id, f"m{number}")
    found = (await store.read(comment_id)).escalations
    assert [each.member_id for each in found] == [f"m{number}" for number in range(3, 23)]
    assert await claimed(store, "m3") == []
    assert await claimed(store, "m") == [comment_id]


async def test_an_id_that_begins_another_is_not_taken_for_it(store: Store) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.escalate(comment_id, "anna", 'A note\n["ann",')
    assert await claimed(store, "ann") == [comment_id]


async def test_what_lies_among_the_escalated_and_not_in_the_queue_is_leased_to_nobody(store: Store, link: Link) -> None:
    (comment_id,) = await submitted(store, 1)
    await store.decide(comment_id)
    await link.call("ZADD", keys.escalation_keys("default").escalated, NOW, comment_id)
    assert await claimed(store, "bob") == []
    (examined,) = await examination.examine(link, "default", [comment_id])
    assert examined.faults == ("escalation",)
    assert await examination.repair(link, "default", comment_id, home=examined.home, now_ms=NOW) == ()


@pytest.mark.parametrize("seed", range(3))
async def test_of_eight_who_claim_and_escalate_at_once_nobody_is_leased_his_own_again(store: Store, seed: int) -> None:
    """Each claims, escalates a part and decides the rest; nothing is lost, and none decided twice."""
    chance = random.Random(seed)
    ids = await submitted(store, 60)
    own: dict[str, set[str]] = {f"m{number}": set() for number in range(8)}
    decided: list[str] = []

    async def moderate(member: str) -> None:
        for _ in range(200):
            found = await claimed(store, member, 5)
            assert not own[member] & {*found}
            if not found and len(decided) == len(ids):
                return
            for comment_id in found:
                if (
                    len(own[member]) < 20
                    and sum(comment_id in each for each in own.values()) < 4
                    and chance.random() < 0.5
                ):
                    await store.escalate(comment_id, member)
                    own[member].add(comment_id)
                else:
                    await store.decide(comment_id, by=member)
                    decided.append(comment_id)
            await asyncio.sleep(0)

    await asyncio.gather(*(moderate(member) for member in own))
    assert sorted(decided) == sorted(ids)
    assert any(own.values())
    assert await store.queued() == []
