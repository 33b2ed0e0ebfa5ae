"""The embedded server: its lock, its deaths, its restarts, and what it says when it cannot start."""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, RedisError

from service.errors import StartError
from service.platform import embedded, folder_lock, server_log, server_program
from service.platform.embedded import EmbeddedServer
from service.platform.memory import MemoryLimit
from tests.servers import REPOSITORY, is_running

# A service reduced to its embedded server: says where it is, then sleeps.
SERVE = textwrap.dedent(
    """
    import asyncio, importlib, pathlib, sys
    from service.platform.embedded import EmbeddedServer

    async def serve():
        server = await EmbeddedServer.open(pathlib.Path(sys.argv[1]))
        print(server.pid, server.url, flush=True)
        await asyncio.sleep(3600)

    importlib.import_module(sys.argv[2]).run(serve())
    """
)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    server = await EmbeddedServer.open(tmp_path)
    yield server
    await server.close()


class Serving:
    """A process that runs nothing but the embedded server."""

    def __init__(self, data_dir: Path, event_loop: str = "asyncio") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(data_dir), event_loop], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert self.process.stdout is not None
        lines = (line.split() for line in self.process.stdout)
        self.server_pid, self.url = next((int(words[0]), words[1]) for words in lines if words and words[0].isdigit())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    process = Serving(tmp_path)
    yield process
    process.kill()


def writer_client(url: str) -> Redis:
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0))


async def restarted(server: EmbeddedServer, old_pid: int) -> None:
    async with asyncio.timeout(20):
        while server.pid in (None, old_pid) or not await answers(server.url):
            await asyncio.sleep(0.01)


async def answers(url: str) -> bool:
    async with writer_client(url) as client:
        with contextlib.suppress(RedisError, OSError):
            return bool(await client.ping())
    return False


def processes_in(folder: Path) -> list[int]:
    """The processes that work in the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder:
                found.append(int(process.name))
    return found


async def test_it_keeps_what_it_was_given_in_a_private_folder(tmp_path: Path) -> None:
    data_dir = tmp_path / "deep" / "data"
    data_dir.mkdir(mode=0o755, parents=True)
    for value in (None, b"kept"):
        server = await EmbeddedServer.open(data_dir)
        async with writer_client(server.url) as client:
            assert await client.get("key") == value
            await client.set("key", "kept")
        await server.close()
        await server.close()
        assert server.pid is None
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in (data_dir / "appendonlydir").iterdir())


@pytest.mark.parametrize("name", ["service.lock", "valkey.lock", "valkey.log"])
async def test_nothing_is_written_through_a_link_that_somebody_laid(tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).symlink_to(victim)
    with pytest.raises(StartError, match=r"cannot be used: .*symbolic link"):
        await EmbeddedServer.open(tmp_path / "data")
    assert victim.read_text() == "untouched"


MIB = 1024 * 1024


async def limit_of(client: Redis) -> int:
    return int((await client.config_get("maxmemory"))["maxmemory"] or 0)


async def fill_up(client: Redis) -> None:
    """Writes until the server refuses it; each write is checked before it is made, so the last goes over the limit."""
    for number in range(1000):
        await client.set(f"filler-{number}", b"x" * MIB)


async def test_when_its_room_is_used_up_it_refuses_writes_and_reads_on(tmp_path: Path) -> None:
    server = await EmbeddedServer.open(tmp_path, MemoryLimit(8 * MIB, 8 * MIB))
    async with writer_client(server.url) as client:
        with pytest.raises(OutOfMemoryError):
            await fill_up(client)
        assert await client.get("filler-0") == b"x" * MIB
        assert await limit_of(client) == 8 * MIB
    await server.close()


@pytest.mark.parametrize(("most", "is_taken"), [(1024 * MIB, True), (16 * MIB, False)])
async def test_data_that_was_larger_before_is_read_and_grows_as_far_as_there_is_memory(
    tmp_path: Path,
    most: int,
    is_taken: bool,  # noqa: FBT001
) -> None:
    server = await EmbeddedServer.open(tmp_path)
    async with writer_client(server.url) as client:
        assert await limit_of(client) == 0
        await client.set("large", b"x" * 20 * MIB)
    await server.close()
    server = await EmbeddedServer.open(tmp_path, MemoryLimit(8 * MIB, most))
    async with writer_client(server.url) as client:
        assert await client.strlen("large") == 20 * MIB
        limit = await limit_of(client)
        if is_taken:
            assert 20 * MIB < limit < 30 * MIB
            await client.set("another", "taken")
        else:
            assert limit == most
            with pytest.raises(OutOfMemoryError):
                await client.set("another", "refused")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await restarted(server, pid)
    async with writer_client(server.url) as client:
        assert await client.strlen("large") == 20 * MIB
    await server.close()


async def test_every_write_is_on_disk_and_nothing_is_evicted(server: EmbeddedServer) -> None:
    async with writer_client(server.url) as client:
        wanted = {"appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory-policy": "noeviction"}
        for option, value in wanted.items():
            assert await client.config_get(option) == {option: value}
        assert await client.config_get("port") == {"port": "0"}


async def test_it_hears_neither_the_secrets_nor_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMENTDESK_SECRET_KEY", "not-for-the-server")
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    server = await EmbeddedServer.open(tmp_path)
    assert server.pid is not None
    assert b"not-for-the-server" not in Path(f"/proc/{server.pid}/environ").read_bytes()
    assert os.getsid(server.pid) != os.getsid(0)
    await server.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the scheduler is Linux's")
async def test_it_waits_for_its_turn_of_a_core(server: EmbeddedServer) -> None:
    assert server.pid is not None
    assert os.sched_getscheduler(server.pid) == os.SCHED_BATCH


async def test_a_second_service_is_refused_and_the_first_unharmed(serving: Serving, tmp_path: Path) -> None:
    async with writer_client(serving.url) as client:
        await client.set("key", "before")
        with pytest.raises(StartError, match=f"process {serving.process.pid}.*{tmp_path}"):
            await EmbeddedServer.open(tmp_path)
        assert await client.get("key") == b"before"
    assert is_running(serving.server_pid)


async def test_the_same_process_cannot_hold_a_folder_twice(server: EmbeddedServer, tmp_path: Path) -> None:
    with pytest.raises(StartError, match=f"process {os.getpid()}"):
        await EmbeddedServer.open(tmp_path)
    assert await answers(server.url)


@pytest.mark.parametrize("event_loop", ["asyncio", "uvloop"])
async def test_the_server_dies_with_a_killed_service_and_the_next_takes_over(tmp_path: Path, event_loop: str) -> None:
    pytest.importorskip(event_loop)
    serving = Serving(tmp_path, event_loop)
    async with writer_client(serving.url) as client:
        await client.set("key", "kept")
    serving.kill()
    successor = await EmbeddedServer.open(tmp_path)
    assert not is_running(serving.server_pid)
    async with writer_client(successor.url) as client:
        assert await client.get("key") == b"kept"
    await successor.close()


async def test_the_next_service_waits_for_a_server_that_is_slow_to_go(tmp_path: Path) -> None:
    serving = Serving(tmp_path)
    os.kill(serving.server_pid, signal.SIGSTOP)
    serving.kill()
    waiting = asyncio.create_task(EmbeddedServer.open(tmp_path))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    assert is_running(serving.server_pid)
    os.kill(serving.server_pid, signal.SIGCONT)
    successor = await waiting
    assert not is_running(serving.server_pid)
    await successor.close()


async def test_a_server_that_never_goes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_lock, "PREDECESSOR_WAIT_SECONDS", 0.1)
    serving = Serving(tmp_path)
    os.kill(serving.server_pid, signal.SIGSTOP)
    serving.kill()
    with pytest.raises(StartError, match=f"earlier commentdesk still runs on the data folder {tmp_path}"):
        await EmbeddedServer.open(tmp_path)
    os.kill(serving.server_pid, signal.SIGKILL)
    successor = await EmbeddedServer.open(tmp_path)
    await successor.close()


async def test_killed_with_writers_in_flight_it_restarts_and_loses_nothing_acknowledged(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    acknowledged: set[int] = set()
    writing = True

    async def write(first: int) -> None:
        number = first
        async with writer_client(server.url) as client:
            while writing:
                try:
                    await client.set(f"key-{number}", number)
                    acknowledged.add(number)
                except (RedisError, OSError):
                    await asyncio.sleep(0.01)
                number += 16

    writers = [asyncio.create_task(write(first)) for first in range(16)]
    for _ in range(3):
        already, old_pid = len(acknowledged), server.pid
        assert old_pid is not None
        async with asyncio.timeout(20):
            while len(acknowledged) < already + 300:
                await asyncio.sleep(0.005)
        os.kill(old_pid, signal.SIGKILL)
        await restarted(server, old_pid)
    writing = False
    await asyncio.gather(*writers)
    assert len(acknowledged) >= 900
    assert processes_in(tmp_path) == [server.pid]
    await server.close()
    successor = await EmbeddedServer.open(tmp_path)
    async with writer_client(successor.url) as client:
        numbers = sorted(acknowledged)
        values = await client.mget([f"key-{number}" for number in numbers])
    await successor.close()
    assert [number for number, value in zip(numbers, values, strict=True) if value != str(number).encode()] == []


async def test_one_death_is_one_restart(
    server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LONGEST_BACKOFF_SECONDS", 0.01)
    old_pid = server.pid
    assert old_pid is not None
    os.kill(old_pid, signal.SIGKILL)
    await restarted(server, old_pid)
    await asyncio.sleep(0.5)  # long enough for several needless restarts
    assert (tmp_path / "valkey.log").read_text().count("Ready to accept connections") == 2


async def test_stopped_while_it_restarts_it_leaves_nothing_behind(tmp_path: Path) -> None:
    server = await EmbeddedServer.open(tmp_path)
    old_pid = server.pid
    assert old_pid is not None
    os.kill(old_pid, signal.SIGKILL)
    while server.pid in (None, old_pid):
        await asyncio.sleep(0.001)
    new_pid = server.pid
    assert new_pid is not None
    await server.close()
    assert not is_running(new_pid)
    successor = await EmbeddedServer.open(tmp_path)
    await successor.close()


async def test_a_restart_that_fails_is_tried_again(server: EmbeddedServer, tmp_path: Path) -> None:
    old_pid = server.pid
    assert old_pid is not None
    manifest = next((tmp_path / "appendonlydir").glob("*.manifest"))
    whole = manifest.read_bytes()
    manifest.write_bytes(b"not a manifest\n")
    os.kill(old_pid, signal.SIGKILL)
    log_file = tmp_path / "valkey.log"
    async with asyncio.timeout(20):
        while b"AOF manifest" not in log_file.read_bytes():
            await asyncio.sleep(0.01)
    manifest.write_bytes(whole)
    await restarted(server, old_pid)


def append_only_file(data_dir: Path) -> Path:
    return next((data_dir / "appendonlydir").glob("*.incr.aof"))


async def fill(data_dir: Path) -> None:
    server = await EmbeddedServer.open(data_dir)
    async with writer_client(server.url) as client:
        for number in range(100):
            await client.set(f"key-{number}", "a value of some length")
    await server.close()


async def test_a_torn_tail_costs_only_the_write_that_was_never_acknowledged(tmp_path: Path) -> None:
    await fill(tmp_path)
    with append_only_file(tmp_path).open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\ntorn\r\n$100\r\nhalf of")
    server = await EmbeddedServer.open(tmp_path)
    async with writer_client(server.url) as client:
        assert await client.dbsize() == 100
        assert await client.get("torn") is None
    await server.close()


async def test_a_damaged_file_is_refused_with_the_servers_own_words(tmp_path: Path) -> None:
    await fill(tmp_path)
    file = append_only_file(tmp_path)
    content = bytearray(file.read_bytes())
    content[1000:1020] = b"damage" * 3 + b"!!"
    file.write_bytes(content)
    with pytest.raises(StartError, match=r"(?s)did not start.*Bad file format reading the append only file"):
        await EmbeddedServer.open(tmp_path)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StartError, match=f"The data folder {tmp_path}/file/data cannot be used: .*Not a directory"):
        await EmbeddedServer.open(tmp_path / "file" / "data")


async def test_a_full_disk_is_refused(small_disk: Path) -> None:
    with contextlib.suppress(OSError):
        (small_disk / "filler").write_bytes(b"x" * 4_000_000)
    with pytest.raises(StartError, match=r"(?s)disk.*(No space left|did not start)"):
        await EmbeddedServer.open(small_disk)


async def test_a_read_only_folder_is_refused(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StartError, match="Read-only file system"):
        await EmbeddedServer.open(small_disk)


async def test_a_disk_that_fills_up_costs_nothing_acknowledged_and_is_recovered_from(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LONGEST_BACKOFF_SECONDS", 0.1)
    server = await EmbeddedServer.open(small_disk)
    pid = server.pid
    assert pid is not None
    acknowledged = 0
    async with writer_client(server.url) as client:
        with contextlib.suppress(RedisError, OSError):
            while acknowledged < 1000:
                await client.set(f"key-{acknowledged}", "x" * 10_000)
                acknowledged += 1
        assert 0 < acknowledged < 1000
        await restarted(server, pid)
        assert await client.dbsize() == acknowledged
        subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(RedisError, OSError):
                    assert await client.set("key-after", "room again")
                    break
                await asyncio.sleep(0.01)
        assert await client.dbsize() == acknowledged + 1
    await server.close()


async def test_a_long_path_has_its_socket_in_a_private_folder_elsewhere(tmp_path: Path) -> None:
    data_dir = tmp_path / ("a long name " * 8) / ("another " * 8)
    server = await EmbeddedServer.open(data_dir)
    async with writer_client(server.url) as client:
        assert await client.ping()
    private = server._private_dir
    assert private is not None
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    await server.close()
    assert not private.exists()


async def test_an_unusual_path_survives_the_url(tmp_path: Path) -> None:
    server = await EmbeddedServer.open(tmp_path / "a b?c#d%20é")
    assert await answers(server.url)
    await server.close()


async def test_a_log_that_grew_large_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "valkey.log").write_bytes(b"x" * (server_log.MAX_LOG_BYTES + 1))
    server = await EmbeddedServer.open(tmp_path)
    assert (tmp_path / "valkey.log").stat().st_size < server_log.MAX_LOG_BYTES
    assert (tmp_path / "valkey.log.1").stat().st_size == server_log.MAX_LOG_BYTES + 1
    await server.close()


def test_the_wheel_still_carries_its_binary_where_we_look() -> None:
    carried = server_program._carried_binary()
    assert carried is not None
    assert "Valkey server" in subprocess.run([carried, "--version"], capture_output=True, text=True, check=True).stdout


def test_without_the_wheel_a_server_on_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_program, "_carried_binary", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("redis-server", "valkey-server"):
        shutil.copy("/bin/true", tmp_path / name)
        assert server_program.find_server_binary() == tmp_path / name


async def test_without_any_server_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_program, "_carried_binary", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartError, match="COMMENTDESK_REDIS_URL"):
        await EmbeddedServer.open(tmp_path)
