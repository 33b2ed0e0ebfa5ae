"""How counters in Redis become a histogram."""

import time

from service.app import load_model
from service.metrics import RequestMeasures, exposition
from service.platform import processes
from service.platform.counters import Counters
from service.scoring import Scorer
from service.store.totals import SiteMeasures
from service.version import own_version


def test_buckets_of_the_age_at_decision_are_cumulative() -> None:
    totals = {"age_in:60": "2", "age_in:300": "1", "age_count": "4", "age_sum_ms": "90000"}
    site = SiteMeasures(totals, depth=0, oldest_ms=None, claims_open=0)
    text = exposition(Counters(), {"news": site}, None, streams={}, is_redis_up=True, now_ms=0).decode()
    name = "commentdesk_age_at_decision_seconds"
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(name))
    found = {
        bound: lines[f'{name}_bucket{{le="{bound}",site="news"}}'] for bound in ("60.0", "300.0", "604800.0", "+Inf")
    }
    assert found == {"60.0": "2.0", "300.0": "3.0", "604800.0": "3.0", "+Inf": "4.0"}
    assert lines[f'{name}_sum{{site="news"}}'] == "90.0"


def lines_of(counts: Counters) -> set[str]:
    return set(exposition(counts, {}, None, streams={}, is_redis_up=True, now_ms=0).decode().splitlines())


def test_what_alerts_watch_begins_at_0() -> None:
    counts = Counters()
    RequestMeasures(counts).expect("GET", "/v1/x")
    Scorer(load_model(), counts)
    lines = lines_of(counts)
    assert 'commentdesk_requests_total{method="GET",route="/v1/x",status="500"} 0.0' in lines
    assert 'commentdesk_requests_total{method="GET",route="/v1/x",status="503"} 0.0' in lines
    for name in ("gate_refusals", "wrong_tokens", "scored_texts", "scoring_failures", "embedded_server_deaths"):
        assert f"commentdesk_{name}_total 0.0" in lines
    for cause in ("killed", "crashed", "exited", "not_started"):
        assert f'commentdesk_worker_deaths_total{{cause="{cause}"}} 0.0' in lines
    for queue in ("classifier", "store"):
        assert f'commentdesk_overloaded_total{{queue="{queue}"}} 0.0' in lines


def test_it_tells_what_runs_and_what_its_processes_take() -> None:
    counts = Counters()
    processes.register(counts, "service")
    lines = lines_of(counts)
    assert any(own_version() in line for line in lines if line.startswith("commentdesk_build_info{"))
    told = {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines if '{process="service"}' in line}
    assert told["process_resident_memory_bytes"] > 1e6
    assert told["process_cpu_seconds_total"] > 0
    assert 0 < told["process_open_fds"] <= told["process_max_fds"]
    assert abs(told["process_start_time_seconds"] - time.time()) < 86_400


def test_a_process_that_ended_is_told_no_more() -> None:
    counts = Counters()
    processes.register(counts, "service")
    place = counts.slot("process", "service", size=2)
    counts.values[place + 1] -= 1  # another process had this number before
    assert processes.running(counts) == {}
