"""Replaces a secret that leaked, while services run. An interrupted rotation is run again and continues.

Every service knows both secrets beforehand. One step puts the new secret in force in the record of the installation,
with the hash keys wrapped by it; each process seals with it as soon as it has read that record. When all processes do,
whatever is sealed with the previous secret is opened and sealed again, comment by comment, until a pass over all keys
finds nothing more. Then the previous secret is put out of force, and nothing needs it. The record of the installation
says how far a rotation is.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from functools import partial

import structlog

from service.domain.event import ROTATION
from service.domain.times import now_ms
from service.errors import RotationError
from service.link.link import Link
from service.store import key_kinds, keys, scripts, tokens
from service.store.record import email_span, pack_email, unpack_email
from service.upkeep import audit_keys, installation, instant, lease, processes
from service.upkeep.patience import patiently
from service.vault import SealBrokenError, Secret, Vault, sealed_of

Progress = Callable[[int], None]
Waiting = Callable[[str], None]
SWITCH_SECONDS = processes.LIFETIME_MS / 1000 + 30
"""After this time a process that does not use the new secret is not merely a dead one that is still listed."""
_POLL_SECONDS = 0.2
_KEYS_AT_ONCE = 50
_PRIVATE = keys.COMMENT_FIELDS["private"]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Resealed:
    """How many texts were sealed again, and how many no known secret opens; the latter stay as they are."""

    sealed: int = 0
    unreadable: int = 0


async def is_begun(link: Link, vault: Vault) -> bool:
    """Returns whether a rotation has begun or can begin: the new secret is not in force, or the previous one still is.

    The vault adopts the secret in force. Raises StartError for a store of an unknown secret, and RotationError for one
    of another format.
    """
    oldest = await installation.check_installation(link, vault)
    if oldest != installation.FORMAT:
        raise RotationError(
            f"This store holds what is of format {oldest}: start the service once, which upgrades it, and run this "
            "when that is done."
        )
    is_replacing = await link.call("HEXISTS", keys.INSTALLATION, "previous_check")
    return bool(is_replacing) or vault.check != vault.newest.check


async def put_in_force(link: Link, vault: Vault, waiting: Waiting) -> None:
    """Puts the new secret in force, and returns when every process that serves uses it. The key by which it signs audit
    logs is vouched for by the one before.

    `waiting` is called with a message while processes still use the previous one. Raises RotationError when a process
    does not know the new secret, or does not use it after SWITCH_SECONDS.
    """
    if vault.check != vault.newest.check:
        await _require_known(link, vault.newest)
        await _switch(link, vault)
        await installation.check_installation(link, vault)
    await audit_keys.introduce(link, vault, now_ms())
    await _until_all_use(link, vault.newest.check, waiting)


async def _require_known(link: Link, secret: Secret) -> None:
    """Raises RotationError when a process that serves does not know the secret."""
    listed = await processes.list_all(link)
    unaware = sum(secret.check not in process.known for process in listed)
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
    await _switch_secret(link, previous, vault.newest.check, wrapped)


async def _until_all_use(link: Link, check: str, waiting: Waiting) -> None:
    deadline = asyncio.get_running_loop().time() + SWITCH_SECONDS
    while behind := sum(process.in_force != check for process in await processes.list_all(link)):
        if asyncio.get_running_loop().time() > deadline:
            raise RotationError(f"{behind} processes still seal with the secret before: restart them, run this again.")
        waiting(f"{behind} processes have not heard yet of the new secret.")
        await asyncio.sleep(_POLL_SECONDS)


async def reseal_all(link: Link, vault: Vault, on_progress: Progress) -> Resealed:
    """Seals with the secret in force whatever is sealed with another one, in one pass over all keys.

    `on_progress` is called with the number of keys of each step.
    """
    done = Resealed()

    async def look(names: list[bytes]) -> None:
        for start in range(0, len(names), _KEYS_AT_ONCE):
            batch = names[start : start + _KEYS_AT_ONCE]
            await asyncio.gather(*(patiently(partial(_reseal, link, vault, name, done)) for name in batch))
        on_progress(len(names))

    await instant.scan(link, look)
    return done


async def _reseal(link: Link, vault: Vault, name: bytes, done: Resealed) -> None:
    reseal = _RESEALING.get(key_kinds.parts_of(name).kind)
    if reseal is None:
        return
    try:
        is_sealed = await reseal(link, vault, name)
        done.sealed += is_sealed  # after the await, since other tasks count during it
    except SealBrokenError:
        done.unreadable += 1
        log.warning("not_sealed_anew", key=name.decode(errors="replace"))


async def _reseal_comment(link: Link, vault: Vault, name: bytes) -> bool:
    private = await link.call("HGET", name, _PRIVATE)
    if not private:
        return False  # the comment was deleted meanwhile, or its private data was erased
    try:
        start, end = email_span(private)
        sealed = unpack_email(private[start:end])
    except IndexError as error:
        raise SealBrokenError("no private data of ours") from error
    if vault.is_current(sealed):
        return False
    comment_id = key_kinds.parts_of(name).name
    resealed = vault.seal(vault.open(sealed, comment_id), comment_id)
    replaced = private[:start] + pack_email(resealed) + private[end:]
    (is_done,) = await scripts.REPLACE_PRIVATE.run(link, [name], private, replaced)
    return bool(is_done)


async def _reseal_answer(link: Link, vault: Vault, name: bytes) -> bool:
    """Seals the kept answer again that shows a new token; other answers have nothing sealed.

    An answer that no known secret opens stays: it expires within a day.
    """
    (answer,) = await scripts.REPLACE_ANSWER.run(link, [name], "", "")
    with suppress(SealBrokenError):
        if not answer or vault.is_current(sealed_of(answer)):
            return False
        resealed = vault.seal_text(vault.open_text(answer, tokens.MADE), tokens.MADE)
        (kept,) = await scripts.REPLACE_ANSWER.run(link, [name], answer, resealed)
        return bool(kept == resealed)
    return False


_RESEALING = {"comment": _reseal_comment, "idempotency": _reseal_answer}


async def end(link: Link, vault: Vault) -> None:
    """Puts the previous secret out of force; call it when a pass over all keys found nothing more to seal."""
    previous = await link.call("HGET", keys.INSTALLATION, "previous_check")
    if previous is not None:
        await _switch_secret(link, previous, vault.check, b"")


async def _switch_secret(link: Link, previous: str | bytes, new: str, wrapped: bytes) -> None:
    script_keys = [keys.INSTALLATION, keys.CHANGES]
    await scripts.SWITCH_SECRET.run(link, script_keys, previous, new, wrapped, ROTATION, now_ms())


def sole_rotator(link: Link) -> AbstractAsyncContextManager[asyncio.Task[None]]:
    """Gives the right to rotate to one process at a time; raises RotationError while another one has it.

    Two at once would do no harm, but the work twice.
    """
    return lease.sole(link, keys.ROTATING, RotationError, work="replacing the secret of this store")
