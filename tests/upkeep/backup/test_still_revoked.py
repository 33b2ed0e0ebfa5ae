"""What a store had revoked since a backup stays revoked when it is restored; sessions and links do not come back."""

from pathlib import Path

import orjson
import pytest

from service.desk import clock_ms
from service.domain.event import RESTORE
from service.domain.member import Member
from service.domain.session import Session
from service.domain.sign_in_link import SignInLink
from service.link.link import Link
from service.store import json_records, keys, members, sessions, sign_in_links, tokens
from service.store.sign_in_links import Gone
from service.upkeep import backup
from service.upkeep.still_revoked import StillRevoked
from tests.servers import RedisServer
from tests.store.desk import NOW, read_events
from tests.upkeep.backup.content import CHECK, TOKEN, VAULT, fill, nothing

MO, ANN = Member("mo", "Mo", NOW), Member("ann", "Ann", NOW)
HELD = {"mo": ["mo-1", "mo-2"], "ann": ["ann-1", "ann-2"]}


class CutError(Exception):
    """The restore was killed."""


@pytest.fixture
async def file(one_link: Link, tmp_path: Path) -> Path:
    """A backup of a store with two members who have two tokens each, and one token of a version before members."""
    await fill(one_link, CHECK, 3)
    for member in (MO, ANN):
        await one_link.call("HSET", keys.MEMBERS, member.member_id, orjson.dumps(members.pack_member(member)))
        for token_id in HELD[member.member_id]:
            await one_link.call("HSET", keys.TOKENS, token_id, orjson.dumps(TOKEN | {"member_id": member.member_id}))
    await backup.back_up(one_link, VAULT, tmp_path / "file", "1.2.3", nothing)
    return tmp_path / "file"


async def restore(link: Link, path: Path) -> StillRevoked:
    with backup.checked(path, VAULT) as checked:
        return await backup.restore(link, checked, clock_ms(), nothing)


async def ids_in(link: Link, key: str) -> set[str]:
    return set(await json_records.read_all(link, key))


async def test_what_was_revoked_stays_revoked_and_the_rest_comes_back(one_link: Link, file: Path) -> None:
    await members.remove(one_link, MO, HELD["mo"], actor="chief", now_ms=NOW)
    await tokens.remove(one_link, "ann-1", actor="chief", now_ms=NOW)
    assert await restore(one_link, file) == StillRevoked(members=1, tokens=1)
    assert await ids_in(one_link, keys.MEMBERS) == {"ann"}
    assert await ids_in(one_link, keys.TOKENS) == {"t1", "ann-2"}
    events = [each for each in await read_events(one_link, keys.CHANGES) if each.actor == RESTORE]
    assert [(*each.kinds, each.subject) for each in events] == [
        ("restored", ""),
        ("member_revoked", "mo"),
        ("token_revoked", "ann-1"),
    ]
    assert await one_link.call("HEXISTS", keys.INSTALLATION, "known") == 0


async def test_nothing_is_revoked_where_nothing_was(one_link: Link, file: Path) -> None:
    assert await restore(one_link, file) == StillRevoked(0, 0)
    assert await ids_in(one_link, keys.TOKENS) == {"t1", *HELD["mo"], *HELD["ann"]}


async def test_who_revoked_everybody_has_nobody_back(one_link: Link, file: Path) -> None:
    """The keys of its audit log tell that it is the same installation."""
    await one_link.call("UNLINK", keys.TOKENS)
    await one_link.call("UNLINK", keys.MEMBERS)
    assert await restore(one_link, file) == StillRevoked(members=2, tokens=1)
    assert not await ids_in(one_link, keys.TOKENS)


async def test_a_restore_that_was_cut_off_still_knows(one_link: Link, file: Path) -> None:
    await members.remove(one_link, MO, HELD["mo"], actor="chief", now_ms=NOW)

    def cut(_: int) -> None:
        raise CutError

    for _ in range(2):
        with pytest.raises(CutError), backup.checked(file, VAULT) as checked:
            await backup.restore(one_link, checked, clock_ms(), cut)
    assert await restore(one_link, file) == StillRevoked(members=1, tokens=0)
    assert await ids_in(one_link, keys.TOKENS) == {"t1", *HELD["ann"]}


async def test_an_empty_store_cannot_know(one_link: Link, redis_server: RedisServer, file: Path) -> None:
    await members.remove(one_link, MO, HELD["mo"], actor="chief", now_ms=NOW)
    await one_link.call("FLUSHALL")
    assert await restore(one_link, file) == StillRevoked(0, 0)
    assert "mo" in await ids_in(one_link, keys.MEMBERS)


async def test_another_installation_revokes_nothing(one_link: Link, file: Path) -> None:
    await one_link.call("FLUSHALL")
    await one_link.call("HSET", keys.INSTALLATION, "format", 5, "secret_check", CHECK)
    await one_link.call("HSET", keys.TOKENS, "another", orjson.dumps(TOKEN))
    assert await restore(one_link, file) == StillRevoked(0, 0)
    assert await ids_in(one_link, keys.TOKENS) == {"t1", *HELD["mo"], *HELD["ann"]}


async def test_sessions_and_links_are_in_no_backup_and_end_by_a_restore(one_link: Link, file: Path) -> None:
    now_ms = clock_ms()
    await sessions.open_session(one_link, Session("kept", "abc", "mo", now_ms, now_ms), told={})
    await sign_in_links.make(one_link, "link", SignInLink("abc", "mo", "chief"), now_ms)
    await backup.back_up(one_link, VAULT, file, "1.2.3", nothing)
    await restore(one_link, file)
    assert await sessions.read(one_link, "kept") is None
    assert await sessions.of_member(one_link, "mo", now_ms) == []
    assert await sign_in_links.take(one_link, "link") is Gone.UNKNOWN
