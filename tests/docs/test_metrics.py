"""The table of metrics is the code's."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from service.app import load_model
from service.metrics import RequestMeasures, exposition
from service.platform import processes
from service.platform.counters import Counters
from service.platform.machine import Machine
from service.scoring import Scorer
from service.store.consumers import ConsumerMeasures, StreamMeasures
from service.store.measures import FileMeasures, StoreMeasures
from service.store.totals import SiteMeasures

TABLE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
BOUND = "le"


def test_every_metric_is_in_the_table_with_its_type_and_labels() -> None:
    counts = Counters()
    processes.register(counts, "service")
    Scorer(load_model(), counts)
    requests = RequestMeasures(counts)
    requests.count("GET", "/healthz", 200, 0.001)
    requests.refuse("store")
    requests.count_gate_refusal()
    requests.count_wrong_token()
    site = SiteMeasures({}, depth=0, oldest_ms=None, claims_open=0)
    file = FileMeasures(2, 1, is_rewritten=False, has_rewrite_failed=False, has_save_failed=False)
    store = StoreMeasures(
        is_durable=True,
        used_bytes=1,
        max_bytes=2,
        resident_bytes=3,
        machine_bytes=4,
        file=file,
        backed_up_ms=3,
        upgrade=None,
    )
    machine = Machine(memory_bytes=4, disk_bytes=5, disk_free_bytes=3)
    stream = StreamMeasures(events=1, dead_letters=0, consumers={"learner": ConsumerMeasures(0, 0, 0)})
    text = exposition(
        counts,
        {"default": site},
        store,
        streams={"default": stream},
        machine=machine,
        is_redis_up=True,
        now_ms=0,
    )
    exposed = {}
    for family in text_string_to_metric_families(text.decode()):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {BOUND}
        exposed[name] = (family.type, labels)
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| .+ \|$", TABLE, re.MULTILINE)
    told = {name: (kind, {label for label in labels.split(", ") if label}) for name, kind, labels in rows}
    assert told == exposed
