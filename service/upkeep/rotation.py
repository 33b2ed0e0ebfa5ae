"""Another secret in the place of one that leaked, while services run, and cut off at any point to be run again.

Every service knows both secrets before. Then the installation puts the new one in force, in one step, with its hash
keys wrapped by it: from there on all seal with it, as soon as they heard. When all have, whatever is still sealed with
the one before is opened and sealed anew, comment by comment, until a look at all of them finds none; then the one
before is out of force, and nothing needs it. Who is cut off goes on where the installation says that he was.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

import structlog

from service.errors import RotationError
from service.link.link import Link
from service.store import keys, scripts, tokens
from service.store.record import email_span, pack_email, unpack_email
from service.upkeep import installation, instant, lease, processes
from service.vault import SealBrokenError, Secret, Vault, sealed_of

Progress = Callable[[int], None]
Waiting = Callable[[str], None]
HEARD_SECONDS = processes.LIFETIME_MS / 1000 + 30
"""After so long a process that has not heard is none that lives."""
_POLL_SECONDS = 0.2
_KEYS_AT_ONCE = 50
_PRIVATE = keys.COMMENT_FIELDS["private"]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Resealed:
    """How many texts were sealed anew, and how many no secret of ours opens; these are left as they are."""

    sealed: int = 0
    unreadable: int = 0


async def is_begun(link: Link, vault: Vault) -> bool:
    """Whether there is a secret to replace: the one before is in force, or not yet out of it. StartError for a store of
    another secret; the vault has what is in force then."""
    oldest = await installation.check_installation(link, vault)
    if oldest != installation.FORMAT:
        raise RotationError(
            f"This store holds what is of format {oldest}: start the service once, which upgrades it, and run "
            "this when that is done."
        )
    is_replacing = await link.call("HEXISTS", keys.INSTALLATION, "previous_check")
    return bool(is_replacing) or vault.check != vault.newest.check


async def put_in_force(link: Link, vault: Vault, waiting: Waiting) -> None:
    """Returns when the new secret is in force, and every process that serves uses it. RotationError when a process does
    not know it yet."""
    if vault.check != vault.newest.check:
        await _demand_known(link, vault.newest)
        await _switch(link, vault)
        await installation.check_installation(link, vault)
    await _until_all_use(link, vault.newest.check, waiting)


async def _demand_known(link: Link, secret: Secret) -> None:
    listed = await processes.list_all(link)
    unaware = sum(secret.check not in each.known for each in listed)
    if unaware:
        raise RotationError(
            f"{unaware} of {len(listed)} processes that serve from this store do not know the new secret. Give all of "
            "them COMMENTDESK_SECRET_KEY, the new one, and COMMENTDESK_PREVIOUS_SECRET_KEY, the one that it replaces "
            "(or the files `secret-key` and `secret-key.previous`), restart them, and run this again. One that was "
            f"killed is forgotten after {processes.LIFETIME_MS // 1000} s."
        )


async def _switch(link: Link, vault: Vault) -> None:
    previous = vault.check
    if vault.number_of(previous) == vault.newest.number:
        raise RotationError("By chance (one in 255) the new secret has the number of the one before: make another one.")
    wrapped = vault.newest.wrap(vault.hash_keys)
    await scripts.SWITCH_SECRET.run(link, [keys.INSTALLATION, keys.CHANGES], previous, vault.newest.check, wrapped)


async def _until_all_use(link: Link, check: str, waiting: Waiting) -> None:
    deadline = asyncio.get_running_loop().time() + HEARD_SECONDS
    while behind := sum(each.in_force != check for each in await processes.list_all(link)):
        if asyncio.get_running_loop().time() > deadline:
            raise RotationError(f"{behind} processes still seal with the secret before: restart them, run this again.")
        waiting(f"{behind} processes have not heard yet of the new secret.")
        await asyncio.sleep(_POLL_SECONDS)


async def reseal_all(link: Link, vault: Vault, on_progress: Progress) -> Resealed:
    """Seals anew, with the secret in force, what is sealed with another one, in one look at all keys. `on_progress`
    hears how many more keys were looked at."""
    done = Resealed()

    async def look(names: list[bytes]) -> None:
        for start in range(0, len(names), _KEYS_AT_ONCE):
            some = names[start : start + _KEYS_AT_ONCE]
            await asyncio.gather(*(_reseal(link, vault, name, done) for name in some))
        on_progress(len(names))

    await instant.scan(link, look)
    return done


async def _reseal(link: Link, vault: Vault, name: bytes, done: Resealed) -> None:
    reseal = _RESEALING.get(keys.parts_of(name).kind)
    if reseal is None:
        return
    try:
        is_sealed = await reseal(link, vault, name)
        done.sealed += is_sealed  # apart from the await: others count meanwhile
    except SealBrokenError:
        done.unreadable += 1
        log.warning("not_sealed_anew", key=name.decode(errors="replace"))


async def _reseal_comment(link: Link, vault: Vault, name: bytes) -> bool:
    private = await link.call("HGET", name, _PRIVATE)
    if not private:
        return False  # gone meanwhile, or erased
    try:
        start, end = email_span(private)
        sealed = unpack_email(private[start:end])
    except IndexError as error:
        raise SealBrokenError("no private data of ours") from error
    if vault.is_current(sealed):
        return False
    comment_id = keys.parts_of(name).name
    anew = vault.seal(vault.open(sealed, comment_id), comment_id)
    replaced = private[:start] + pack_email(anew) + private[end:]
    (is_done,) = await scripts.REPLACE_PRIVATE.run(link, [name], private, replaced)
    return bool(is_done)


async def _reseal_answer(link: Link, vault: Vault, name: bytes) -> bool:
    """Of a token that was made, which the answer shows; other answers have nothing sealed. One that no secret of ours
    opens ends within a day by itself."""
    (answer,) = await scripts.REPLACE_ANSWER.run(link, [name], "", "")
    with suppress(SealBrokenError):
        if not answer or vault.is_current(sealed_of(answer)):
            return False
        anew = vault.seal_text(vault.open_text(answer, tokens.MADE), tokens.MADE)
        (kept,) = await scripts.REPLACE_ANSWER.run(link, [name], answer, anew)
        return bool(kept == anew)
    return False


_RESEALING = {"comment": _reseal_comment, "idempotency": _reseal_answer}


async def end(link: Link, vault: Vault) -> None:
    """The secret before is out of force. Only when a look at all keys found nothing more that is sealed with it."""
    previous = await link.call("HGET", keys.INSTALLATION, "previous_check")
    if previous is not None:
        await scripts.SWITCH_SECRET.run(link, [keys.INSTALLATION, keys.CHANGES], previous, vault.check, "")


def sole_rotator(link: Link) -> AbstractAsyncContextManager[asyncio.Task[None]]:
    """For as long as this lasts nobody else replaces the secret: what two do at once does no harm, but it is done
    twice. RotationError."""
    return lease.sole(link, keys.ROTATING, RotationError, "replacing the secret of this store")
