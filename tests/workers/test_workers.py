"""Two workers on one port: they share the work, die, come back, are replaced and stop, and nothing is lost."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.line import Heard, Line, Load, ask_once, open_lines, submission
from tests.servers import RedisServer, ServiceProcess, client_of, is_running, wait_until
from tests.workers.conftest import WORKERS, children, workers

MakeService = Callable[..., ServiceProcess]
CHANGE_SECONDS = 60.0
HESITATION_SECONDS = 0.5
SUBMITTED = (
    rf'commentdesk_requests_total{{method="POST",route="{re.escape("/v1/sites/{site}/threads/{thread}/comments")}",'
)


async def until(condition: Callable[[], object], what: str) -> None:
    await asyncio.to_thread(wait_until, lambda: bool(condition()), what, CHANGE_SECONDS)


def clients(pid: int) -> set[int]:
    """The ports from which the connections of a process come: of those to it, their clients' own."""
    links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.exists()]
    sockets = [each.split() for each in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(each[2].partition(":")[2], 16) for each in sockets if f"socket:[{each[9]}]" in links}


async def counted(service: ServiceProcess) -> float:
    """Submissions answered, of all workers together."""
    metrics = (await ask_once(service, "/metrics")).body.decode()
    return sum(float(value) for value in re.findall(rf'^{SUBMITTED}status="\d+"}} (\S+)$', metrics, re.MULTILINE))


async def assert_stored(service: ServiceProcess, comment_ids: list[str]) -> None:
    line = await Line.open(service)
    head = "GET /v1/sites/default/comments/{}\nAuthorization: Bearer " + service.admin_token
    for comment_id in comment_ids:
        assert (await line.ask(head.format(comment_id))).status == 200
    await line.close()


def lines_of(service: ServiceProcess, event: str) -> list[str]:
    return [line for line in service.said().splitlines() if f'"{event}"' in line]


async def last_answer(line: Line) -> Heard:
    """Asks until an answer is said to be the last."""
    while not (heard := await line.ask("GET /healthz")).is_last:
        assert heard.status == 200
    return heard


async def hesitate(service: ServiceProcess, is_over: asyncio.Event) -> list[Heard]:
    """What those hear who connect, are silent for a moment, and ask then."""
    heard = []
    while not is_over.is_set():
        async with open_lines(service, 1) as (line,):
            await asyncio.sleep(HESITATION_SECONDS)
            heard.append(await line.ask("GET /healthz"))
    return heard


def test_a_store_that_is_not_durable_is_told_once(make_service: MakeService, redis_server: RedisServer) -> None:
    with client_of(redis_server.url) as client:
        client.config_set("appendonly", "no")
        try:
            service = make_service(redis_url=redis_server.url, settings=WORKERS)
            service.spawn()
            wait_until(lambda: (service.data_dir / "service.json").exists(), "both workers to serve", CHANGE_SECONDS)
            assert len(lines_of(service, "store_not_durable")) == 1
        finally:
            client.config_set("appendonly", "yes")


async def test_both_serve_and_either_tells_the_sum(service: ServiceProcess) -> None:
    async with open_lines(service, 32) as lines:
        for line in lines:
            assert (await line.ask(*submission(service))).status == 202
        first, second = ({line.port for line in lines} & clients(pid) for pid in workers(service))
        assert first
        assert second
        assert len(first) + len(second) == 32
        for line in lines:
            metrics = (await line.ask("GET /metrics")).body.decode()
            assert f'{SUBMITTED.replace(chr(92), "")}status="202"}} 32.0' in metrics
            assert "commentdesk_scored_texts_total 32.0" in metrics


async def test_a_killed_worker_is_replaced_and_costs_only_its_open_connections(service: ServiceProcess) -> None:
    first = workers(service)
    victim = min(first)
    async with Load(service) as load:
        os.kill(victim, signal.SIGKILL)
        await until(lambda: len(lines_of(service, "worker_ready")) == 3, "another worker")
        await load.more(50)
    assert [each for each in load.refused if not each.is_for_the_store] == []
    assert all(len(breaks) == 1 for breaks in load.broken.values()), load.broken
    assert len(workers(service) - first) == 1
    await assert_stored(service, load.receipts)
    # What the killed one had counted is still there; it may have counted an answer that nobody received.
    heard = len(load.receipts) + len(load.refused)
    assert 0 <= await counted(service) - heard <= len(load.broken)


async def test_all_are_replaced_under_load_without_a_request_lost(service: ServiceProcess) -> None:
    first, is_over = workers(service), asyncio.Event()
    async with open_lines(service, 8) as idle, Load(service) as load:
        for line in idle:
            assert not (await line.ask("GET /healthz")).is_last
        hesitant = [asyncio.create_task(hesitate(service, is_over)) for _ in range(8)]
        os.kill(service.pid, signal.SIGHUP)
        await until(lambda: lines_of(service, "workers_rolled"), "two new workers")
        # Connections of before, to workers that go: they end with an answer that is said to be the last.
        assert {(await last_answer(line)).status for line in idle} == {200}
        is_over.set()
        heard = [each for some in await asyncio.gather(*hesitant) for each in some]
        await until(lambda: not workers(service) & first, "the end of the old ones")
        await load.more(50)
    assert load.broken == {}
    assert [each for each in load.refused if not each.is_for_the_store] == []
    assert {each.status for each in heard} == {200}
    assert any(each.is_last for each in heard), "some had come to the old ones"
    assert len(workers(service)) == 2
    assert await counted(service) == len(load.receipts) + len(load.refused)


async def test_told_to_stop_it_finishes_what_is_under_way(service: ServiceProcess) -> None:
    pids = children(service)
    idle, line = await Line.open(service), await Line.open(service)
    assert (await idle.ask("GET /healthz")).status == 200
    head, body = submission(service)
    line.send(f"{head}\nExpect: 100-continue", b"", len(body))
    assert b"100 Continue" in await line.reader.readuntil(b"\r\n\r\n")
    stopping = asyncio.create_task(asyncio.to_thread(service.stop))
    address = urlsplit(service.url)

    def is_refused() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((address.hostname, address.port)) != 0

    await until(is_refused, "new connections to be refused")
    for start in range(0, len(body), 4):  # from a sender who takes longer than connections are still read at a stop
        line.writer.write(body[start : start + 4])
        await asyncio.sleep(0.01)
    heard = await line.hear()
    assert heard.status == 202
    assert heard.is_last
    assert await stopping == 0
    assert await idle.reader.read() == b""
    assert not any(map(is_running, pids))
    assert not (service.data_dir / "service.json").exists()
    assert "Traceback" not in service.said()
    for each in (idle, line):
        await each.close()


def test_no_process_outlives_a_killed_supervisor(make_service: MakeService) -> None:
    service = make_service(settings=WORKERS)
    service.start()
    pids = children(service)
    assert len(pids) == 3, "two workers and the embedded server"
    service.kill()
    wait_until(lambda: not any(map(is_running, pids)), "the end of all processes", CHANGE_SECONDS)
    service.start()
    assert len(children(service)) == 3


async def test_workers_that_cannot_start_leave_the_others_at_work(service: ServiceProcess) -> None:
    first = workers(service)
    key = service.data_dir / "secret-key"
    right = key.read_text()
    key.write_text("another secret than the store's\n")
    os.kill(service.pid, signal.SIGHUP)
    await until(lambda: lines_of(service, "workers_not_rolled"), "the refusal")
    assert workers(service) == first
    victim = min(first)
    os.kill(victim, signal.SIGKILL)
    await until(lambda: len(lines_of(service, "worker_not_started")) >= 2, "two attempts")
    waits = re.findall(r'"restart_in_seconds": ([\d.]+)', service.said())
    assert waits[:3] == ["0.1", "0.2", "0.4"]
    # Half of these come to the dead one's sockets.
    assert [(await ask_once(service, "/healthz")).status for _ in range(16)] == [200] * 16
    key.write_text(right)
    await until(lambda: len(lines_of(service, "worker_ready")) == 3, "another worker")
    assert len(workers(service)) == 2


def test_what_is_wrong_at_the_start_is_told_once(
    service: ServiceProcess, make_service: MakeService, redis_server: RedisServer
) -> None:
    other = make_service(redis_url=redis_server.url, settings=WORKERS)
    other.spawn()
    assert other.wait() == 1
    assert other.said().count("Error: ") == 1
    assert "secret" in other.said().lower()
    assert "Traceback" not in other.said()


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_port_that_is_taken_is_not_shared(
    service: ServiceProcess, make_service: MakeService, redis_server: RedisServer, count: str
) -> None:
    settings = {"COMMENTDESK_WORKERS": count, "COMMENTDESK_PORT": str(urlsplit(service.url).port)}
    settings["COMMENTDESK_SECRET_KEY_FILE"] = str(service.data_dir / "secret-key")
    other = make_service(redis_url=redis_server.url, settings=settings)
    other.spawn()
    assert other.wait() == 1
    assert "Cannot listen on" in other.said()
    assert "Traceback" not in other.said()


def test_one_worker_is_the_service_itself(make_service: MakeService, redis_server: RedisServer) -> None:
    service = make_service(redis_url=redis_server.url, settings={"COMMENTDESK_WORKERS": "1"})
    service.start()
    assert children(service) == []
