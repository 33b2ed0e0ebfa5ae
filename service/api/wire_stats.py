"""How series look on the wire."""

from collections.abc import Callable
from typing import Any

from service.domain.decision import Decision
from service.domain.routing import Verdict
from service.domain.series import Series
from service.domain.standing import RISK_BANDS, Standing, standing_by_risk, standing_by_verdict
from service.domain.times import rfc3339

Json = dict[str, Any]
_BY = "by:"


def stats_json(series: Series, name_of: Callable[[str], str | None]) -> Json:
    """A series as `schemas.stats.StatsSchema` has it."""
    return {
        "span": series.span,
        "step_seconds": series.step_ms // 1000,
        "at": [rfc3339(at_ms) for at_ms in series.at_ms],
        "arrivals": {verdict.value: series.of(f"submitted:{verdict}") for verdict in Verdict},
        "decided": {decision.value: series.of(f"decided:{decision}") for decision in Decision},
        "undone": series.of("undone"),
        "depth": series.depth,
        "oldest_age_seconds": series.oldest_age_seconds,
        "time_to_decision": {
            "count": series.of("age_count"),
            "median_seconds": series.decision_times.median,
            "p95_seconds": series.decision_times.most,
        },
        "by_member": _by_member(series, name_of),
        "standing": {
            "by_verdict": {verdict.value: _standing(each) for verdict, each in standing_by_verdict(series).items()},
            "by_risk": [
                {"risk_from": band / RISK_BANDS, "risk_to": (band + 1) / RISK_BANDS, **_standing(each)}
                for band, each in enumerate(standing_by_risk(series))
            ],
        },
    }


def _standing(standing: Standing) -> dict[str, int]:
    return standing._asdict()


def _by_member(series: Series, name_of: Callable[[str], str | None]) -> list[Json]:
    actors = [name.removeprefix(_BY) for name in series.counted if name.startswith(_BY)]
    rows = [
        {"member_id": actor or None, "name": name_of(actor) if actor else None, "decided": series.of(_BY + actor)}
        for actor in actors
    ]
    return sorted(rows, key=lambda row: -sum(row["decided"]))
