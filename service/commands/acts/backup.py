"""What `backup` and `restore` do with the file and the store."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from service.commands.store import known_vault, own_store, run, settings_with, shared_store
from service.desk import clock_ms
from service.errors import BackupError, StartError
from service.link.link import Link
from service.settings import Settings
from service.upkeep import backup as use_case
from service.upkeep import instant
from service.upkeep.archive import Archive, Header
from service.upkeep.still_revoked import StillRevoked
from service.version import own_version


def back_up(file: Path, redis_url: str | None) -> None:
    """Writes everything in the store into the file, and prints how much that is."""
    header, size = run(_back_up(settings_with(redis_url), file))
    click.echo(f"{header.keys} keys in {file}, {size / 1e6:.1f} MB.")


async def _back_up(settings: Settings, file: Path) -> tuple[Header, int]:
    async with shared_store(settings) as link:
        vault = known_vault(settings)
        if vault is None:
            raise BackupError(
                "A backup is made with the COMMENTDESK_SECRET_KEY of the store, and it is not known here."
            )
        length = await instant.count_all_keys(link)
        with _progress("Copying keys", length) as shown:
            return await use_case.back_up(link, vault, file, version=own_version(), on_progress=shown.update)


def bring_back(
    file: Path, redis_url: str | None, *, is_replacing: bool, is_confirmed: bool, is_format_1_believed: bool
) -> None:
    """Writes everything in the file into an empty store, after a check of all of it."""
    settings = settings_with(redis_url)
    with _checked(settings, file, is_format_1_believed=is_format_1_believed) as checked:
        revoked = run(_restore(settings, checked, is_replacing=is_replacing, is_confirmed=is_confirmed))
        click.echo(f"{checked.header.keys} keys restored, as of {checked.header.created_at}.")
        if any(revoked):
            click.echo(f"Revoked since, and so again: {revoked.members} members, {revoked.tokens} tokens of others.")


@contextmanager
def _checked(settings: Settings, file: Path, *, is_format_1_believed: bool) -> Iterator[Archive]:
    """Yields the open archive after a check of all of it; raises click.ClickException when it cannot be restored."""
    with ExitStack() as open_file:
        try:
            with _progress("Checking the file", 2 * file.stat().st_size) as shown:
                checked = open_file.enter_context(
                    use_case.checked(
                        file, known_vault(settings), shown.update, is_format_1_believed=is_format_1_believed
                    )
                )
        except (BackupError, StartError, OSError) as error:
            raise click.ClickException(f"{error} Nothing was written.") from error
        if not checked.is_authenticated:
            click.echo(f"Warning: nothing tells who wrote {file}.", err=True)
        yield checked


async def _restore(settings: Settings, file: Archive, *, is_replacing: bool, is_confirmed: bool) -> StillRevoked:
    async with own_store(settings) as link:
        await _require_free(link, is_replacing=is_replacing, is_confirmed=is_confirmed)
        with _progress("Restoring", file.header.keys) as shown:
            return await use_case.restore(link, file, clock_ms(), on_progress=shown.update)


def _progress(label: str, length: int) -> Any:
    return click.progressbar(length=length, label=label, show_pos=True, file=sys.stderr)


async def _require_free(link: Link, *, is_replacing: bool, is_confirmed: bool) -> None:
    """Returns when the store may be overwritten: it is empty, holds an unfinished restore, or a person confirmed it."""
    count = await instant.count_keys(link)
    if count == 0 or await use_case.is_unfinished(link):
        return
    if not is_replacing:
        raise click.ClickException(f"The store is not empty: {count} keys are there. To remove them, say --replace.")
    if not is_confirmed:
        click.confirm(f"Remove the {count} keys that are in the store now?", abort=True)
