"""What is counted and told of the processes of a service: how they die, and what each takes."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pages.reader import Reader
from tests.servers import ServiceProcess, wait_until
from tests.workers.conftest import WORKERS, children, workers

CHANGE_SECONDS = 60.0


def told(service: ServiceProcess) -> dict[str, float]:
    """Every line of the metrics: its series, and its value."""
    text = Reader(service.url, service.admin_token).get("/metrics").text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}


def deaths(service: ServiceProcess) -> dict[str, float]:
    found = told(service)
    causes = {
        re.search(r'cause="(\w+)"', series): value for series, value in found.items() if "worker_deaths" in series
    }
    return {match[1]: value for match, value in causes.items() if match}


def until_ready(service: ServiceProcess, count: int) -> None:
    wait_until(lambda: service.said().count('"worker_ready"') == count, "another worker", CHANGE_SECONDS)


@pytest.mark.parametrize(("number", "cause"), [(signal.SIGKILL, "killed"), (signal.SIGSEGV, "crashed")])
def test_a_death_of_a_worker_is_counted_by_its_cause(
    service: ServiceProcess, number: signal.Signals, cause: str
) -> None:
    assert deaths(service) == {"killed": 0, "crashed": 0, "exited": 0, "not_started": 0}
    os.kill(min(workers(service)), number)
    until_ready(service, 3)
    assert deaths(service) == {"killed": 0, "crashed": 0, "exited": 0, "not_started": 0} | {cause: 1}


def test_a_reload_is_no_death(service: ServiceProcess) -> None:
    os.kill(service.pid, signal.SIGHUP)
    wait_until(lambda: '"workers_rolled"' in service.said(), "two new workers", CHANGE_SECONDS)
    assert set(deaths(service).values()) == {0}


def test_a_worker_that_cannot_start_is_counted_again_and_again(service: ServiceProcess) -> None:
    """Those that memory is wanting for die before they serve."""
    key = service.data_dir / "secret-key"
    right = key.read_text()
    key.write_text("another secret than the store's\n")
    os.kill(min(workers(service)), signal.SIGKILL)
    wait_until(lambda: service.said().count('"worker_not_started"') >= 2, "two attempts", CHANGE_SECONDS)
    assert deaths(service)["not_started"] >= 2
    key.write_text(right)
    until_ready(service, 3)


def test_each_process_tells_what_it_takes_whoever_answers(service: ServiceProcess) -> None:
    names = {"supervisor", "worker 0", "worker 1"}
    for _ in range(4):  # either worker
        found = told(service)
        for kind in ("cpu_seconds_total", "resident_memory_bytes", "open_fds", "max_fds", "start_time_seconds"):
            series = {f'process_{kind}{{process="{name}"}}' for name in names}
            assert series <= set(found)
            assert all(found[each] > 0 for each in series)
    victim = Path(f"/proc/{min(workers(service))}/comm").read_text().strip().removeprefix("desk ")
    before = found[f'process_start_time_seconds{{process="{victim}"}}']
    os.kill(min(workers(service)), signal.SIGKILL)
    until_ready(service, 3)
    assert told(service)[f'process_start_time_seconds{{process="{victim}"}}'] > before


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_death_of_the_embedded_server_is_counted(make_service: Callable[..., ServiceProcess], count: str) -> None:
    service = make_service(settings={**WORKERS, "COMMENTDESK_WORKERS": count})
    service.start()
    assert told(service)["commentdesk_embedded_server_deaths_total"] == 0
    [server] = set(children(service)) - workers(service)
    os.kill(server, signal.SIGKILL)
    wait_until(
        lambda: told(service)["commentdesk_embedded_server_deaths_total"] == 1, "the count of a death", CHANGE_SECONDS
    )
    service.wait_ready()


def test_one_process_tells_of_itself(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    assert Path(f"/proc/{service.pid}/comm").read_text().strip() == "desk service"
    resident = told(service)['process_resident_memory_bytes{process="service"}']
    status = Path(f"/proc/{service.pid}/status").read_text()
    [kilobytes] = re.findall(r"VmRSS:\s+(\d+) kB", status)
    assert resident == pytest.approx(int(kilobytes) * 1024, rel=0.1)
