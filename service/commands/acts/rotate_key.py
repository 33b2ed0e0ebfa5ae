"""What `rotate-key` does, step by step."""

import sys
from typing import Any

import click

from service.commands.store import known_vault, run, settings_with, shared_store
from service.errors import RotationError
from service.link import append_only
from service.link.link import Link
from service.platform.kept_secret import replace_kept_secret
from service.settings import Settings
from service.upkeep import instant
from service.upkeep import rotation as use_case
from service.vault import Vault

NOTHING_TO_DO = (
    "There is no secret to replace. Give every service COMMENTDESK_SECRET_KEY, a new one, and "
    "COMMENTDESK_PREVIOUS_SECRET_KEY, the present one, restart them, and run this with the same settings. Where the "
    "secret is kept in the data folder, rotate-key --new makes one there."
)


def replace(redis_url: str | None, *, is_making: bool) -> None:
    """Replaces the secret, and prints what was done and what is left to do."""
    run(_rotate(settings_with(redis_url), is_making=is_making))


async def _rotate(settings: Settings, *, is_making: bool) -> None:
    async with shared_store(settings) as link, use_case.sole_rotator(link) as holding:
        vault = _vault(settings)
        is_begun = await use_case.is_begun(link, vault)
        if is_making and not is_begun:
            _make_secret(settings)
            vault = _vault(settings)
            is_begun = await use_case.is_begun(link, vault)
        if not is_begun and vault.previous is None:
            raise RotationError(NOTHING_TO_DO)
        await use_case.put_in_force(link, vault, lambda message: click.echo(message, err=True))
        while (await _reseal(link, vault)).sealed:
            if holding.done():
                holding.result()
        await use_case.end(link, vault)
        click.echo("Redis writes its append-only file anew, without what is gone.", err=True)
        if not await append_only.rewrite_logs(link):
            click.echo(
                "Warning: Redis did not. Its append-only file holds what was sealed with the one before until it is "
                "rewritten: ask for BGREWRITEAOF.",
                err=True,
            )
    click.echo(
        "The new secret is in force, and nothing in the store is sealed with the one before. Remove "
        "COMMENTDESK_PREVIOUS_SECRET_KEY (or the file `secret-key.previous`) and restart. Of the old secret keep a "
        "copy elsewhere for as long as you keep backups of its time."
    )


def _vault(settings: Settings) -> Vault:
    vault = known_vault(settings)
    if vault is None:
        raise RotationError(f"The present secret is not known here. {NOTHING_TO_DO}")
    return vault


def _make_secret(settings: Settings) -> None:
    if settings.secret_key:
        raise RotationError(f"The secret is given as COMMENTDESK_SECRET_KEY: --new cannot change it. {NOTHING_TO_DO}")
    replace_kept_secret(settings.data_dir)
    click.echo(f"A new secret is in {settings.data_dir}, beside the one before.", err=True)


async def _reseal(link: Link, vault: Vault) -> use_case.Resealed:
    with _progress("Looking at keys", await instant.count_all_keys(link)) as shown:
        done = await use_case.reseal_all(link, vault, shown.update)
    click.echo(f"{done.sealed} emails and answers were sealed with the new secret.", err=True)
    if done.unreadable:
        click.echo(f"Warning: {done.unreadable} were sealed with neither secret, or are damaged.", err=True)
    return done


def _progress(label: str, length: int) -> Any:
    return click.progressbar(length=length, label=label, show_pos=True, file=sys.stderr)
