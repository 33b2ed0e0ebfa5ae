"""Writes the metrics as Prometheus text. Every metric is named here alone; `docs/metrics.md` explains each."""

import platform
from collections.abc import Callable, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from schemas.submissions import SIDE_DATA
from service import scoring
from service.domain.decision import Decision
from service.domain.routing import Verdict
from service.domain.state import State
from service.errors import OverloadedError
from service.platform import processes
from service.platform.counters import Counters, Timer
from service.platform.embedded import SERVER_DEATHS
from service.platform.machine import Machine
from service.platform.processes import ProcessFigures
from service.platform.supervisor import WORKER_DEATHS, WorkerDeath
from service.store.comments import AGE_BOUNDS_SECONDS
from service.store.consumers import StreamMeasures
from service.store.measures import StoreMeasures
from service.store.totals import SiteMeasures
from service.version import own_version

disable_created_metrics()  # type: ignore[no-untyped-call]  # these would double the size, and say only when a counter began

_REQUESTS = "commentdesk_requests"
_REQUEST_SECONDS = "commentdesk_request_seconds"
_OVERLOADED = "commentdesk_overloaded"
_GATE_REFUSALS = "commentdesk_gate_refusals"
_WRONG_TOKENS = "commentdesk_wrong_tokens"
_MENDED = "commentdesk_side_data_mended"
EVENT_LISTENERS = "commentdesk_event_listeners"
_WATCHED_STATUSES = (500, 503)
"""Alerts count these: a counter that is born at its first event shows no increase then, so they begin at 0."""
_UNREADABLE_RULES = "commentdesk_unreadable_rules"
_UNREAD_ADDRESSES = "commentdesk_unread_addresses"
_REQUEST_BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)

_COUNTERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (_REQUESTS, "Requests answered.", ("method", "route", "status")),
    (_OVERLOADED, "Requests refused because too much waits.", ("queue",)),
    (_GATE_REFUSALS, "Submissions of strangers that were refused before they were read.", ()),
    (_WRONG_TOKENS, "Requests with a token that is not valid.", ()),
    (_MENDED, "Fields of `article` and `client` that were cut, mended or left out.", ("field",)),
    (_UNREAD_ADDRESSES, "Requests of readers whose address a trusted proxy did not tell in a form that is read.", ()),
    (_UNREADABLE_RULES, "Rules of a policy that could not be read when it was made ready.", ()),
    (scoring.TEXTS, "Texts scored.", ()),
    (scoring.FAILURES, "Texts that the classifier failed on.", ()),
    (WORKER_DEATHS, "Workers that ended without being told to.", ("cause",)),
    (SERVER_DEATHS, "Ends of the embedded server that nobody asked for.", ()),
)
_TIMERS: tuple[tuple[str, str, tuple[str, ...], tuple[float, ...]], ...] = (
    (_REQUEST_SECONDS, "Time to answer a request.", ("method", "route"), _REQUEST_BOUNDS_SECONDS),
    (scoring.SECONDS, "Time the classifier took for one batch.", (), scoring.BOUNDS_SECONDS),
)


class RequestMeasures:
    """Counts and times requests by method, route and status."""

    def __init__(self, counts: Counters) -> None:
        self._counts = counts
        self._places: dict[tuple[str, str, int], int] = {}
        self._timers: dict[tuple[str, str], Timer] = {}
        self._mended = {field: counts.slot(_MENDED, field) for field in SIDE_DATA}
        for name, _, labels in _COUNTERS:
            if not labels:
                counts.slot(name)
        for queue in OverloadedError.QUEUES:
            counts.slot(_OVERLOADED, queue)
        for death in WorkerDeath:
            counts.slot(WORKER_DEATHS, death)

    def expect(self, method: str, route: str) -> None:
        """Counts from 0 what alerts watch of a route."""
        for status in _WATCHED_STATUSES:
            self._place_of(method, route, status)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request and the time that it took."""
        place = self._places.get((method, route, status))
        if place is None:
            place = self._place_of(method, route, status)
        self._counts.values[place] += 1
        timer = self._timers.get((method, route))
        if timer is None:
            timer = self._counts.timer(_REQUEST_SECONDS, method, route, bounds=_REQUEST_BOUNDS_SECONDS)
            self._timers[method, route] = timer
        timer.observe(seconds)

    def _place_of(self, method: str, route: str, status: int) -> int:
        place = self._counts.slot(_REQUESTS, method, route, str(status))
        self._places[method, route, status] = place
        return place

    def refuse(self, queue: str) -> None:
        """Counts a request that was refused because too much waits in that queue."""
        self._counts.values[self._counts.slot(_OVERLOADED, queue)] += 1

    def count_gate_refusal(self) -> None:
        """Counts a submission of a stranger that was refused before it was read."""
        self._counts.values[self._counts.slot(_GATE_REFUSALS)] += 1

    def count_mended(self, field: str) -> None:
        """Counts a field of SIDE_DATA that was not kept as its website passed it on."""
        self._counts.values[self._mended[field]] += 1

    def count_wrong_token(self) -> None:
        """Counts a request with a token that is not valid."""
        self._counts.values[self._counts.slot(_WRONG_TOKENS)] += 1

    def count_unreadable_rules(self, count: int) -> None:
        """Counts rules that were taken once and cannot be read any more."""
        self._counts.values[self._counts.slot(_UNREADABLE_RULES)] += count

    def count_unread_address(self) -> None:
        """Counts a request whose reader a trusted proxy names by no address that can be read."""
        self._counts.values[self._counts.slot(_UNREAD_ADDRESSES)] += 1


def answer_times(counts: Counters, method: str, route: str) -> dict[float | None, int]:
    """How many requests of a route were answered since the service started, by the least bound in seconds that they
    stayed within; None is what stayed within none."""
    buckets = counts.totals().get((_REQUEST_SECONDS, method, route), [0] * (len(_REQUEST_BOUNDS_SECONDS) + 2))
    return dict(zip((*_REQUEST_BOUNDS_SECONDS, None), map(int, buckets[:-1]), strict=True))


class _Families(Collector):
    """Gives metrics that were read elsewhere to the exposition."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def exposition(
    counts: Counters,
    sites: Mapping[str, SiteMeasures],
    store: StoreMeasures | None,
    *,
    streams: Mapping[str, StreamMeasures],
    machine: Machine | None = None,
    is_redis_up: bool,
    now_ms: int,
) -> bytes:
    """Returns all metrics as text, the same in every process.

    Those of sites come from Redis, the others are summed over the workers. `streams` has the streams of events by site,
    and that of the installation under an empty name; `machine` is that of the embedded server, where there is one.
    """
    is_up = GaugeMetricFamily("commentdesk_redis_up", "1 while Redis answers.", value=is_redis_up)
    registry = CollectorRegistry()
    of_sites = [*_site_families(sites, now_ms), *_stream_families(streams)]
    own = [
        *_process_families(counts),
        _listeners_family(counts),
        *_machine_families(processes.running(counts)),
        _build_family(),
    ]
    families = [*own, *of_sites, is_up, *_store_families(store), *_disk_families(store, machine)]
    registry.register(_Families(families))
    return generate_latest(registry)


def _process_families(counts: Counters) -> list[Metric]:
    totals = counts.totals()
    families: list[Metric] = []
    for name, help_text, labels in _COUNTERS:
        counter = CounterMetricFamily(name, help_text, labels=labels)
        for (found, *values), numbers in totals.items():
            if found == name:
                counter.add_metric(values, numbers[0])
        families.append(counter)
    for name, help_text, labels, bounds in _TIMERS:
        timer = HistogramMetricFamily(name, help_text, labels=labels)
        for (found, *values), (*buckets, seconds) in totals.items():
            if found == name:
                bounded = zip([*map(str, map(float, bounds)), "+Inf"], accumulate(buckets), strict=True)
                timer.add_metric(values, list(bounded), seconds)
        families.append(timer)
    return families


def _listeners_family(counts: Counters) -> Metric:
    listeners = counts.totals().get((EVENT_LISTENERS,), [0])
    return GaugeMetricFamily(EVENT_LISTENERS, "Streams of events that are open.", value=listeners[0])


def _build_family() -> Metric:
    return InfoMetricFamily(
        "commentdesk_build",
        "What runs: its version, and Python's.",
        value={"version": own_version(), "python": platform.python_version()},
    )


_FIGURES: tuple[tuple[type[Metric], str, str, Callable[[ProcessFigures], float]], ...] = (
    (CounterMetricFamily, "process_cpu_seconds", "Processor time used.", lambda it: it.cpu_seconds),
    (GaugeMetricFamily, "process_resident_memory_bytes", "Memory in use.", lambda it: it.resident_bytes),
    (GaugeMetricFamily, "process_open_fds", "Open descriptors.", lambda it: it.open_descriptors),
    (GaugeMetricFamily, "process_max_fds", "Descriptors that may be open.", lambda it: it.most_descriptors),
    (GaugeMetricFamily, "process_start_time_seconds", "When it started, since 1970.", lambda it: it.started_seconds),
)


def _machine_families(figures: Mapping[str, ProcessFigures]) -> list[Metric]:
    """What the machine knows of each process of the service, by its name."""
    families: list[Metric] = []
    for kind, name, help_text, value_of in _FIGURES:
        family = kind(name, help_text, labels=("process",))  # type: ignore[call-arg]
        for process, measured in figures.items():
            family.add_metric((process,), value_of(measured))  # type: ignore[attr-defined]
        families.append(family)
    return families


def _store_families(store: StoreMeasures | None) -> list[Metric]:
    """Returns no metrics when `store` is None, which means that Redis does not answer."""
    if store is None:
        return []
    return [
        GaugeMetricFamily(name, help_text, value=value)
        for name, help_text, value in (
            ("commentdesk_store_durable", "1 while all that is acknowledged is on disk.", store.is_durable),
            ("commentdesk_redis_memory_used_bytes", "Memory that Redis uses.", store.used_bytes),
            ("commentdesk_redis_memory_max_bytes", "Memory that Redis may use; 0 is no limit.", store.max_bytes),
            ("commentdesk_last_backup_timestamp_seconds", "When the last backup was made.", store.backed_up_ms / 1000),
            (
                "commentdesk_upgrade_ratio",
                "How much of the store the upgrade under way has looked at; 1 when none is.",
                store.upgrade.ratio if store.upgrade else 1,
            ),
        )
    ]


def _disk_families(store: StoreMeasures | None, machine: Machine | None) -> list[Metric]:
    """Returns the metrics of the disk, the append-only file and the machine: those of the machine that the embedded
    server shares with us are known also while it does not answer, and those of another one only as Redis tells them.
    """
    told: list[tuple[str, str, float]] = []
    if machine:
        told += [
            ("commentdesk_disk_size_bytes", "Size of the disk of the data folder.", machine.disk_bytes),
            ("commentdesk_disk_free_bytes", "Room on that disk.", machine.disk_free_bytes),
        ]
    if store:
        memory_bytes = machine.memory_bytes if machine else store.machine_bytes
        told += [
            (
                "commentdesk_redis_memory_resident_bytes",
                "Memory that Redis takes.",
                store.resident_bytes,
            ),
            ("commentdesk_redis_machine_memory_bytes", "Memory of its machine.", memory_bytes),
        ]
    if store and store.file:
        told += [
            ("commentdesk_aof_size_bytes", "Size of the append-only file.", store.file.size_bytes),
            ("commentdesk_aof_base_size_bytes", "Its size after the last rewrite.", store.file.base_bytes),
            ("commentdesk_aof_rewriting", "1 while it is rewritten.", store.file.is_rewritten),
            ("commentdesk_aof_rewrite_failed", "1 when its last rewrite failed.", store.file.has_rewrite_failed),
            ("commentdesk_rdb_save_failed", "1 when the last save of an RDB failed.", store.file.has_save_failed),
        ]
    return [GaugeMetricFamily(name, help_text, value=value) for name, help_text, value in told]


def _site_families(sites: Mapping[str, SiteMeasures], now_ms: int) -> list[Metric]:
    submissions = CounterMetricFamily(
        "commentdesk_submissions", "Comments taken in, by the machine's verdict.", labels=("site", "verdict")
    )
    repeats = CounterMetricFamily(
        "commentdesk_repeats", "Exact repeats that were answered with the first answer.", labels=("site",)
    )
    unscored = CounterMetricFamily(
        "commentdesk_unscored", "Comments held because they could not be scored.", labels=("site",)
    )
    unknown_readers = CounterMetricFamily(
        "commentdesk_unknown_readers",
        "Comments whose website did not tell the reader's address: no limit of a reader held for them.",
        labels=("site",),
    )
    limited = CounterMetricFamily("commentdesk_rate_limited", "Submissions over a rate limit.", labels=("site",))
    decisions = CounterMetricFamily("commentdesk_decisions", "Decisions of moderators.", labels=("site", "decision"))
    undone = CounterMetricFamily("commentdesk_undone_decisions", "Decisions taken back.", labels=("site",))
    comments = GaugeMetricFamily("commentdesk_comments", "Comments now in a state.", labels=("site", "state"))
    depth = GaugeMetricFamily("commentdesk_queue_depth", "Comments that await a decision.", labels=("site",))
    oldest = GaugeMetricFamily(
        "commentdesk_queue_oldest_age_seconds", "Age of the oldest of them; 0 when there is none.", labels=("site",)
    )
    claims = GaugeMetricFamily("commentdesk_claims_open", "Claims that have not expired.", labels=("site",))
    ages = HistogramMetricFamily(
        "commentdesk_age_at_decision_seconds", "Age of a comment when it left the queue.", labels=("site",)
    )
    for site, measured in sites.items():
        totals = measured.totals
        for verdict in Verdict:
            submissions.add_metric((site, verdict), int(totals.get(f"submitted:{verdict}", 0)))
        for decision in Decision:
            decisions.add_metric((site, decision), int(totals.get(f"decided:{decision}", 0)))
        for state in State:
            comments.add_metric((site, state), int(totals.get(f"state:{state}", 0)))
        repeats.add_metric((site,), int(totals.get("repeats", 0)))
        unscored.add_metric((site,), int(totals.get("unscored", 0)))
        unknown_readers.add_metric((site,), int(totals.get("unknown_reader", 0)))
        limited.add_metric((site,), int(totals.get("refused:rate_limited", 0)))
        undone.add_metric((site,), int(totals.get("undone", 0)))
        depth.add_metric((site,), measured.depth)
        oldest.add_metric((site,), max(0, now_ms - measured.oldest_ms) / 1000 if measured.oldest_ms else 0)
        claims.add_metric((site,), measured.claims_open)
        count = int(totals.get("age_count", 0))
        up_to = accumulate(int(totals.get(f"age_in:{bound}", 0)) for bound in AGE_BOUNDS_SECONDS)
        buckets = [
            (str(float(bound)), count_below) for bound, count_below in zip(AGE_BOUNDS_SECONDS, up_to, strict=True)
        ]
        ages.add_metric((site,), [*buckets, ("+Inf", count)], int(totals.get("age_sum_ms", 0)) / 1000)
    counted = [submissions, repeats, unscored, unknown_readers, limited, decisions, undone]
    return [*counted, comments, depth, oldest, claims, ages]


def _stream_families(streams: Mapping[str, StreamMeasures]) -> list[Metric]:
    """Returns the metrics of streams; the label `site` is empty for the stream of the installation."""
    events = GaugeMetricFamily("commentdesk_events", "Events that are kept.", labels=("site",))
    letters = CounterMetricFamily(
        "commentdesk_dead_letters", "Events that a consumer gave up after many attempts.", labels=("site",)
    )
    labels = ("site", "consumer")
    behind = GaugeMetricFamily(
        "commentdesk_consumer_behind_events", "Events that a consumer has not handled yet.", labels=labels
    )
    seconds = GaugeMetricFamily(
        "commentdesk_consumer_behind_seconds", "Age of the first of them; 0 when there is none.", labels=labels
    )
    lost = CounterMetricFamily(
        "commentdesk_consumer_lost_events", "Events that were trimmed before a consumer came to them.", labels=labels
    )
    sealed = CounterMetricFamily("commentdesk_audit_entries", "Entries of the audit log.", labels=("site",))
    unsealed = GaugeMetricFamily(
        "commentdesk_audit_behind_events", "Events that are not in the audit log yet.", labels=("site",)
    )
    unsealed_seconds = GaugeMetricFamily(
        "commentdesk_audit_behind_seconds", "Age of the first of them; 0 when there is none.", labels=("site",)
    )
    for site, stream in streams.items():
        sealed.add_metric((site,), stream.sealed)
        unsealed.add_metric((site,), stream.unsealed.behind)
        unsealed_seconds.add_metric((site,), stream.unsealed.behind_ms / 1000)
        events.add_metric((site,), stream.events)
        letters.add_metric((site,), stream.dead_letters)
        for consumer, measured in stream.consumers.items():
            behind.add_metric((site, consumer), measured.behind)
            seconds.add_metric((site, consumer), measured.behind_ms / 1000)
            lost.add_metric((site, consumer), measured.lost)
    return [events, letters, behind, seconds, lost, sealed, unsealed, unsealed_seconds]
