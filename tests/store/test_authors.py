"""Authors: their ids, bans and trust, each in one step, whoever comes at the same moment."""

import asyncio
from collections import Counter

import pytest

from service.domain.author import Ban, Trust
from service.domain.policy import Mode
from service.domain.replay import NO_REPLAY, Replay
from service.domain.state import State
from service.errors import AuthorNotFoundError, IdempotencyKeyReusedError
from service.link.link import Link
from service.store import author_names, authors, key_kinds, keys
from service.store.author_names import find_author
from service.store.author_record import unpack_author
from service.store.authors import LookedUp
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, Store, key, new_comment, read_events, site_in

DAY = 86_400_000


async def author_id_of(store: Store, author: str = "author-1") -> str:
    return (await store.author_fields(author))["author_id"]


async def look_up(store: Store, author: str, *, creates: bool = False, replay: Replay = NO_REPLAY) -> LookedUp:
    return await authors.look_up(
        store.link, "default", author, creates=creates, actor="ann", replay=replay, now_ms=store.now
    )


async def ban(store: Store, author_id: str, until_ms: int | None = None, *, by: str = "ann", reason: str = "") -> None:
    await authors.ban(store.link, "default", author_id, until_ms=until_ms, reason=reason, actor=by, now_ms=store.now)


async def told(link: Link) -> list[tuple[str, str, str, str, str]]:
    found = [each for each in await read_events(link, keys.events("default")) if "author" in each.kinds[0]]
    return [(each.kinds[0], each.actor, each.subject, each.before, each.after) for each in found]


async def verdict_of(store: Store, **given: bool) -> tuple[str, str]:
    record = await store.record((await store.submit(new_comment(**given))).comment_id)  # type: ignore[arg-type]
    return record["state"], record["reasons"]


async def test_of_many_first_comments_at_once_one_gives_the_id(
    store: Store, link: Link, every_redis_server: RedisServer
) -> None:
    stores = [Store(link) for _ in range(3)]
    await asyncio.gather(*(stores[n % 3].submit(new_comment()) for n in range(100)))
    author_id = await author_id_of(store)
    assert await find_author(link, "default", author_id) == "author-1"
    assert leading_to(every_redis_server, "author-1") == [author_id]
    assert (await authors.read(link, "default", "author-1", NOW)).submitted == 100


def leading_to(server: RedisServer, author: str) -> list[str]:
    """The author_ids that lead to an author."""
    with client_of(server.url) as client:
        names: list[bytes] = list(client.scan_iter(keys.author_of("default", "*")))
        return [key_kinds.parts_of(name).name for name in names if client.get(name) == author.encode()]


async def test_an_author_of_an_older_version_gets_one_id_when_many_ask(
    store: Store, link: Link, every_redis_server: RedisServer
) -> None:
    await store.submit()
    await forget_the_id(store)
    fields = await store.author_fields()
    named = [author_names.named(link, "default", "author-1", fields, NOW) for _ in range(50)]
    looked_up = [look_up(store, "author-1") for _ in range(20)]
    sent = asyncio.gather(*(store.submit(new_comment()) for _ in range(20)))
    found = {each.author_id for each in await asyncio.gather(*named)}
    found |= {each.record.author_id for each in await asyncio.gather(*looked_up)}
    await sent
    author_id = await author_id_of(store)
    assert found == {author_id}
    assert leading_to(every_redis_server, "author-1") == [author_id]


async def forget_the_id(store: Store) -> None:
    """As an older version left it."""
    await store.link.call("DEL", keys.author_of("default", await author_id_of(store)))
    await store.link.call("HDEL", keys.author("default", "author-1"), "author_id", "approved")


async def test_an_id_that_is_anothers_is_given_to_nobody(store: Store, link: Link) -> None:
    await link.call("SET", keys.author_of("default", "a000000000000"), "somebody else")
    await store.submit(new_comment()._replace(author_id="a000000000000"))
    assert "author_id" not in await store.author_fields()
    await store.submit(new_comment())
    assert await find_author(link, "default", await author_id_of(store)) == "author-1"
    assert await find_author(link, "default", "a000000000000") == "somebody else"


async def test_an_id_that_was_forgotten_finds_nobody(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    await link.call("DEL", keys.author_of("default", author_id))
    with pytest.raises(AuthorNotFoundError):
        await find_author(link, "default", author_id)
    with pytest.raises(AuthorNotFoundError):
        await ban(store, author_id)
    assert "banned" not in await store.author_fields()


async def test_what_an_older_version_published_counts_as_approved(store: Store) -> None:
    store.site = site_in(Mode.AUTO)
    first = [(await store.submit()).comment_id for _ in range(3)]
    await forget_the_id(store)
    assert await approved(store) == 3
    await store.decide(first[0], "reject")
    assert await approved(store) == 2
    await store.decide(first[1], "approve")
    await store.undo(first[0])
    assert await approved(store) == 3


async def approved(store: Store) -> int:
    return unpack_author({"author_id": ""} | await store.author_fields(), NOW).approved


async def test_approved_are_those_whose_standing_decision_a_person_made(store: Store) -> None:
    store.site = site_in(Mode.AUTO)
    ids = [(await store.submit()).comment_id for _ in range(4)]
    assert await approved(store) == 0
    for comment_id, decision in zip(ids, ("approve", "approve", "reject", "spam"), strict=True):
        await store.decide(comment_id, decision)
    assert await approved(store) == 2
    await store.decide(ids[0], "spam")
    assert await approved(store) == 1
    await store.undo(ids[0])
    await store.undo(ids[1])
    assert await approved(store) == 1
    await store.decide(ids[2], "approve")
    assert await approved(store) == 2


async def test_a_ban_is_told_once_with_what_was_before(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    await asyncio.gather(*(ban(store, author_id, NOW + DAY, by=by) for by in ("ann", "ann", "ann")))
    await ban(store, author_id, NOW + 2 * DAY, by="bob", reason="worse and worse")
    await ban(store, author_id, NOW + 2 * DAY, by="ann", reason="worse and worse")
    record = await authors.read(link, "default", "author-1", NOW)
    assert record.ban == Ban(NOW + 2 * DAY, NOW, "bob", "worse and worse")
    for _ in range(2):
        await authors.unban(link, "default", author_id, actor="ann", now_ms=NOW)
    first, second = str(NOW + DAY), str(NOW + 2 * DAY)
    assert await told(link) == [
        ("author_banned", "ann", author_id, "", first),
        ("author_banned", "bob", author_id, first, second),
        ("author_unbanned", "ann", author_id, second, ""),
    ]


async def test_another_reason_for_the_same_ban_is_kept_and_told(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    for reason in ("insults", "insults", "insults, and worse"):
        await ban(store, author_id, NOW + DAY, reason=reason)
    record = await authors.read(link, "default", "author-1", NOW)
    assert record.ban == Ban(NOW + DAY, NOW, "ann", "insults, and worse")
    assert [(before, after) for *_, before, after in await told(link)] == [
        ("", str(NOW + DAY)),
        (str(NOW + DAY), str(NOW + DAY)),
    ]


async def test_of_two_who_ban_at_once_the_last_stands_and_both_are_told(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    await asyncio.gather(*(ban(store, author_id, NOW + n * DAY, by=f"m{n}") for n in range(1, 31)))
    steps = await told(link)
    assert [before for *_, before, _ in steps[1:]] == [after for *_, after in steps[:-1]]
    record = await authors.read(link, "default", "author-1", NOW)
    assert record.ban
    assert (str(record.ban.until_ms), record.ban.actor) == (steps[-1][4], steps[-1][1])


async def test_a_ban_that_is_over_is_none(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    await ban(store, author_id, NOW + DAY)
    store.now = NOW + DAY
    assert (await authors.read(link, "default", "author-1", store.now)).ban is None
    await authors.unban(link, "default", author_id, actor="ann", now_ms=store.now)
    assert [kind for kind, *_ in await told(link)] == ["author_banned"]
    await ban(store, author_id)
    assert (await told(link))[-1][3:] == ("", "253402300799999")
    assert (await authors.read(link, "default", "author-1", store.now)).ban == Ban(None, store.now, "ann", "")


async def test_comments_and_a_ban_at_once_are_before_or_after_it(store: Store, link: Link) -> None:
    store.site = site_in(Mode.AUTO)
    await store.submit()
    author_id = await author_id_of(store)

    async def submit_all() -> list[str]:
        return [(await store.submit()).state for _ in range(40)]

    states, _ = await asyncio.gather(submit_all(), ban(store, author_id))
    assert states == sorted(states, key=lambda state: state != State.PUBLISHED), "none is published behind the ban"
    events = [each for each in await read_events(link, keys.events("default")) if "thread_changed" not in each.kinds]
    kinds = [each.kinds[-1] for each in events]
    at = kinds.index("author_banned")
    assert Counter(kinds[at + 1 :]).keys() <= {"rejected"}
    assert states.count(State.PUBLISHED) == at - 1


async def test_trust_is_told_once(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    await asyncio.gather(
        *(authors.trust(link, "default", author_id, actor="ann", now_ms=NOW) for _ in range(20)),
    )
    assert (await authors.read(link, "default", "author-1", NOW)).trust == Trust(NOW, "ann")
    for _ in range(2):
        await authors.untrust(link, "default", author_id, actor="bob", now_ms=NOW)
    assert await told(link) == [
        ("author_trusted", "ann", author_id, "", "trusted"),
        ("author_untrusted", "bob", author_id, "trusted", ""),
    ]


@pytest.mark.parametrize("mode", list(Mode))
async def test_trust_counts_where_the_caller_says_so_and_a_ban_always(store: Store, link: Link, mode: Mode) -> None:
    store.site = site_in(mode)
    await store.submit()
    author_id = await author_id_of(store)
    plain = await verdict_of(store)
    await authors.trust(link, "default", author_id, actor="ann", now_ms=NOW)
    assert await verdict_of(store) == plain
    state, reasons = await verdict_of(store, is_trust_counted=True)
    assert (state, reasons) == ("published", plain[1].replace("[", '["author_trusted",', 1))
    queued = len(await store.queued())
    await ban(store, author_id)
    for counted in (False, True):
        state, reasons = await verdict_of(store, is_trust_counted=counted)
        assert (state, reasons) == ("rejected", plain[1].replace("[", '["author_banned",', 1))
    assert len(await store.queued()) == queued
    assert (await store.author_fields())["rejected"] == "2"


async def test_a_look_up_is_told_with_the_id_or_with_nothing(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    assert (await look_up(store, "author-1")).record.author_id == author_id
    with pytest.raises(AuthorNotFoundError):
        await look_up(store, "unseen")
    assert await store.author_fields("unseen") == {}
    made = await look_up(store, "unseen", creates=True)
    assert (made.is_new, made.record.submitted, made.record.first_ms) == (True, 0, None)
    assert not (await look_up(store, "unseen", creates=True)).is_new
    kind = ("author_looked_up", "ann")
    made_id = made.record.author_id
    subjects = (author_id, "", made_id, made_id)
    assert await told(link) == [(*kind, subject, "", "") for subject in subjects]


async def test_a_look_up_that_is_sent_again_is_told_once(store: Store, link: Link) -> None:
    first = await look_up(store, "unseen", creates=True, replay=key("k"))
    assert await look_up(store, "unseen", creates=True, replay=key("k")) == first
    with pytest.raises(AuthorNotFoundError):
        await look_up(store, "nobody", replay=key("n"))
    await look_up(store, "nobody", creates=True)
    with pytest.raises(AuthorNotFoundError):
        await look_up(store, "nobody", replay=key("n"))
    with pytest.raises(IdempotencyKeyReusedError):
        await look_up(store, "unseen", replay=key("k", "another body"))
    assert len(await told(link)) == 3


async def test_the_first_comment_of_one_who_was_looked_up_is_counted_from_it(store: Store, link: Link) -> None:
    made = (await look_up(store, "author-1", creates=True)).record
    await store.submit(now=NOW + DAY)
    record = await authors.read(link, "default", "author-1", NOW)
    assert (record.author_id, record.first_ms, record.last_ms) == (made.author_id, NOW + DAY, NOW + DAY)
    assert (record.submitted, record.counts[State.HELD]) == (1, 1)


@pytest.mark.one_server("memory is limited on one server")
async def test_an_author_is_banned_while_memory_is_full(store: Store, link: Link) -> None:
    await store.submit()
    author_id = await author_id_of(store)
    await link.call("CONFIG", "SET", "maxmemory", 1)
    try:
        await ban(store, author_id)
        await authors.trust(link, "default", author_id, actor="ann", now_ms=NOW)
        assert (await look_up(store, "author-1")).record.ban
    finally:
        await link.call("CONFIG", "SET", "maxmemory", 0)
