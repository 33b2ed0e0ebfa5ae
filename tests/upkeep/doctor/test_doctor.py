"""Every kind of fault is found and put right, and nothing else is ever reported."""

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest
import redis
from click.testing import CliRunner

from service.__main__ import main
from service.errors import RepairError
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL, ROW_BYTES
from service.store import keys
from service.upkeep import doctor, instant, lease
from service.upkeep.fault import Check, Report
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW
from tests.store.recount import record_of, recount
from tests.upkeep.backup.content import CHECK, Writers, everything, fill, nothing

QUEUE = keys.queue_keys("default")
STREAM = keys.stream_keys("default")
Redis = redis.Redis


async def examine(link: Link, server: RedisServer) -> Report:
    return await doctor.examine(link, nothing)


async def repair(link: Link, server: RedisServer) -> Report:
    async with doctor.sole_repairer(link) as holding:
        report = await doctor.examine(link, nothing)
        await doctor.repair(link, report, NOW, nothing, holding)
        return report


def in_state(client: Redis, state: str) -> tuple[str, dict[str, str]]:
    """A comment in this state, and its record."""
    prefix = keys.comment("default", "")
    for name in sorted(client.scan_iter(f"{prefix}*")):
        found = record_of(client, name.decode())
        if found["state"] == state:
            return name.decode()[len(prefix) :], found
    raise AssertionError(f"no comment is {state}")


def of_thread(record: dict[str, str]) -> keys.ThreadKeys:
    return keys.thread_keys("default", record["thread"])


def unpublish(client: Redis) -> None:
    comment_id, record = in_state(client, "published")
    client.zrem(of_thread(record).published, comment_id)


def publish_at_another_time(client: Redis) -> None:
    comment_id, record = in_state(client, "published")
    client.zadd(of_thread(record).published, {comment_id: 5})


def lose_the_time_of_a_later_publication(client: Redis) -> None:
    assert client.zpopmin(next(client.scan_iter(keys.published_later("default", "*"))))


def publish_later_at_another_time(client: Redis) -> None:
    comment_id, record = in_state(client, "published")
    client.zadd(keys.published_later("default", record["thread"]), {comment_id: 5})


def publish_later_what_is_held(client: Redis) -> None:
    comment_id, record = in_state(client, "held")
    client.zadd(keys.published_later("default", record["thread"]), {comment_id: NOW})


def forget_the_time_of_publication(client: Redis) -> None:
    comment_id, _ = in_state(client, "published")
    client.hdel(keys.comment("default", comment_id), keys.COMMENT_FIELDS["published_ms"])


def publish_what_is_held(client: Redis) -> None:
    comment_id, record = in_state(client, "held")
    client.zadd(of_thread(record).published, {comment_id: NOW})


def unqueue(view: str) -> Callable[[Redis], None]:
    def fault(client: Redis) -> None:
        comment_id, _ = in_state(client, "held")
        client.zrem(view, comment_id)

    return fault


def unqueue_of_thread(client: Redis) -> None:
    comment_id, record = in_state(client, "held")
    client.zrem(of_thread(record).queue, comment_id)


def queue_in_one_view(client: Redis) -> None:
    comment_id, _ = in_state(client, "spam")
    client.zadd(QUEUE.risk, {comment_id: 0.9})


def queue_at_another_risk(client: Redis) -> None:
    comment_id, _ = in_state(client, "held")
    client.zadd(QUEUE.risk, {comment_id: 0.123})


def claim_what_is_not_queued(client: Redis) -> None:
    comment_id, _ = in_state(client, "rejected")
    client.zadd(QUEUE.claims, {comment_id: NOW})
    client.hset(QUEUE.holders, comment_id, "ann\nAnn")


def claim_without_holder(client: Redis) -> None:
    client.hdel(QUEUE.holders, *client.hkeys(QUEUE.holders)[:1])


def hold_without_claim(client: Redis) -> None:
    client.zpopmin(QUEUE.claims)


def revise(client: Redis) -> None:
    comment_id, _ = in_state(client, "spam")
    client.hincrby(keys.comment("default", comment_id), keys.COMMENT_FIELDS["revision"], 1)


def miscount(key: Callable[[Redis], str], field: str) -> Callable[[Redis], None]:
    def fault(client: Redis) -> None:
        client.hincrby(key(client), field, 3)

    return fault


def thread_of_held(client: Redis) -> str:
    return of_thread(in_state(client, "held")[1]).thread


def author_of_held(client: Redis) -> str:
    return keys.author("default", in_state(client, "held")[1]["author"])


def author_id_of_held(client: Redis) -> bytes:
    author_id: bytes | None = client.hget(author_of_held(client), "author_id")  # type: ignore[assignment]
    assert author_id
    return author_id


def forget_where_an_id_leads(client: Redis) -> None:
    client.delete(keys.author_of("default", author_id_of_held(client).decode()))


def lead_an_id_elsewhere(client: Redis) -> None:
    client.set(keys.author_of("default", author_id_of_held(client).decode()), "somebody else")


def lead_another_id_to_an_author(client: Redis) -> None:
    client.set(keys.author_of("default", "a000000000000"), in_state(client, "held")[1]["author"])


def lead_an_id_to_nobody(client: Redis) -> None:
    client.set(keys.author_of("default", "a000000000000"), "nobody")


def give_two_authors_one_id(client: Redis) -> None:
    names: Iterator[bytes] = client.scan_iter(keys.author("default", "*"))
    other = next(name for name in names if client.hget(name, "author_id") != author_id_of_held(client))
    client.hset(other, "author_id", author_id_of_held(client).decode())


def totals(_: Redis) -> str:
    return keys.totals("default")


def garble_a_counter(client: Redis) -> None:
    client.hset(thread_of_held(client), "held", "many")


def forget_totals(client: Redis) -> None:
    client.delete(keys.totals("default"))


def forget_the_thread(client: Redis) -> None:
    client.delete(thread_of_held(client))


def forget_the_planes(client: Redis) -> None:
    client.delete(keys.list_keys("default", FIRST_ORDINAL).planes)


def forget_the_row(client: Redis) -> None:
    client.setrange(keys.list_keys("default", FIRST_ORDINAL).rows, 3 * ROW_BYTES, bytes(ROW_BYTES))


def forget_what_the_author_wrote(client: Redis) -> None:
    client.hdel(author_of_held(client), "ordinals")


def orphan_in(key: str) -> Callable[[Redis], None]:
    def fault(client: Redis) -> None:
        client.zadd(key, {"nobody": 0.5})

    return fault


def orphan_text(client: Redis) -> None:
    client.hset(keys.thread_keys("default", "gone").comments, "nobody", "{}")


def orphan_holder(client: Redis) -> None:
    client.hset(QUEUE.holders, "nobody", "ann\nAnn")


def publish_in_another_thread(client: Redis) -> None:
    comment_id, record = in_state(client, "published")
    client.zadd(keys.thread_keys("default", f"not {record['thread']}").published, {comment_id: NOW})


def keep_for_ever(kind: str) -> Callable[[Redis], None]:
    def fault(client: Redis) -> None:
        client.persist(next(iter(client.scan_iter(f"cd:*{kind}:*"))))

    return fault


def tell_what_nobody_can_read(stream: str) -> Callable[[Redis], None]:
    def fault(client: Redis) -> None:
        client.xadd(stream, {"of": "nobody"})

    return fault


def move_past_the_end(consumers: str) -> Callable[[Redis], None]:
    def fault(client: Redis) -> None:
        client.hset(consumers, "learner", "99999999999999-0 3 0")

    return fault


def forget_the_position(client: Redis) -> None:
    client.hset(STREAM.consumers, "learner", "somewhere")


def give_up_many_events(client: Redis) -> None:
    for _ in range(keys.NEWEST_DEAD_LETTERS + 300):
        client.xadd(STREAM.dead_letters, {"consumer": "learner"})


FAULTS: list[tuple[Check, Callable[[Redis], None]]] = [
    (Check.PUBLICATION, unpublish),
    (Check.PUBLICATION, publish_at_another_time),
    (Check.PUBLICATION, forget_the_time_of_publication),
    (Check.PUBLICATION, publish_what_is_held),
    (Check.PUBLICATION, lose_the_time_of_a_later_publication),
    (Check.PUBLICATION, publish_later_at_another_time),
    (Check.PUBLICATION, publish_later_what_is_held),
    (Check.QUEUE, unqueue(QUEUE.queue)),
    (Check.QUEUE, unqueue(QUEUE.risk)),
    (Check.QUEUE, unqueue(QUEUE.uncertainty)),
    (Check.QUEUE, unqueue_of_thread),
    (Check.QUEUE, queue_in_one_view),
    (Check.QUEUE, queue_at_another_risk),
    (Check.CLAIM, claim_what_is_not_queued),
    (Check.CLAIM, claim_without_holder),
    (Check.CLAIM, hold_without_claim),
    (Check.REVISION, revise),
    (Check.COUNTERS, miscount(thread_of_held, "published")),
    (Check.COUNTERS, miscount(author_of_held, "spam")),
    (Check.COUNTERS, miscount(author_of_held, "submitted")),
    (Check.COUNTERS, miscount(totals, "state:held")),
    (Check.COUNTERS, miscount(totals, "submitted:hold")),
    (Check.COUNTERS, miscount(totals, "decided:spam")),
    (Check.COUNTERS, miscount(totals, "undone")),
    (Check.COUNTERS, garble_a_counter),
    (Check.COUNTERS, forget_totals),
    (Check.AUTHOR, forget_where_an_id_leads),
    (Check.AUTHOR, lead_an_id_elsewhere),
    (Check.AUTHOR, lead_another_id_to_an_author),
    (Check.AUTHOR, lead_an_id_to_nobody),
    (Check.AUTHOR, give_two_authors_one_id),
    (Check.THREAD, forget_the_thread),
    (Check.LIST, forget_the_planes),
    (Check.LIST, forget_the_row),
    (Check.LIST, forget_what_the_author_wrote),
    (Check.ORPHAN, orphan_in(QUEUE.queue)),
    (Check.ORPHAN, orphan_in(QUEUE.risk)),
    (Check.ORPHAN, orphan_in(QUEUE.uncertainty)),
    (Check.ORPHAN, orphan_in(QUEUE.claims)),
    (Check.ORPHAN, orphan_in(keys.thread_keys("default", "article-1").queue)),
    (Check.ORPHAN, orphan_in(keys.thread_keys("default", "article-1").published)),
    (Check.ORPHAN, orphan_in(keys.published_later("default", "article-1"))),
    (Check.ORPHAN, orphan_text),
    (Check.ORPHAN, orphan_holder),
    (Check.ORPHAN, publish_in_another_thread),
    (Check.EVENT, tell_what_nobody_can_read(STREAM.events)),
    (Check.EVENT, tell_what_nobody_can_read(keys.CHANGES)),
    (Check.POSITION, move_past_the_end(STREAM.consumers)),
    (Check.POSITION, move_past_the_end(keys.CHANGE_STREAM.consumers)),
    (Check.POSITION, forget_the_position),
    (Check.LETTERS, give_up_many_events),
    (Check.LIFETIME, keep_for_ever("repeat")),
    (Check.LIFETIME, keep_for_ever("idempotency")),
    (Check.LIFETIME, keep_for_ever("rate-reader")),
]


async def test_each_fault_is_found_and_repaired(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, CHECK, 30)
    assert (await examine(link, every_redis_server)).faults == []
    with client_of(every_redis_server.url) as client:
        for check, fault in FAULTS:
            fault(client)
            found = await examine(link, every_redis_server)
            assert check in {each.check for each in found.faults}, (check, fault)
            assert not found.is_healthy
            assert {each.check for each in found.faults} <= {check, Check.COUNTERS}, (check, found.faults)
            repaired = await repair(link, every_redis_server)
            assert repaired.is_healthy
            assert len(repaired.faults) == len(found.faults)
            again = await examine(link, every_redis_server)
            assert again.faults == [], (check, fault)
            recount(client)


@pytest.mark.parametrize("fault", [unpublish, publish_in_another_thread])
async def test_readers_are_told_of_what_was_repaired(
    link: Link, every_redis_server: RedisServer, fault: Callable[[Redis], None]
) -> None:
    await fill(link, CHECK, 30)
    with client_of(every_redis_server.url) as client:
        before = _versions(client)
        fault(client)
        await repair(link, every_redis_server)
        assert _versions(client) == before + 1


def _versions(client: Redis) -> int:
    """All threads' versions together."""
    return sum(int(client.hget(name, "version") or 0) for name in client.scan_iter("cd:{default}:thread:*"))


async def test_all_faults_at_once_are_repaired_at_once(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, CHECK)
    with client_of(every_redis_server.url) as client:
        for _, fault in FAULTS:
            fault(client)
        await repair(link, every_redis_server)
        left = await repair(link, every_redis_server)
        assert left.is_healthy
        assert (await examine(link, every_redis_server)).faults == []
        recount(client)


async def test_what_only_a_backup_can_bring_back_stays_a_fault(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, CHECK)
    with client_of(every_redis_server.url) as client:
        comment_id, record = in_state(client, "published")
        client.hset(of_thread(record).comments, comment_id, "{broken")
        other_id, _ = in_state(client, "held")
        client.hset(keys.comment("default", other_id), keys.COMMENT_FIELDS["state"], "lost")
    found = await repair(link, every_redis_server)
    assert not found.is_healthy
    left = {(each.check, each.subject) for each in found.faults if not each.is_repaired}
    assert left == {(Check.PUBLIC, comment_id), (Check.RECORD, other_id)}


async def test_a_healthy_store_is_left_as_it_is(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, CHECK)
    before = everything(every_redis_server.url)
    report = await repair(link, every_redis_server)
    assert report.faults == []
    assert report.looked_at[Check.RECORD] == 61
    assert everything(every_redis_server.url) == before


@pytest.mark.parametrize("patient_rounds", [instant.PATIENT_ROUNDS, 0])
async def test_nothing_false_is_reported_under_load(
    link: Link,
    writers_link: Link,
    every_redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    patient_rounds: int,
) -> None:
    monkeypatch.setattr(instant, "PATIENT_ROUNDS", patient_rounds)
    await fill(link, CHECK, 150)
    async with Writers(writers_link) as writers:
        for _ in range(2):
            report = await examine(link, every_redis_server)
            assert report.faults == []
            await writers.until(6)


async def test_counters_are_repaired_under_load(
    link: Link, writers_link: Link, every_redis_server: RedisServer
) -> None:
    await fill(link, CHECK, 50)
    async with Writers(writers_link) as writers:
        await writers_link.call("HINCRBY", keys.totals("default"), "state:held", 1000)
        await writers_link.call("HINCRBY", keys.thread_keys("default", "article-1").thread, "published", -7)
        report = await repair(link, every_redis_server)
        assert [each.is_repaired for each in report.faults] == [True, True]
        await writers.until(6)
    with client_of(every_redis_server.url) as client:
        recount(client)


async def test_only_one_repairs_at_a_time(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, CHECK, 3)
    async with doctor.sole_repairer(link):
        with pytest.raises(RepairError, match="Somebody else is repairing"):
            await repair(link, every_redis_server)
    await repair(link, every_redis_server)
    await repair(link, every_redis_server)


async def test_the_right_to_repair_lasts_while_it_is_used_and_no_longer(
    link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_MS", 200)
    async with doctor.sole_repairer(link):
        await asyncio.sleep(0.5)  # what is tested is time
        with pytest.raises(RepairError):
            await repair(link, every_redis_server)
    monkeypatch.setattr(lease, "_renew", lambda *_: asyncio.sleep(60))  # killed in the middle
    async with doctor.sole_repairer(link):
        await asyncio.sleep(0.3)
        async with doctor.sole_repairer(link):
            pass


async def test_whoever_lost_the_right_to_repair_repairs_no_more(
    link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_MS", 500)
    await fill(link, CHECK, 3)
    await link.call("HINCRBY", keys.totals("default"), "state:held", 3)
    before = everything(every_redis_server.url)
    async with doctor.sole_repairer(link) as holding:
        report = await doctor.examine(link, nothing)
        await link.call("SET", keys.REPAIRING, "another")
        await asyncio.wait([holding], timeout=10)
        with pytest.raises(RepairError, match="by now"):
            await doctor.repair(link, report, NOW, nothing, holding)
    assert await link.call("GET", keys.REPAIRING) == b"another"
    await link.call("DEL", keys.REPAIRING)
    assert everything(every_redis_server.url) == before


def run(server: RedisServer, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["doctor", *options], env={"COMMENTDESK_REDIS_URL": server.url})
    return done.exit_code, done.stdout


async def test_the_command_tells_what_it_found_and_did(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, CHECK, 30)
    assert (await asyncio.to_thread(run, every_redis_server))[0] == 0
    await link.call("HINCRBY", keys.totals("default"), "state:held", 3)
    status, said = await asyncio.to_thread(run, every_redis_server)
    assert status == 1
    assert "counters: default cd:{default}:totals: state:held" in said
    assert "1 faults; doctor --repair puts them right." in said
    status, said = await asyncio.to_thread(run, every_redis_server, "--json")
    assert status == 1
    told = json.loads(said)
    assert not told["is_healthy"]
    assert told["checks"]["counters"]["faults"] == 1
    assert [each["check"] for each in told["faults"]] == ["counters"]
    status, said = await asyncio.to_thread(run, every_redis_server, "--repair")
    assert status == 0
    assert "(repaired)" in said
    assert "All is well." in (await asyncio.to_thread(run, every_redis_server))[1]
