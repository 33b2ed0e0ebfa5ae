"""The installation: whose store this is, of which format, and how it is brought to ours."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from service.domain.event import MACHINE, EventKind
from service.domain.policy import Policy
from service.errors import StartError
from service.link.link import Link
from service.store import json_records, keys
from service.store.json_records import Change
from service.upkeep import lease
from service.upkeep.upgrade import Progress, from_format_1
from service.vault import SealBrokenError, SecretUnknownError, Vault

FORMAT = 3
"""The version of everything stored; a service refuses a store of a newer one."""
_WAIT_SECONDS = 0.2
_INSTALLATION_FIELDS = ("format", "secret_check", "hash_keys", "previous_check", "restoring")


async def check_installation(link: Link, vault: Vault) -> int:
    """The format, ours or an older one, of a store that is whole and written with a secret that we know: StartError
    otherwise. The vault has its secret in force then. An empty store becomes ours."""
    fields = await link.call("HMGET", keys.INSTALLATION, *_INSTALLATION_FIELDS)
    if fields[-1] is not None:
        raise StartError(
            "A backup was being restored into this store, and did not get to its end. Run the restore again."
        )
    if None in fields[:2]:  # not always, since a store that is full takes no write
        await link.call("HSETNX", keys.INSTALLATION, "format", FORMAT)
        await link.call("HSETNX", keys.INSTALLATION, "secret_check", vault.newest.check)
        fields = await link.call("HMGET", keys.INSTALLATION, *_INSTALLATION_FIELDS)
    stored_format, check, hash_keys, previous_check, _ = fields
    _adopt_secret(vault, check, hash_keys, previous_check)
    if int(stored_format) > FORMAT:
        raise StartError(f"This store has format {int(stored_format)}; this version of commentdesk reads {FORMAT}.")
    return int(stored_format)


def _adopt_secret(vault: Vault, check: bytes, hash_keys: bytes | None, previous_check: bytes | None) -> None:
    """StartError when we do not know the secret, or not both of them while one replaces the other."""
    try:
        vault.adopt(check.decode(), hash_keys)
    except SecretUnknownError as error:
        raise StartError(
            "This store was written with another COMMENTDESK_SECRET_KEY: its emails could not be read. "
            "Start with the key it was written with."
        ) from error
    except SealBrokenError as error:
        raise StartError(f"The record of this installation is damaged: {error}. Restore a backup.") from error
    if previous_check is not None and not vault.knows(previous_check.decode()):
        raise StartError(
            "The secret of this store is being replaced: until rotate-key is done, COMMENTDESK_PREVIOUS_SECRET_KEY "
            "must have the one before."
        )


async def read_format(link: Link) -> int:
    """The format of the store; ours when there is nothing in it."""
    return int(await link.call("HGET", keys.INSTALLATION, "format") or FORMAT)


async def upgrade(link: Link, on_progress: Callable[[int], None]) -> None:
    """Brings the store to our format, or waits until somebody else has. `on_progress` hears how many more keys
    were looked at here."""

    holder = lease.new_holder()

    async def renew(count: int) -> None:
        await lease.hold(link, keys.UPGRADING, holder)  # two may do it at once: whether it is still ours is no matter
        on_progress(count)

    while (stored_format := await read_format(link)) < FORMAT:
        if not await lease.hold(link, keys.UPGRADING, holder):
            await asyncio.sleep(_WAIT_SECONDS)
            continue
        try:
            await UPGRADES[stored_format](link, renew)
            await link.call("HSET", keys.INSTALLATION, "format", stored_format + 1)
        finally:
            await lease.hand_back(link, keys.UPGRADING, holder)


async def from_format_2(link: Link, on_progress: Progress) -> None:
    """Sites from before strangers had a limit of their own go on without one, and it is written so: what is left out
    would have the default of today. (What is sealed from format 3 on has the number of its secret, which older versions
    would not know; what was sealed before is known by having none.)"""
    for name, record in (await json_records.read_all(link, keys.SITES)).items():
        if "stranger_rate_per_minute" not in record.get("policy", {"stranger_rate_per_minute": None}):
            kept = {"stranger_rate_per_minute": None, "stranger_burst": Policy().stranger_rate.burst}
            wanted = {"policy": record["policy"] | kept}
            change = Change(EventKind.POLICY_CHANGED, MACHINE, time.time_ns() // 1_000_000)
            await json_records.update(link, keys.SITES, name, wanted, change=change)
            await on_progress(0)


UPGRADES: dict[int, Callable[[Link, Progress], Awaitable[None]]] = {1: from_format_1, 2: from_format_2}
"""From a format to the next one up: what the first start of a newer version does to the store. Two processes may start
at once, and a start may be cut off, so a step that was done, or half done, must do no harm when done again."""
