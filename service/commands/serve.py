"""`serve`: runs the service until a signal ends it."""

import click

from schemas.settings import PREFIX


@click.command()
@click.option("--host", help=f"Address to listen on. Default: {PREFIX}HOST.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"Port to listen on; 0: any free one. Default: {PREFIX}PORT."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help=f"Processes that serve it together. Default: {PREFIX}WORKERS."
)
@click.option(
    "--sign-in-link",
    "is_link_wanted",
    is_flag=True,
    help="Once it serves, print a link by which the administrator signs in to the console: once, for 15 minutes.",
)
def serve(*, host: str | None, port: int | None, workers: int | None, is_link_wanted: bool) -> None:
    """Run the service until a signal ends it.

    All other settings are environment variables, COMMENTDESK_...: the README has the table of them. SIGTERM and SIGINT
    finish what is under way; SIGHUP replaces the workers one by one, where there is more than one.

    \b
    Examples:
      commentdesk serve
      commentdesk serve --port 9000 --workers 2
      commentdesk serve --sign-in-link
      COMMENTDESK_REDIS_URL=redis://localhost commentdesk serve --host ::
    """
    from service.commands.acts.serve import run

    given = {"HOST": host, "PORT": port, "WORKERS": workers}
    run({name: str(value) for name, value in given.items() if value is not None}, is_link_wanted=is_link_wanted)
