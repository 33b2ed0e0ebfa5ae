"""`backup` and `restore`: everything in the store into a file, while the service runs, and out of it again."""

import sys
from pathlib import Path

import click

from service.archive import Header
from service.commands.store import own_store, redis_option, run, settings_with, shared_store
from service.desk import clock_ms
from service.handlers.watchers import own_version
from service.settings import Settings, known_secret
from service.store import instant
from service.store.link import Link
from service.use_cases import backup as use_case
from service.vault import Vault


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@redis_option
def backup(file: Path, redis_url: str | None) -> None:
    """Write everything in the store into FILE, as it is at one instant, while the service may go on.

    Emails stay encrypted: keep the secret key too, elsewhere. An older FILE is replaced once the new one is whole.
    """
    header, size = run(_back_up(settings_with(redis_url), file))
    click.echo(f"{header.keys} keys in {file}, {size / 1e6:.1f} MB.")


async def _back_up(settings: Settings, file: Path) -> tuple[Header, int]:
    async with shared_store(settings) as link:
        length = await instant.count_all_keys(link)
        with click.progressbar(length=length, label="Copying keys", show_pos=True, file=sys.stderr) as shown:
            return await use_case.back_up(link, file, own_version(), shown.update)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", "is_replacing", is_flag=True, help="Remove what is in the store first.")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask whether to remove it.")
@redis_option
def restore(file: Path, redis_url: str | None, *, is_replacing: bool, is_confirmed: bool) -> None:
    """Write everything in FILE into an empty store. Stop the service first.

    The file is checked before anything is written. No service starts on a store whose restore did not get to its end.
    """
    header = run(_restore(settings_with(redis_url), file, is_replacing=is_replacing, is_confirmed=is_confirmed))
    click.echo(f"{header.keys} keys restored, as of {header.created_at}.")


async def _restore(settings: Settings, file: Path, *, is_replacing: bool, is_confirmed: bool) -> Header:
    secret = known_secret(settings)
    header = use_case.check(file, Vault(secret).check if secret else None)
    async with own_store(settings) as link:
        await _make_way(link, is_replacing=is_replacing, is_confirmed=is_confirmed)
        with click.progressbar(length=header.keys, label="Restoring", show_pos=True, file=sys.stderr) as shown:
            await use_case.restore(link, file, header, clock_ms(), shown.update)
    return header


async def _make_way(link: Link, *, is_replacing: bool, is_confirmed: bool) -> None:
    """Returns when the store may be overwritten: it is empty, holds half a restore, or a person said so."""
    there = await instant.count_keys(link)
    if there == 0 or await use_case.is_unfinished(link):
        return
    if not is_replacing:
        raise click.ClickException(f"The store is not empty: {there} keys are there. To remove them, say --replace.")
    if not is_confirmed:
        click.confirm(f"Remove the {there} keys that are in the store now?", abort=True)
