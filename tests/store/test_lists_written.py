"""The places of comments in the lists of their site, as they are written."""

import asyncio
from dataclasses import replace

from service.domain.policy import Mode
from service.domain.reason import Reason
from service.domain.routing import Routing, Verdict
from service.link.link import Link
from service.lists import ordinals
from service.lists.ordinals import FIRST_ORDINAL, pack_row
from service.store import keys
from tests.servers import RedisServer, client_of
from tests.store.desk import ROUTINGS, Store, new_comment
from tests.store.lists import of_author, of_thread, ordinal_of, said
from tests.store.recount import record_of, recount

IDS = tuple(f"0{number:015x}" for number in range(5000))


def routed(*reasons: Reason) -> dict[Mode, Routing]:
    return ROUTINGS | {Mode.PREMODERATE: Routing(Verdict.HOLD, list(reasons))}


async def test_comments_are_numbered_as_they_come(store: Store, every_redis_server: RedisServer) -> None:
    for number in range(40):
        await store.submit(new_comment(f"article-{number % 3}", f"author-{number % 2}", comment_id=IDS[number]))
    with client_of(every_redis_server.url) as client:
        recount(client)
        records = [record_of(client, keys.comment("default", comment_id)) for comment_id in IDS[:40]]
        assert [ordinal_of(record) for record in records] == list(range(FIRST_ORDINAL, FIRST_ORDINAL + 40))
        assert of_thread(client, "article-1") == [FIRST_ORDINAL + number for number in range(1, 40, 3)]
        assert of_author(client, "author-0") == [FIRST_ORDINAL + number for number in range(0, 40, 2)]
        assert client.hget(keys.totals("default"), "ordinals") == b"40"


async def test_the_planes_say_what_the_machine_said_and_what_became_of_it(
    store: Store, every_redis_server: RedisServer
) -> None:
    reasons = (Reason("rule", {"rule": "no shop", "matched": []}), Reason("premoderated"), Reason("premoderated"))
    await store.submit(new_comment(comment_id=IDS[1], routings=routed(*reasons)))
    machine = {"v:hold", "r:rule", "r:premoderated", "u:no shop"}
    with client_of(every_redis_server.url) as client:
        assert said(client, FIRST_ORDINAL) == machine | {"s:held"}
        await store.decide(IDS[1], "reject", reason="off_topic")
        assert said(client, FIRST_ORDINAL) == machine | {"s:rejected", "d:off_topic"}
        await store.decide(IDS[1], "spam", reason="free words")
        assert said(client, FIRST_ORDINAL) == machine | {"s:spam"}
        await store.undo(IDS[1])
        assert said(client, FIRST_ORDINAL) == machine | {"s:rejected", "d:off_topic"}
        await store.undo(IDS[1])
        assert said(client, FIRST_ORDINAL) == machine | {"s:held"}
        recount(client)


async def test_many_at_once_by_two_processes_have_a_place_each(
    store: Store, link: Link, every_redis_server: RedisServer
) -> None:
    """Both come to the end of a chunk of rows, and neither knows how far the other is."""
    stores = (store, Store(link))
    for start in range(0, 2200, 200):
        places = range(start, start + 200)
        news = [new_comment(f"article-{at % 5}", f"author-{at % 7}", comment_id=IDS[at]) for at in places]
        await asyncio.gather(*(stores[at % 2].submit(new) for at, new in enumerate(news)))
    with client_of(every_redis_server.url) as client:
        assert len(recount(client).comments) == 2200


async def test_a_full_chunk_of_bits_has_no_room_to_grow_and_the_next_begins(
    store: Store, every_redis_server: RedisServer
) -> None:
    await store.submit(new_comment(comment_id=IDS[0]))
    with client_of(every_redis_server.url) as client:
        client.hset(keys.totals("default"), "ordinals", ordinals.BITS_A_CHUNK - 3)
        await asyncio.gather(*(store.submit(new_comment(comment_id=IDS[1 + number])) for number in range(8)))
        recount(client)
        of_first, of_next = (keys.list_keys("default", FIRST_ORDINAL + at).bits for at in (0, ordinals.BITS_A_CHUNK))
        assert client.strlen(of_first) > client.strlen(of_next) > 0
        await store.decide(IDS[1], "reject", reason="late_plane")
        recount(client)


async def test_a_chunk_has_so_many_planes_and_no_more(store: Store, every_redis_server: RedisServer) -> None:
    """Codes of reasons come from many hands: what has no plane any more is found by looking at the comments."""
    for number in range(4):
        reasons = [Reason(f"code_{number}_{at}") for at in range(150)]
        await store.submit(new_comment(comment_id=IDS[number], routings=routed(*reasons)))
    with client_of(every_redis_server.url) as client:
        planes = keys.list_keys("default", FIRST_ORDINAL).planes
        assert client.hlen(planes) == 512
        await store.decide(IDS[3], "spam", reason="too_late")
        assert {"s:spam", "v:hold"} <= said(client, FIRST_ORDINAL + 3)


async def test_a_decision_finds_a_comment_that_came_into_the_lists_meanwhile(
    store: Store, every_redis_server: RedisServer, link: Link
) -> None:
    """As during the upgrade of a store: the process that decides remembers it without a place."""
    await store.submit(new_comment(comment_id=IDS[3]))
    home = await store.comments.find_home("default", IDS[3])
    elsewhere = replace(store, link=link)
    elsewhere.comments.remember_home("default", IDS[3], home._replace(ordinal=FIRST_ORDINAL + 70_000))
    await elsewhere.decide(IDS[3], "spam")
    with client_of(every_redis_server.url) as client:
        assert "s:spam" in said(client, FIRST_ORDINAL)
        recount(client)


def test_a_row_is_an_id_and_a_risk() -> None:
    assert pack_row("000000000000000v", 1.0) == bytes(9) + b"\x1f\xff\xff"
    assert pack_row("v" * 16, 0.5) == b"\xff" * 10 + (32768).to_bytes(2)
