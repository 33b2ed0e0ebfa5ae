"""The link by which the administrator signs in to the console of a service that has just started."""

import asyncio

import click
import structlog

from service.commands.api import connect, path_of
from service.domain.caller import ADMIN

SECONDS = 5.0
"""How long a start waits for it."""

log = structlog.get_logger(__name__)


async def sign_in_link(url: str) -> str:
    """Asks the service at an address for a link, as the administrator of the environment; "" where it gives none, which
    keeps no service from running."""
    try:
        async with asyncio.timeout(SECONDS):
            return await asyncio.to_thread(_ask, url)
    except (click.ClickException, KeyError, TimeoutError) as error:
        reason = error.message if isinstance(error, click.ClickException) else type(error).__name__
        log.warning("no_sign_in_link", reason=reason)
        return ""


def _ask(url: str) -> str:
    made = connect(url, None).call("POST", path_of("tokens", ADMIN.token_id, "links"))
    return str(made["sign_in_link"])
