"""Real servers for tests: Redis and Valkey, alone or as a cluster of one node, and the service itself as a process."""

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
import redis

from service.errors import StartError
from service.platform.server_program import find_server_binary

T = TypeVar("T")

REPOSITORY = Path(__file__).resolve().parent.parent
ONE_SERVER_KINDS = ("valkey-single", "valkey-cluster", "redis-single", "redis-cluster")
THREE_MASTERS = "valkey-masters"
REDIS_SERVER_KINDS = (*ONE_SERVER_KINDS, THREE_MASTERS)
SERVER_START_SECONDS = 20.0
SERVICE_START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], T | None], what: str, timeout_seconds: float) -> T:
    """The first true value of `condition`; while it is too early it may fail with OSError, RedisError or on HTTP."""
    deadline = time.monotonic() + timeout_seconds
    last_error: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if value := condition():
                return value
        except (OSError, redis.RedisError, http.client.HTTPException) as error:
            last_error = error
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {timeout_seconds} s for {what}; last error: {last_error!r}")


def skip_or_fail(reason: str) -> None:
    """A tool is missing: a developer's tests go on without it, CI's do not."""
    if os.environ.get("TESTS_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def is_running(pid: int) -> bool:
    """Whether the process still runs; one that has ended but was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def client_of(url: str) -> redis.Redis:
    """A client of the server or cluster at a URL as the service takes it. What a test asks of it works on both."""
    scheme, _, nodes = url.partition("://")
    if scheme != "redis+cluster":
        return redis.Redis.from_url(url)
    host, _, port = nodes.split(",")[0].rpartition(":")
    return redis.RedisCluster(host, int(port))  # type: ignore[return-value]  # close enough


_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
OWN_PORTS = range(10_000 + 2_500 * (_NUMBER % 8), 12_500 + 2_500 * (_NUMBER % 8))
"""Those that this one of several processes of the tests gives out."""
_given: set[int] = set()


class ServerProcess:
    """A server that runs, or does not."""

    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, as a power cut would do to the process."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(with_signal)
            self._process.wait(STOP_SECONDS)


class RedisServer(ServerProcess):
    """A durable server of one of ONE_SERVER_KINDS in its own folder; `start` again after `kill` keeps the data."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.is_cluster = kind.endswith("-cluster")
        # A short path, for the socket's sake: pytest's own folders can be too long for one.
        self.folder = Path(tempfile.mkdtemp(prefix="cd-test-"))
        self.port = free_port() if self.is_cluster else 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.is_cluster else f"unix://{self.folder}/server.sock?db=0"

    def start(self) -> None:
        if self.is_alive:
            return
        with (self.folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(self._command(), stdout=output, stderr=output, cwd=self.folder)
        with redis.Redis.from_url(self.url) as client:
            wait_until(lambda: self._is_ready(client), f"the {self.kind} server", SERVER_START_SECONDS)

    def flush(self) -> None:
        """Empties the database; a server that a test killed is started again first."""
        self.start()
        with client_of(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_ready(self, client: redis.Redis) -> bool:
        assert self.is_alive, (self.folder / "server.log").read_text()
        client.ping()
        if not self.is_cluster:
            return True
        if client.cluster("INFO")["cluster_slots_assigned"] != "16384":
            client.cluster("ADDSLOTSRANGE", 0, 16383)
        return bool(client.cluster("INFO")["cluster_state"] == "ok")

    def _command(self) -> list[str]:
        address = (
            self._cluster_options()
            if self.is_cluster
            else ["--port", "0", "--unixsocket", f"{self.folder}/server.sock"]
        )
        durability = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        return [server_binary(self.kind), *address, "--dir", str(self.folder), *durability]

    def _cluster_options(self) -> list[str]:
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "cluster-enabled": "yes",
            # The kernel's choice too: the default, port + 10000, may be taken or out of range.
            "cluster-port": str(free_port()),
            "cluster-announce-ip": "127.0.0.1",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]


def server_binary(kind: str) -> str:
    if kind.startswith("redis-"):
        found = shutil.which("redis-server")
        if found is None:
            skip_or_fail("redis-server is not on PATH (Debian: apt install redis-server)")
        return str(found)
    try:
        return str(find_server_binary())
    except StartError as error:
        skip_or_fail(str(error))
        raise


def free_port() -> int:
    """A port that nobody listens on, never the same one twice, and of this process of the tests alone: who asked for it
    may bind it later. Below those from which the kernel takes the ports of outgoing connections: one of these would be
    gone before the server binds it, as thousands are opened meanwhile."""
    while True:
        port = random.choice(OWN_PORTS)
        if port in _given:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port


class ServiceProcess:
    """`python -m service serve` on a data folder, as a person starts it; `start` again after `kill` keeps the data."""

    def __init__(
        self,
        data_dir: Path,
        *,
        redis_url: str | None = None,
        admin_token: str = "an-admin-token-for-tests-0123456789",
        settings: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "service", "serve"),
    ) -> None:
        """Without `redis_url` the service runs its embedded server; `settings` are further environment variables."""
        self.data_dir = data_dir
        self.admin_token = admin_token
        self.url = ""
        self.output = data_dir.with_name(f"{data_dir.name}.log")
        self._command = list(command)
        self._environment = _environment_without_settings() | {
            "COMMENTDESK_PORT": "0",
            "COMMENTDESK_DATA_DIR": str(data_dir),
            "COMMENTDESK_ADMIN_TOKEN": admin_token,
            **({"COMMENTDESK_REDIS_URL": redis_url} if redis_url else {}),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once `/readyz` says 200; fails with all that the service said when it ends or takes too long."""
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Starts it without waiting for anything."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=REPOSITORY,
                env=self._environment,
            )

    def wait_listening(self) -> None:
        """Returns when the service answers, ready or not."""
        self.url = wait_until(self._read_address, "the service to listen", SERVICE_START_SECONDS)

    def wait_ready(self) -> None:
        self.wait_listening()
        wait_until(lambda: self._readyz_status() == 200, "/readyz to say 200", SERVICE_START_SECONDS)

    def kill(self) -> None:
        """SIGKILL, as a power cut would do to the process."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """An orderly end; the exit status, negative for a signal."""
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        """The exit status of a service that ends by itself."""
        assert self._process is not None
        return self._process.wait(SERVICE_START_SECONDS)

    def said(self) -> str:
        """All that the service wrote to its output so far."""
        return self.output.read_text(errors="replace")

    def _end(self, with_signal: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(with_signal)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"the service took over {STOP_SECONDS} s to stop:\n{self.said()}") from None

    def _read_address(self) -> str | None:
        self._assert_running()
        with contextlib.suppress(FileNotFoundError):
            address = json.loads((self.data_dir / "service.json").read_text())
            # A killed service left its own behind.
            return str(address["url"]) if address["pid"] == self.pid else None
        return None

    def _readyz_status(self) -> int:
        self._assert_running()
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    def _assert_running(self) -> None:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the service ended with {self._process.returncode}:\n{self.said()}")


def _environment_without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
