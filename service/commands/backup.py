"""`backup` and `restore`: copy the whole store into a file, while the service runs, and back into an empty store."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from service.commands.store import known_vault, own_store, redis_option, run, settings_with, shared_store
from service.desk import clock_ms
from service.errors import BackupError, StartError
from service.link.link import Link
from service.settings import Settings
from service.upkeep import backup as use_case
from service.upkeep import instant
from service.upkeep.archive import Archive, Header
from service.version import own_version


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@redis_option
def backup(file: Path, redis_url: str | None) -> None:
    """Write everything in the store into FILE, as it is at one instant, while the service may go on.

    Emails stay encrypted, and the secret key tells at a restore that nobody else wrote the file: keep it too,
    elsewhere. An older FILE is replaced once the new one is whole.
    """
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


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", "is_replacing", is_flag=True, help="Remove what is in the store first.")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask whether to remove it.")
@click.option(
    "--unauthenticated",
    "is_format_1_believed",
    is_flag=True,
    help="Take a backup of an older version, which does not tell who wrote it.",
)
@redis_option
def restore(
    file: Path, redis_url: str | None, *, is_replacing: bool, is_confirmed: bool, is_format_1_believed: bool
) -> None:
    """Write everything in FILE into an empty store. Stop the service first.

    The file is checked before anything is written. No service starts on a store whose restore did not get to its end.
    """
    settings = settings_with(redis_url)
    with _checked(settings, file, is_format_1_believed=is_format_1_believed) as checked:
        run(_restore(settings, checked, is_replacing=is_replacing, is_confirmed=is_confirmed))
        click.echo(f"{checked.header.keys} keys restored, as of {checked.header.created_at}.")


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


async def _restore(settings: Settings, file: Archive, *, is_replacing: bool, is_confirmed: bool) -> None:
    async with own_store(settings) as link:
        await _require_free(link, is_replacing=is_replacing, is_confirmed=is_confirmed)
        with _progress("Restoring", file.header.keys) as shown:
            await use_case.restore(link, file, clock_ms(), on_progress=shown.update)


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
