"""Disks that are full, read-only or cut off in the middle of a write, and two who want the same one."""

import asyncio
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from service.domain.submission import Receipt
from service.store import scripts
from tests.faults.load import WRITERS, Witness, at_work, check, more
from tests.pipeline.crowd import AGAIN_SECONDS, PATIENCE_SECONDS, Crowd, Sent
from tests.servers import RedisServer, ServiceProcess, wait_until
from tests.store.desk import STATES, Store, connected
from tests.store.recount import recount

MakeService = Callable[..., ServiceProcess]

LEFT_BYTES = 200_000
"""On the small disk, when the load begins: a few waves."""
DEATHS = 5
CUTS = 24
LINKS = 2
"""To the store and to what changes: each says when it is connected."""
QUESTIONS = 200


def service_on(folder: Path, log: Path) -> ServiceProcess:
    service = ServiceProcess(folder)
    service.output = log
    return service


@pytest.fixture
def service(small_disk: Path, tmp_path: Path) -> Iterator[ServiceProcess]:
    """With all its data on the small disk, but not its log."""
    service = service_on(small_disk / "data", tmp_path / "service.log")
    yield service
    service.kill()


async def test_a_disk_that_fills_up_under_load_costs_nothing_acknowledged(
    service: ServiceProcess, small_disk: Path
) -> None:
    service.start()
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - LEFT_BYTES))
    sent: list[Sent] = []

    async def wait_and_make_room(witness: Witness) -> None:
        with witness.trouble():
            await crowd.until(lambda: service.said().count("embedded_server_died") >= DEATHS)
            ballast.unlink()
            await crowd.until(lambda: len(crowd.receipts) == len(sent) == len(crowd.decided))
            await witness.until_ready()

    async with Crowd(service) as crowd:
        await at_work(crowd, sent, wait_and_make_room)
        assert crowd.silent == 0
        await check(crowd, sent, f"unix://{service.data_dir}/valkey.sock?db=0")
    assert "Traceback" not in service.said()


async def test_readyz_is_not_deceived_by_a_server_that_started_again_on_a_full_disk(
    service: ServiceProcess, small_disk: Path
) -> None:
    service.start()
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * shutil.disk_usage(small_disk).free)
    async with Crowd(service) as crowd:
        posting = asyncio.create_task(crowd.post_all(more([]), WRITERS))
        await crowd.until(lambda: "embedded_server_died" in service.said())
        posting.cancel()
        said: list[int] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while service.said().count("redis_connected") <= 2 * LINKS and len(said) < QUESTIONS:
                said.append((await crowd.ask("GET", "/readyz"))[0])
                await asyncio.sleep(AGAIN_SECONDS)
        assert service.said().count("redis_connected") > LINKS, "it did not start again"
        assert set(said) == {503}
        ballast.unlink()
        await Witness(crowd).until_ready()
        await crowd.post_all(more([]), WRITERS)
    assert "Traceback" not in service.said()


async def test_on_a_read_only_folder_a_start_is_refused_and_what_is_there_is_unharmed(
    service: ServiceProcess, small_disk: Path
) -> None:
    service.start()
    sent: list[Sent] = []

    async def nothing(witness: Witness) -> None:
        pass

    async with Crowd(service) as crowd:
        await at_work(crowd, sent, nothing)
        assert service.stop() == 0
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        service.spawn()
        assert service.wait() == 1
        assert "Read-only file system" in service.said()
        assert "Traceback" not in service.said()
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        service.start()
        await check(crowd, sent, f"unix://{service.data_dir}/valkey.sock?db=0")


def test_with_a_server_elsewhere_a_read_only_folder_is_named_at_start(
    small_disk: Path, redis_server: RedisServer, tmp_path: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for folder in (small_disk, small_disk / "data"):
        service = ServiceProcess(
            folder, redis_url=redis_server.url, settings={"COMMENTDESK_SECRET_KEY": "a-secret-key-of-these-tests"}
        )
        service.output = tmp_path / "service.log"
        service.spawn()
        try:
            assert service.wait() == 1
        finally:
            service.kill()
        assert "Read-only file system" in service.said()
        assert "Traceback" not in service.said()


def test_of_two_that_start_at_once_on_an_empty_folder_one_serves(tmp_path: Path) -> None:
    both = [service_on(tmp_path / "data", tmp_path / f"{name}.log") for name in ("one", "other")]
    for each in both:
        each.spawn()
    try:
        refused = wait_until(lambda: refused_of(both), "one of them to be refused", 30)
        assert refused.wait() == 1
        (serving,) = (each for each in both if each is not refused)
        serving.wait_ready()
        assert "Traceback" not in refused.said() + serving.said()
        assert serving.stop() == 0
    finally:
        for each in both:
            each.kill()


def refused_of(services: list[ServiceProcess]) -> ServiceProcess | None:
    return next((each for each in services if "Another commentdesk" in each.said()), None)


async def test_wherever_the_append_only_file_is_torn_there_is_no_half_of_anything() -> None:
    """The file ends anywhere: all before is there, and what was not written whole is not there at all."""
    server = RedisServer("valkey-single")
    server.start()
    try:
        acknowledged = await written(server)
        server.kill()
        (file,) = (server.folder / "appendonlydir").glob("*.incr.aof")
        whole = file.read_bytes()
        chance = random.Random(1)
        kept = []
        for size in sorted((chance.randrange(len(whole) // 2, len(whole)) for _ in range(CUTS)), reverse=True):
            file.write_bytes(whole[:size])
            server.start()
            with redis.Redis.from_url(server.url) as client:
                kept.append(len(recount(client).comments))
            server.kill()
        assert kept == sorted(kept, reverse=True)
        assert kept[0] <= len(acknowledged)
        assert len(set(kept)) > 2, "all cuts in the same place"
    finally:
        server.kill()
        server.stop()


async def written(server: RedisServer) -> list[Receipt]:
    """Comments with all that can be done to them."""
    link = await connected(server.url, scripts.ALL)
    store = Store(link)
    receipts = []
    for number in range(30):
        receipts.append(await store.submit())
        await store.claim(limit=1)
        if number % 4:
            await store.decide(receipts[-1].comment_id, list(STATES)[number % 3])
        if number % 4 == 2:
            await store.undo(receipts[-1].comment_id)
    await link.close()
    return receipts
