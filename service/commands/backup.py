"""`backup` and `restore`: copy the whole store into a file, while the service runs, and back into an empty store."""

from pathlib import Path

import click

from service.commands.options import redis_option


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@redis_option
def backup(file: Path, redis_url: str | None) -> None:
    """Write everything in the store into FILE, as it is at one instant, while the service may go on.

    Emails stay encrypted, and the secret key tells at a restore that nobody else wrote the file: keep it too,
    elsewhere. An older FILE is replaced once the new one is whole.

    \b
    Example:
      commentdesk backup /backups/comments-monday
    """
    from service.commands.acts.backup import back_up

    back_up(file, redis_url)


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

    \b
    Examples:
      commentdesk restore /backups/comments-monday
      commentdesk restore --replace --yes /backups/comments-monday
    """
    from service.commands.acts.backup import bring_back

    bring_back(
        file,
        redis_url,
        is_replacing=is_replacing,
        is_confirmed=is_confirmed,
        is_format_1_believed=is_format_1_believed,
    )
