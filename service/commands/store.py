"""Gives commands a link to the store: to the Redis of the settings, or to the embedded server of the data folder, which
is that of a running service or is started for the time of the command."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click
import structlog

from schemas.settings import PREFIX
from service.commands.secret import secret_of
from service.errors import BackupError, RepairError, RequestError, RotationError, StartError
from service.link.address import has_password, make_link
from service.link.link import Link, explained
from service.platform.embedded import EmbeddedServer, find_running
from service.platform.kept_secret import known_previous_secret, known_secret
from service.platform.memory import MemoryLimit, memory_limit_of
from service.settings import Settings, read_settings, reader_of_redis_url
from service.store import scripts
from service.store.readiness import require_all_rights
from service.vault import Vault

CONNECT_SECONDS = 10.0
_REDIS_URL = f"{PREFIX}REDIS_URL"
T = TypeVar("T")


def settings_with(redis_url: str | None) -> Settings:
    """Returns the settings of the environment, with this address of the store when one is given.

    `-` reads the address from standard input. Raises click.ClickException when a setting is not valid.
    """
    if redis_url:
        redis_url = secret_of("--redis-url", redis_url, is_secret=has_password(redis_url))
    given = {_REDIS_URL: redis_url} if redis_url else {}
    replaced = {_REDIS_URL, f"{_REDIS_URL}_FILE"} if redis_url else set()
    environment = {name: value for name, value in os.environ.items() if name not in replaced}
    try:
        return read_settings(environment | given)
    except StartError as error:
        raise click.ClickException(str(error)) from error


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs the work and returns its result; an expected error becomes a click.ClickException with the reason.

    Only warnings and errors are logged.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        return asyncio.run(work)
    except RequestError as error:
        raise click.ClickException(explained(error)) from error
    except (BackupError, RepairError, RotationError, StartError, OSError) as error:
        raise click.ClickException(str(error)) from error


def known_vault(settings: Settings) -> Vault | None:
    """Returns a vault with the secret of the settings or the data folder, or None: it makes no secret."""
    secret = known_secret(settings)
    return Vault(secret, known_previous_secret(settings)) if secret else None


@asynccontextmanager
async def shared_store(settings: Settings) -> AsyncIterator[Link]:
    """Yields a link to the store, which a service may use meanwhile.

    Raises StartError when there is no data folder, or when the store cannot be reached.
    """
    running = settings.redis_url or find_running(settings.data_dir)
    if running is None and not settings.data_dir.is_dir():
        raise StartError(f"There is no data folder {settings.data_dir}: set COMMENTDESK_DATA_DIR or --redis-url.")
    if running and running != settings.redis_url:
        settings = replace(settings, redis_url=running, redis_url_file=None)
    async with _connected(settings) if running else own_store(settings) as link:
        yield link


@asynccontextmanager
async def own_store(settings: Settings) -> AsyncIterator[Link]:
    """Yields a link to the store for this command alone; raises StartError when a service runs on the data folder.

    Whether a service uses a server that is named by its address cannot be known.
    """
    most_bytes = memory_limit_of(settings).raised_bytes
    server = None
    if not settings.redis_url:
        server = await EmbeddedServer.open(settings.data_dir, MemoryLimit(most_bytes, most_bytes))
    if server:
        settings = replace(settings, redis_url=server.url)
    try:
        async with _connected(settings) as link:
            yield link
    finally:
        if server:
            await server.close()


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[Link]:
    """Yields a link to the store that the settings name.

    Raises StartError where it cannot be reached, StoreUnavailableError where its user lacks a right.
    """
    link = make_link(settings.redis_url or "", scripts.ALL, read_url=reader_of_redis_url(settings))
    link.open()
    try:
        if not await link.wait_whole(CONNECT_SECONDS):
            raise StartError(f"Redis cannot be reached: {link.reason}")
        await require_all_rights(link)
        yield link
    finally:
        await link.close()
