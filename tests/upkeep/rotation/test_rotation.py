"""A secret is replaced: then the one before opens nothing, whatever was cut off on the way, and nothing is lost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from service.audit.signer import faults_of
from service.errors import BackupError, RotationError, StartError
from service.link.link import Link
from service.store import audit, keys, scripts
from service.store.comments import Comments
from service.store.record import email_span
from service.upkeep import audit_keys, backup, doctor, installation, processes, rotation
from service.upkeep.installation import FORMAT
from service.upkeep.processes import Presence
from service.vault import Vault
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, Store, key, new_comment
from tests.upkeep.rotation.sealed import ANSWERS, NEW, OLD, THIRD, fill, nothing, opened, opened_answers, rotate


class CutOffError(Exception):
    """What a kill is to the process."""


def check_state(client: Any) -> tuple[bytes, bytes | None]:
    fields = client.hmget(keys.INSTALLATION, "secret_check", "previous_check")
    return fields[0], fields[1]


async def test_the_one_before_opens_nothing(link: Link, every_redis_server: RedisServer) -> None:
    old = Vault(OLD)
    emails = await fill(link, old)
    hashes = (old.email_hash("ada@example.org"), old.token_digest("cd_x"), old.digest("a", "b"))
    await audit_keys.introduce(link, old, NOW)
    with client_of(every_redis_server.url) as client:
        before = {name: client.pttl(name) for name in client.scan_iter("*idempotency*")}
        both = Vault(NEW, OLD)
        assert await rotate(link, both) == len(emails) + len(ANSWERS)
        assert check_state(client) == (Vault(NEW).check.encode(), None)
        assert all(0 < client.pttl(name) <= left for name, left in before.items())
    new = Vault(NEW)
    await installation.check_installation(link, new)
    assert new.receipt("default", "0" * 16) == old.receipt("default", "0" * 16)
    for vault in (new, both):
        assert opened(every_redis_server.url, vault) == emails
        assert (vault.email_hash("ada@example.org"), vault.token_digest("cd_x"), vault.digest("a", "b")) == hashes
        assert await opened_answers(link, vault) == len(ANSWERS)
    assert opened(every_redis_server.url, Vault(OLD)) == {}
    assert await opened_answers(link, Vault(OLD)) == 0
    with pytest.raises(StartError, match="another COMMENTDESK_SECRET_KEY"):
        await installation.check_installation(link, Vault(OLD))
    assert (await doctor.examine(link, lambda _: None)).faults == []
    signers = await audit.read_signers(link)
    assert len(signers) == 2, "also where nobody seals meanwhile"
    assert faults_of(signers) == []


async def test_a_second_time_and_a_third(link: Link, every_redis_server: RedisServer) -> None:
    emails = await fill(link, Vault(OLD))
    await rotate(link, Vault(NEW, OLD))
    for secret, previous in ((THIRD, NEW), (OLD, THIRD)):
        vault = Vault(secret, previous)
        assert await rotate(link, vault) == len(emails) + len(ANSWERS)
        assert opened(every_redis_server.url, Vault(secret)) == emails
        assert opened(every_redis_server.url, Vault(previous)) == {}
        assert vault.email_hash("a@b.example") == Vault(OLD).email_hash("a@b.example")


async def test_cut_off_anywhere_it_goes_on(
    link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each command that is asked of the store, as a kill would; every email stays readable by who knows both."""
    emails = await fill(link, Vault(OLD), 6)
    calls = 0
    real = link.call

    def counted(*command: Any) -> Any:
        nonlocal calls
        if calls == 0:
            raise CutOffError
        calls -= 1
        return real(*command)

    for allowed in range(500):
        calls = allowed
        with monkeypatch.context() as patched:
            patched.setattr(link, "call", counted)
            try:
                await rotate(link, Vault(NEW, OLD))
            except CutOffError:
                pass
            except AssertionError:
                break  # nothing is left to replace
        if allowed % 5 == 0:
            assert opened(every_redis_server.url, Vault(NEW, OLD)) == emails
    assert allowed > 10
    assert opened(every_redis_server.url, Vault(NEW)) == emails
    assert opened(every_redis_server.url, Vault(OLD)) == {}
    with client_of(every_redis_server.url) as client:
        assert check_state(client) == (Vault(NEW).check.encode(), None)


async def test_two_at_once(link: Link, other_link: Link, every_redis_server: RedisServer) -> None:
    """By the command only one is at it; and where one is taken for dead and is not, two do no harm."""
    emails = await fill(link, Vault(OLD), 30)
    vaults = [Vault(NEW, OLD), Vault(NEW, OLD)]
    for vault in vaults:
        assert await rotation.is_begun(link, vault)

    async def one(vault: Vault) -> None:
        await rotation.put_in_force(link, vault, nothing)
        while (await rotation.reseal_all(link, vault, nothing)).sealed:
            pass
        await rotation.end(link, vault)

    async with rotation.sole_rotator(link):
        with pytest.raises(RotationError, match="Somebody else"):
            async with rotation.sole_rotator(link):
                pass
        await asyncio.gather(*map(one, vaults))
    async with rotation.sole_rotator(link):
        pass
    assert opened(every_redis_server.url, Vault(NEW)) == emails


async def test_a_process_that_does_not_know_the_new_one_is_waited_for(
    one_link: Link, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = await fill(one_link, Vault(OLD))
    old, new = Vault(OLD).check, Vault(NEW).check
    vault = Vault(NEW, OLD)
    await processes.announce(one_link, "unaware", Presence([old], old, FORMAT))
    await processes.announce(one_link, "aware", Presence([new, old], old, FORMAT))
    assert await rotation.is_begun(one_link, vault)
    with pytest.raises(RotationError, match="1 of 2 processes"):
        await rotation.put_in_force(one_link, vault, nothing)
    await processes.leave(one_link, "unaware")
    monkeypatch.setattr(rotation, "SWITCH_SECONDS", 0)
    with pytest.raises(RotationError, match="1 processes still seal"):
        await rotation.put_in_force(one_link, vault, nothing)
    with pytest.raises(StartError, match="COMMENTDESK_PREVIOUS_SECRET_KEY must have"):
        await installation.check_installation(one_link, Vault(NEW))
    assert opened(redis_server.url, vault) == emails
    await processes.announce(one_link, "aware", Presence([new, old], new, FORMAT))
    assert await rotate(one_link, vault) == len(emails) + len(ANSWERS)


async def test_what_is_sealed_with_the_one_before_at_the_last_moment_is_found(
    one_link: Link, redis_server: RedisServer
) -> None:
    """By a process that was stopped in the middle, and went on when all was over: running it again puts it right."""
    emails = await fill(one_link, Vault(OLD))
    await rotate(one_link, Vault(NEW, OLD))
    store, old = Store(one_link), Vault(OLD)
    new = new_comment()
    await store.submit(new._replace(sealed_email=old.seal("late@example.org", new.comment_id)))
    vault = Vault(NEW, OLD)
    assert not await rotation.is_begun(one_link, vault)
    assert (await rotation.reseal_all(one_link, vault, nothing)).sealed == 1
    assert opened(redis_server.url, Vault(NEW)) == emails | {new.comment_id: "late@example.org"}


async def test_a_damaged_email_stays_and_is_counted(one_link: Link, redis_server: RedisServer) -> None:
    emails = await fill(one_link, Vault(OLD))
    damaged = next(iter(emails))
    name = keys.comment("default", damaged)
    private = await one_link.call("HGET", name, keys.COMMENT_FIELDS["private"])
    _, end = email_span(private)
    raw = private[: end - 1] + bytes((private[end - 1] ^ 1,)) + private[end:]
    await one_link.call("HSET", name, keys.COMMENT_FIELDS["private"], raw)
    await one_link.call("HSET", keys.comment("default", "odd"), keys.COMMENT_FIELDS["private"], b"\xff")
    vault = Vault(NEW, OLD)
    assert await rotation.is_begun(one_link, vault)
    await rotation.put_in_force(one_link, vault, nothing)
    done = await rotation.reseal_all(one_link, vault, nothing)
    assert (done.sealed, done.unreadable) == (len(emails) - 1 + len(ANSWERS), 2)
    assert await one_link.call("HGET", name, keys.COMMENT_FIELDS["private"]) == raw


async def test_a_secret_of_the_same_number_is_refused(one_link: Link) -> None:
    await fill(one_link, Vault(OLD), 1)
    number = Vault(OLD).newest.number
    others = map("a secret of number {:06d}".format, range(10_000))
    twin = next(secret for secret in others if Vault(secret).newest.number == number)
    vault = Vault(twin, OLD)
    assert await rotation.is_begun(one_link, vault)
    with pytest.raises(RotationError, match="make another one"):
        await rotation.put_in_force(one_link, vault, nothing)
    assert await rotation.is_begun(one_link, Vault(NEW, OLD))


async def test_a_kept_answer_with_a_comment_of_an_older_version_is_forgotten(one_link: Link) -> None:
    """It holds the sealed email; all other kept answers stay."""
    await fill(one_link, Vault(OLD))
    pack = "redis.call('SET', KEYS[1], ARGV[1] .. '\\n' .. cmsgpack.pack({'ok', 'same', {{'x', 'sealed'}, ''}}))"
    await one_link.call("EVAL", pack, 1, keys.idempotency("default", "older"), "f" * 32)
    store = Store(one_link)
    receipt = await store.submit(new_comment(), key("kept"))
    await rotate(one_link, Vault(NEW, OLD))
    assert await one_link.call("EXISTS", keys.idempotency("default", "older")) == 0
    assert await store.submit(new_comment(), key("kept")) == receipt


async def test_backups_of_before_of_meanwhile_and_of_after(
    link: Link, other_link: Link, every_redis_server: RedisServer, other_server: RedisServer, tmp_path: Path
) -> None:
    emails = await fill(link, Vault(OLD))
    both = Vault(NEW, OLD)
    names = ("before", "meanwhile", "after")
    await backup.back_up(link, Vault(OLD), tmp_path / names[0], "1", nothing)
    assert await rotation.is_begun(link, both)
    await rotation.put_in_force(link, both, nothing)
    await backup.back_up(link, both, tmp_path / names[1], "1", nothing)
    await rotate(link, both)
    await backup.back_up(link, Vault(NEW), tmp_path / names[2], "1", nothing)
    readers: dict[str, list[tuple[str, str | None]]] = {
        "before": [(OLD, None), (NEW, OLD)],
        "meanwhile": [(NEW, OLD)],
        "after": [(NEW, None), (NEW, OLD), (THIRD, NEW)],
    }
    strangers = {"before": [NEW], "meanwhile": [NEW, OLD], "after": [OLD]}
    for name in names:
        for secret in strangers[name]:
            with pytest.raises(BackupError, match="SECRET_KEY"), backup.checked(tmp_path / name, Vault(secret)):
                pass
        for secret, previous in readers[name]:
            vault = Vault(secret, previous)
            with backup.checked(tmp_path / name, vault) as file:
                await backup.restore(other_link, file, NOW, nothing)
            await installation.check_installation(other_link, vault)
            assert opened(other_server.url, vault) == emails
            if vault.previous:
                if await rotation.is_begun(other_link, vault):
                    await rotate(other_link, vault)
                final = Vault(secret)
                await installation.check_installation(other_link, final)
                assert opened(other_server.url, final) == emails


async def test_somebody_who_holds_the_one_before_forges_no_backup(link: Link, tmp_path: Path) -> None:
    await fill(link, Vault(OLD))
    await rotate(link, Vault(NEW, OLD))
    with pytest.raises(BackupError, match="another COMMENTDESK_SECRET_KEY"):
        await backup.back_up(link, Vault(OLD), tmp_path / "file", "1", nothing)
    assert (await Comments(link).find_home("default", await _any(link))).thread.startswith("article-")


async def _any(link: Link) -> str:
    first = await link.call("ZRANGE", keys.queue_keys("default").queue, 0, 0)
    return str(first[0].decode())


async def test_what_wraps_the_hash_keys_must_be_whole(one_link: Link) -> None:
    await fill(one_link, Vault(OLD), 1)
    await rotate(one_link, Vault(NEW, OLD))
    await one_link.call("HSET", keys.INSTALLATION, "hash_keys", b"x" * 200)
    with pytest.raises(StartError, match="is damaged"):
        await installation.check_installation(one_link, Vault(NEW))


async def test_the_answer_is_replaced_only_by_who_read_it(one_link: Link) -> None:
    await fill(one_link, Vault(OLD), 1)
    name = keys.installation_idempotency(ANSWERS[0].digest)
    (was,) = await scripts.REPLACE_ANSWER.run(one_link, [name], "", "")
    assert await scripts.REPLACE_ANSWER.run(one_link, [name], "another", "new") == [was]
    assert await scripts.REPLACE_ANSWER.run(one_link, [keys.installation_idempotency("absent")], "", "") == [b""]
