"""Comments of format 4, which had no places in lists, get them in the order of their arrival."""

import asyncio

from service.domain.policy import Mode
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL
from service.store import format_4, key_kinds, keys
from service.upkeep import doctor, installation, upgrade
from service.upkeep.fault import Check
from service.upkeep.installation import FORMAT, StoredFormats
from service.vault import Vault
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, Store, new_comment, site_in
from tests.store.lists import of_thread, ordinal_of
from tests.store.recount import recount
from tests.upkeep.backup.content import SECRET, nothing

VAULT = Vault(SECRET)
LISTS = ("list-rows", "list-planes", "list-bits", "list-thread", "list-author")


def id_of(number: int) -> str:
    return f"0{number:015x}"


async def fill(link: Link, server: RedisServer, comments: int) -> None:
    """Comments in every state as format 4 had them."""
    store = Store(link)
    for number in range(comments):
        store.site = site_in(Mode.POSTMODERATE if number % 4 == 0 else Mode.PREMODERATE)
        await store.submit(new_comment(f"article-{number % 3}", f"author-{number % 5}", comment_id=id_of(number)))
        if number % 3 == 0:
            await store.decide(id_of(number), ("approve", "reject", "spam")[number % 9 // 3], now=NOW + number)
    await link.call("HSET", keys.INSTALLATION, "format", 4, "secret_check", VAULT.check)
    with client_of(server.url) as client:
        for name in client.scan_iter("cd:*", count=1000):
            kind = key_kinds.parts_of(name).kind
            if kind == "comment":
                client.hdel(name, *(keys.COMMENT_FIELDS[field] for field in ("ordinal", "reason")))
            elif kind in ("author", "totals"):
                client.hdel(name, "ordinals")
            elif kind.startswith(LISTS):
                client.delete(name)


async def check_upgraded(link: Link, server: RedisServer, older: int, newer: int = 0) -> None:
    assert await installation.read_formats(link) == StoredFormats(FORMAT, FORMAT)
    assert (await doctor.examine(link, nothing)).faults == []
    with client_of(server.url) as client:
        comments = recount(client).comments
        by_arrival = sorted(comments, key=lambda comment_id: ordinal_of(comments[comment_id]))
        assert by_arrival == [id_of(number) for number in range(older + newer)]
        assert ordinal_of(comments[id_of(0)]) == FIRST_ORDINAL - older


async def test_older_comments_come_below_in_the_order_of_their_arrival(
    link: Link, every_redis_server: RedisServer
) -> None:
    await fill(link, every_redis_server, 90)
    await upgrade.upgrade(link, nothing)
    await check_upgraded(link, every_redis_server, 90)
    with client_of(every_redis_server.url) as client:
        assert of_thread(client, "article-1") == [FIRST_ORDINAL - 90 + number for number in range(1, 90, 3)]


async def test_comments_and_decisions_that_come_meanwhile_have_their_places(
    link: Link, every_redis_server: RedisServer
) -> None:
    """Decisions on what has no place yet, and on what a process remembers to have none."""
    await fill(link, every_redis_server, 60)
    store = Store(link)

    async def go_on() -> None:
        for number in range(30):
            await store.submit(new_comment(f"article-{number % 3}", "author-1", comment_id=id_of(60 + number)))
            await store.decide(id_of(2 * number), "spam", reason="late")
            await store.decide(id_of(2 * number), "approve")
            await store.undo(id_of(2 * number))

    await installation.begin_upgrade(link)
    await asyncio.gather(upgrade.upgrade(link, nothing), go_on())
    await check_upgraded(link, every_redis_server, 60, 30)


async def test_two_at_once_give_each_comment_one_place(
    link: Link, writers_link: Link, every_redis_server: RedisServer
) -> None:
    await fill(link, every_redis_server, 60)
    names = [keys.comment("default", id_of(number)).encode() for number in reversed(range(60))]
    await asyncio.gather(*(format_4.rewrite(each, names) for each in (link, writers_link)))
    await upgrade.upgrade(link, nothing)
    await check_upgraded(link, every_redis_server, 60)


async def test_the_doctor_puts_a_place_right(link: Link, every_redis_server: RedisServer) -> None:
    store = Store(link)
    await link.call("HSET", keys.INSTALLATION, "format", FORMAT, "secret_check", VAULT.check)
    for number in range(20):
        await store.submit(new_comment(f"article-{number % 3}", f"author-{number % 5}", comment_id=id_of(number)))
        await store.decide(id_of(number), "spam", reason="shop")
    with client_of(every_redis_server.url) as client:
        lists = keys.list_keys("default", FIRST_ORDINAL)
        client.setbit(lists.bits, 5, 1)
        client.setrange(lists.rows, 7 * 12, b"\0" * 12)
        client.delete(keys.list_thread("default", "article-2"))
        client.hdel(keys.author("default", "author-3"), "ordinals")
        client.hdel(keys.comment("default", id_of(9)), keys.COMMENT_FIELDS["ordinal"])
    report = await doctor.examine(link, nothing)
    assert {fault.check for fault in report.faults} == {Check.LIST}
    async with doctor.sole_repairer(link) as holding:
        await doctor.repair(link, report, NOW, nothing, holding)
    assert report.is_healthy
    assert (await doctor.examine(link, nothing)).faults == []
