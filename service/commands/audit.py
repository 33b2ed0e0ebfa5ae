"""`audit`: verifies the audit logs, and writes them into a file."""

from datetime import datetime
from pathlib import Path

import click

from service.commands.options import as_json_option, redis_option

_INSTALLATION = "Only of this site; `-` is the log of the installation, of its sites and tokens."
_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]


@click.group()
def audit() -> None:
    """Verify the audit logs, and write them into a file, while the service runs."""


@audit.command()
@click.option("--site", default=None, help=_INSTALLATION)
@click.option(
    "--checkpoints",
    "kept",
    default=None,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with checkpoints that were kept elsewhere: an earlier export as JSON Lines, or the service's log.",
)
@as_json_option
@redis_option
def verify(site: str | None, kept: Path | None, redis_url: str | None, *, is_json: bool) -> None:
    """Verify that no entry was changed, removed, inserted or moved since it was sealed.

    Ends with 1 when something is wrong.

    \b
    Examples:
      commentdesk audit verify
      commentdesk audit verify --site news --json
    """
    from service.commands.acts.audit import verify_logs

    verify_logs(site, kept, redis_url, is_json=is_json)


@audit.command()
@click.option("--site", default=None, help=_INSTALLATION)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines, or a table.",
)
@click.option("--since", type=click.DateTime(_TIMES), default=None, help="From this time on; UTC without an offset.")
@click.option("--until", type=click.DateTime(_TIMES), default=None, help="Up to the first checkpoint after this time.")
@redis_option
def export(site: str | None, kind: str, since: datetime | None, until: datetime | None, redis_url: str | None) -> None:
    """Write entries, checkpoints and public keys to standard output, so that others can verify them.

    \b
    Examples:
      commentdesk audit export --site news > news.jsonl
      commentdesk audit export --site news --format csv --since 2026-11-01 --until 2026-12-01 > november.csv
    """
    from service.commands.acts.audit import export_logs

    export_logs(site, redis_url, kind=kind, since=since, until=until)
