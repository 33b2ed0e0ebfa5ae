"""What `serve` does: one process that serves, or a supervisor of several, from its start to its end."""

import asyncio
import json
import os
import platform
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path

import click
import structlog

from schemas.settings import PREFIX
from service.commands.acts.sign_in import sign_in_link
from service.domain.site import Audience
from service.errors import StartError
from service.log import log_to_stderr
from service.platform import notices, processes
from service.platform.counters import Counters
from service.platform.embedded import EmbeddedServer
from service.platform.folder import make_folder, write_own
from service.platform.memory import memory_limit_of
from service.platform.sockets import Listeners, close, listen
from service.platform.supervisor import Supervisor, memory_for, own_region
from service.settings import Settings, read_settings
from service.version import own_version

SERVICE_FILE = "service.json"
"""The file in the data folder that holds the url and pid of the service while it runs."""
DEMO_PAGE = "/demo"
DEMO_SECONDS = 2.0
"""How long a start waits for the answer of its own demo page."""


log = structlog.get_logger(__name__)


def run(given: Mapping[str, str], *, is_link_wanted: bool) -> None:
    """Serves until a signal comes, with the settings of the environment, those that are given by name over them.

    The workers, which read the environment too, are given them by it. Where a link is wanted, one by which the
    administrator signs in to the console is printed once it serves.
    """
    for name, value in given.items():
        os.environ.pop(f"{PREFIX}{name}_FILE", None)
        os.environ[PREFIX + name] = value
    try:
        settings = read_settings(os.environ)
        log_to_stderr(settings.log_level)
        log.info("service_starting", version=own_version(), python=platform.python_version(), workers=settings.workers)
        if settings.workers == 1:
            _run(settings, is_link_wanted=is_link_wanted)
        else:
            asyncio.run(_supervise(settings, is_link_wanted=is_link_wanted))
    except StartError as error:
        notices.notify(notices.status(str(error)))
        raise click.ClickException(str(error)) from error


def _run(settings: Settings, *, is_link_wanted: bool) -> None:
    from service.serving import run_loop  # here, as a supervisor loads neither the model nor its libraries

    run_loop(_serve(settings, is_link_wanted=is_link_wanted))


async def _serve(settings: Settings, *, is_link_wanted: bool) -> None:
    from service.serving import serving

    stop = _set_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    counts = Counters()
    processes.register(counts, "service")
    starting = asyncio.create_task(notices.ask_for_time())
    async with serving(settings, counts) as process:
        listeners = listen(settings.host, settings.port, 1)
        process.open(listeners)
        starting.cancel()
        await _announce(settings, listeners, is_link_wanted=is_link_wanted)
        living = asyncio.create_task(notices.give_signs_of_life())
        try:
            await stop.wait()
            notices.notify(notices.STOPPING)
            await process.stop()
        finally:
            living.cancel()
            (settings.data_dir / SERVICE_FILE).unlink(missing_ok=True)


async def _supervise(settings: Settings, *, is_link_wanted: bool) -> None:
    stop, roll = _set_by(signal.SIGINT, signal.SIGTERM), _set_by(signal.SIGHUP)
    starting = asyncio.create_task(notices.ask_for_time())
    memory = memory_for(settings.workers)
    counts = Counters(memory, own_region(settings.workers))
    async with AsyncExitStack() as ending:
        url = settings.redis_url or await _start_server(settings, counts, ending)
        listeners = listen(settings.host, settings.port, settings.workers)
        supervisor = Supervisor(listeners, url, memory, counts=counts)
        ending.push_async_callback(supervisor.close)
        ending.callback(close, listeners)
        await _start(supervisor, stop)
        starting.cancel()
        if stop.is_set():
            return
        address = await _announce(settings, listeners, is_link_wanted=is_link_wanted)
        ending.callback((settings.data_dir / SERVICE_FILE).unlink, missing_ok=True)
        tasks = [
            asyncio.create_task(_roll_on(roll, supervisor, address)),
            asyncio.create_task(notices.give_signs_of_life()),
        ]
        await stop.wait()
        notices.notify(notices.STOPPING)
        for task in tasks:
            task.cancel()


async def _start(supervisor: Supervisor, stop: asyncio.Event) -> None:
    """Returns when all workers serve, or when `stop` is set before."""
    starting, stopped = asyncio.create_task(supervisor.open()), asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if starting in done:
        starting.result()
    else:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)


async def _roll_on(roll: asyncio.Event, supervisor: Supervisor, url: str) -> None:
    """Replaces all workers whenever the event is set; the new ones may be of another version than this process."""
    while True:
        await roll.wait()
        roll.clear()
        notices.notify(*notices.reloading())
        reason = await supervisor.roll()
        words = f"The workers were not replaced, and go on: {reason}" if reason else f"New workers serve at {url}"
        notices.notify(notices.READY, notices.status(words))


async def _start_server(settings: Settings, counts: Counters, ending: AsyncExitStack) -> str:
    server = await EmbeddedServer.open(settings.data_dir, memory_limit_of(settings), counts=counts)
    ending.push_async_callback(server.close)
    return server.url


def _set_by(*signals: signal.Signals) -> asyncio.Event:
    """Returns an event that any of these signals sets."""
    event = asyncio.Event()
    for number in signals:
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event


async def _announce(settings: Settings, listeners: Listeners, *, is_link_wanted: bool) -> str:
    """Writes the address of the service into the data folder, and prints where its parts are.

    Returns the address.
    """
    listening, port = listeners[0][0].getsockname()[:2]
    host = _local_host(listening)
    url = _address(host, port)
    demo = await _demo_address(settings, host, port)
    make_folder(settings.data_dir)
    _write_address(settings.data_dir / SERVICE_FILE, json.dumps({"url": url, "pid": os.getpid()}))
    token = "COMMENTDESK_ADMIN_TOKEN" if settings.admin_token else settings.data_dir / "admin-token"
    shown = settings.public_url.url if settings.public_url else url
    link = await sign_in_link(url) if is_link_wanted else ""
    lines = [
        f"commentdesk is at {url}"
        + ("" if host == listening else f", and on every other address of this machine ({listening})")
        + (f", in {settings.workers} workers" if settings.workers > 1 else ""),
        f"  for browsers   {shown}" if shown != url else "",
        f"  console        {shown}/console",
        f"  sign in there  {link}" if link else "",
        "                 (the administrator's link: it works once, for 15 minutes)" if link else "",
        f"  demo article   {demo}" if demo else "",
        f"  queue          {shown}/v1/sites/default/queue (with a moderator's token)",
        f"  API docs       {shown}/docs",
        f"  admin's token  {token}",
        f"  more tokens    {_python()} -m service token create --help",
    ]
    click.echo("\n".join(line for line in lines if line))
    notices.notify(notices.READY, notices.status(f"Version {own_version()} serves at {url}"))
    return url


def _local_host(listening: str) -> str:
    """Returns the address that reaches the service from this machine: loopback where it listens on every address."""
    address = ip_address(listening)
    return listening if not address.is_unspecified else "::1" if address.version == 6 else "127.0.0.1"


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def _demo_address(settings: Settings, host: str, port: int) -> str:
    """Returns the address of the demo from this machine, or "" when it is not served there."""
    if settings.demo is Audience.NOBODY or (settings.demo is Audience.LOCAL and not ip_address(host).is_loopback):
        return ""
    try:
        async with asyncio.timeout(DEMO_SECONDS):
            base = settings.public_url.url if settings.public_url else _address(host, port)
            return f"{base}{DEMO_PAGE}" if await _demo_status(host, port) == HTTPStatus.OK else ""
    except (OSError, TimeoutError, ValueError, IndexError):
        return ""


async def _demo_status(host: str, port: int) -> int:
    """Returns the status of the demo's page: it is not 200 when a publisher's site has the name of the demo's site."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"HEAD {DEMO_PAGE} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()


def _write_address(file: Path, address: str) -> None:
    try:
        write_own(file, address)
    except OSError as error:
        raise StartError(f"The data folder {file.parent} cannot be written to: {error}") from error


def _python() -> str:
    """Returns the path of the interpreter as a person would type it in the working directory."""
    python, here = Path(sys.executable), Path.cwd()
    return str(python.relative_to(here) if python.is_relative_to(here) else python)
