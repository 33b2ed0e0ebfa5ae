"""`serve`: runs the service until it is told to stop."""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from pathlib import Path

import click
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from service.app import build
from service.errors import StartError
from service.settings import Settings, make_folder, read_settings

SERVICE_FILE = "service.json"
"""In the data folder while the service runs: its url and pid."""
STOP_SECONDS = 10.0
"""Requests under way when the service is told to stop have so long to finish."""
_NOT_HTTP = (HttpProcessingError, web.RequestPayloadError)


@click.command()
def serve() -> None:
    """Run the service. All settings are environment variables, COMMENTDESK_...: see the README."""
    try:
        settings = read_settings(os.environ)
        _log_to_stderr(settings.log_level)
        _run(settings)
    except StartError as error:
        raise click.ClickException(str(error)) from error


def _run(settings: Settings) -> None:
    try:
        from uvloop import run  # an extra
    except ImportError:
        run = asyncio.run
    run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        await build(settings),
        access_log=None,
        shutdown_timeout=STOP_SECONDS,
        auto_decompress=False,
        handler_cancellation=False,
    )
    await runner.setup()
    gc.collect()
    gc.freeze()  # what is here now stays: it need not be looked through at every collection
    try:
        site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise StartError(f"Cannot listen on {settings.host} port {settings.port}: {error}") from error
        host, port = runner.addresses[0][:2]
        _announce(settings, f"http://{f'[{host}]' if ':' in host else host}:{port}")
        await stop.wait()
    finally:
        await runner.cleanup()
        (settings.data_dir / SERVICE_FILE).unlink(missing_ok=True)


def _announce(settings: Settings, url: str) -> None:
    make_folder(settings.data_dir)
    file = settings.data_dir / SERVICE_FILE
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}), "utf-8")
    fresh.replace(file)
    token = "COMMENTDESK_ADMIN_TOKEN" if settings.admin_token else settings.data_dir / "admin-token"
    lines = [
        f"commentdesk is at {url}",
        f"  demo article   {url}/demo" if settings.demo else "",
        f"  queue          {url}/v1/sites/default/queue (with a moderator's token)",
        f"  API docs       {url}/docs",
        f"  admin's token  {token}",
        f"  more tokens    {_python()} -m service token create --help",
    ]
    click.echo("\n".join(line for line in lines if line))


def _python() -> str:
    """The interpreter as a person would type it here."""
    python, here = Path(sys.executable), Path.cwd()
    return str(python.relative_to(here) if python.is_relative_to(here) else python)


def _log_to_stderr(level: str) -> None:
    logging.getLogger("aiohttp.server").addFilter(_is_ours)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    """Bytes that are no HTTP are their sender's mistake; aiohttp would log them whole, and they may be an email."""
    return not (record.exc_info and isinstance(record.exc_info[1], _NOT_HTTP))
