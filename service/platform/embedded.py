"""The embedded server: a Valkey that runs on the data folder, for an installation that names no Redis."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service.errors import StartError
from service.platform.counters import Counters
from service.platform.folder import ROOT, make_folder
from service.platform.folder_lock import lock_for_server, lock_for_service
from service.platform.memory import NO_LIMIT, MemoryLimit
from service.platform.server_log import log_tail, open_log, rotate_log
from service.platform.server_program import find_server_binary, server_command, server_environment

log = structlog.get_logger(__name__)

SOCKET_NAME = "valkey.sock"
# sun_path holds 108 bytes on Linux and 104 on macOS, its closing zero included.
MAX_SOCKET_PATH_BYTES = 103
STOP_WAIT_SECONDS = 10.0
FIRST_BACKOFF_SECONDS = 0.1
LONGEST_BACKOFF_SECONDS = 5.0
WELL_SECONDS = 10.0
"""After a server has run this long its death resets the backoff."""
POLL_SECONDS = 0.01
LOADING_NOTICE_SECONDS = 10.0
SERVER_DEATHS = "commentdesk_embedded_server_deaths"
"""The counter of its ends that nobody asked for; each is followed by a restart."""
RAISED = 1.1
"""Where the data has reached the limit already, the limit becomes this multiple of the memory in use."""


class EmbeddedServer:
    """A Valkey that runs as a child process on the data folder and is restarted when it dies.

    Two locks guard the folder: this process alone holds `service.lock`, which shows that a service is alive; the server
    inherits `valkey.lock`, which is therefore held exactly as long as anything writes to the folder.
    """

    def __init__(
        self, data_dir: Path, binary: Path, limit: MemoryLimit = NO_LIMIT, *, counts: Counters | None = None
    ) -> None:
        """Starts nothing: use `open`."""
        self._counts = counts or Counters()
        self._deaths = self._counts.slot(SERVER_DEATHS)
        self._data_dir = data_dir.absolute()
        self._limit = limit
        self._binary = binary
        self._locks: list[int] = []
        self._private_dir: Path | None = None
        self._socket = self._socket_path()
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self.url = f"unix://{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        """The process id of the running server; None between a death and the restart."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @classmethod
    async def open(cls, data_dir: Path, limit: MemoryLimit = NO_LIMIT, *, counts: Counters | None = None) -> Self:
        """Starts the server with a limit on its memory, and returns when it answers and has read all its data.

        Its deaths go into `counts`.

        Call it from the main thread: Linux takes the parent of a child for dead when the thread that started it ends.
        Raises StartError when another service holds the folder, there is no server to run, or it does not start.
        """
        server = cls(data_dir, find_server_binary(), limit, counts=counts)
        try:
            await server._lock_folder()
            process = await server._launch()
        except OSError as error:
            await server.close()
            raise StartError(f"The data folder {server._data_dir} cannot be used: {error}") from error
        except BaseException:
            await server.close()
            raise
        server._supervisor = asyncio.create_task(server._supervise(process), name="embedded-server")
        return server

    async def close(self) -> None:
        """Ends the server by SIGTERM, after ten seconds by SIGKILL, and unlocks the folder; it may be called twice."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
            self._supervisor = None
        if self._process is not None:
            await _end(self._process)
            self._process = None
        while self._locks:
            os.close(self._locks.pop())
        if self._private_dir is not None:
            shutil.rmtree(self._private_dir, ignore_errors=True)
            self._private_dir = None

    def _socket_path(self) -> Path:
        wanted = self._data_dir / SOCKET_NAME
        if len(os.fsencode(wanted)) <= MAX_SOCKET_PATH_BYTES:
            return wanted
        # mkdtemp makes a folder of mode 0700 whose name nobody could predict; a killed service does not remove it.
        self._private_dir = Path(tempfile.mkdtemp(prefix="commentdesk-"))
        return self._private_dir / SOCKET_NAME

    async def _lock_folder(self) -> None:
        make_folder(self._data_dir)
        self._locks.append(lock_for_service(self._data_dir))
        rotate_log(self._data_dir)
        self._locks.append(await lock_for_server(self._data_dir))
        if self._private_dir is not None:
            _link_socket(self._data_dir / SOCKET_NAME, self._socket)

    async def _launch(self) -> asyncio.subprocess.Process:
        """Starts the server once and waits until it is ready; raises StartError with its last output when it ends."""
        with open_log(self._data_dir) as output:
            log_start = output.tell()
            process = self._process = await asyncio.create_subprocess_exec(
                *server_command(self._binary, self._data_dir, self._socket, max_bytes=self._limit.max_bytes),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._data_dir,
                env=server_environment(),
                pass_fds=self._locks[1:],
                # Ctrl-C in a terminal signals the whole group: the service alone handles it, and drains before the end.
                start_new_session=True,
            )
        await _ready_or_ended(process, self.url)
        if process.returncode is not None:
            last_words = log_tail(self._data_dir, log_start)
            raise StartError(f"The embedded server did not start on {self._data_dir}. It said:\n{last_words}")
        await self._raise_limit()
        log.info("embedded_server_ready", pid=process.pid, binary=str(self._binary), data_dir=str(self._data_dir))
        return process

    async def _raise_limit(self) -> None:
        """Raises a limit that the data has reached already, as after an upgrade from a version without one.

        At the limit the server still serves reads and decisions; a raised one lets it take new comments too, as far as
        there is memory.
        """
        if not self._limit.max_bytes:
            return
        async with Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            with contextlib.suppress(RedisError, OSError):  # the server has died again: `_supervise` restarts it
                used = int((await client.info("memory"))["used_memory"])
                wanted = int(used * RAISED)
                if wanted <= self._limit.max_bytes:
                    return
                raised = max(self._limit.max_bytes, min(wanted, self._limit.raised_bytes))
                await client.config_set("maxmemory", raised)
                log.warning("embedded_server_nearly_full", used_bytes=used, max_bytes=raised)

    async def _supervise(self, process: asyncio.subprocess.Process) -> None:
        """Restarts the server whenever it dies, after a wait that doubles from death to death."""
        backoff_seconds = FIRST_BACKOFF_SECONDS
        while True:
            started = time.monotonic()
            exit_status = await process.wait()
            if time.monotonic() - started >= WELL_SECONDS:
                backoff_seconds = FIRST_BACKOFF_SECONDS
            self._counts.values[self._deaths] += 1
            log.error("embedded_server_died", exit_status=exit_status, restart_in_seconds=backoff_seconds)
            await asyncio.sleep(backoff_seconds)
            backoff_seconds = min(backoff_seconds * 2, LONGEST_BACKOFF_SECONDS)
            try:
                process = await self._launch()
            except (StartError, OSError) as error:
                log.error("embedded_server_restart_failed", reason=str(error))  # noqa: TRY400 - the reason says it all


def find_running(data_dir: Path) -> str | None:
    """Returns the address of the embedded server that runs on this folder, or None when none runs.

    The server of another user is used by root alone; root's own server is used by anybody.
    """
    path = (data_dir / SOCKET_NAME).resolve()
    if os.geteuid() != ROOT and path.exists() and path.stat().st_uid not in (os.geteuid(), ROOT):
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return None
    return f"unix://{quote(str(path))}?db=0"


def _link_socket(name: Path, to: Path) -> None:
    """Makes a link in the data folder to a socket that lies elsewhere because its path would be too long."""
    name.unlink(missing_ok=True)
    name.symlink_to(to)


async def _ready_or_ended(process: asyncio.subprocess.Process, url: str) -> None:
    """Returns when the server is ready, or when its process has ended."""
    ended = asyncio.create_task(process.wait())
    ready = asyncio.create_task(_until_ready(url))
    try:
        await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
    finally:
        ready.cancel()
        ended.cancel()
        await asyncio.gather(ready, ended, return_exceptions=True)


async def _until_ready(url: str) -> None:
    """Returns when the server answers PING, which it does after it has read all its data."""
    client = Redis.from_url(url, retry=Retry(NoBackoff(), 0))
    notice_at = time.monotonic() + LOADING_NOTICE_SECONDS
    async with client:
        while True:
            with contextlib.suppress(RedisError, OSError):
                await client.ping()
                return
            if time.monotonic() > notice_at:
                notice_at += LOADING_NOTICE_SECONDS
                log.warning("embedded_server_still_loading")
            await asyncio.sleep(POLL_SECONDS)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Sends SIGTERM, and SIGKILL when the process has not ended after STOP_WAIT_SECONDS."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_WAIT_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
