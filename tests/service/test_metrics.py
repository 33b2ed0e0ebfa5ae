"""How counters in Redis become a histogram."""

from service.metrics import exposition
from service.platform.counters import Counters
from service.store.totals import SiteMeasures


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
