"""What operators' machines call: metrics, health, readiness."""

import asyncio
from contextlib import suppress

from schemas.operation import HealthSchema, ReadinessSchema
from service import metrics
from service.desk import Desk
from service.errors import ForbiddenError, RequestError, UnauthenticatedError
from service.store.measures import StoreMeasures, measure_store
from service.store.readiness import OK, check_store
from service.store.totals import SiteMeasures, measure_site
from service.store.upgrade_progress import UpgradeProgress, read_progress
from service.version import own_version
from service.web import admission
from service.web.access import require_watcher
from service.web.operation import Answer, Call, operation

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@operation("Is the process alive", answers={200: HealthSchema})
async def health(call: Call) -> Answer:  # noqa: ARG001 every handler takes its call
    return Answer(200, {"status": "ok", "version": own_version()})


@operation("Can it serve", answers={200: ReadinessSchema, 503: ReadinessSchema}, errors=(429,))
async def readiness(call: Call) -> Answer:
    """Ready when Redis answers, takes writes and keeps what it acknowledges, sites and tokens are read, and the model
    is loaded. A cluster with a part away is ready: the other sites are served; `cluster` tells. So is a store
    without memory for new comments: all others are read and decided; `memory` tells. So is one of an older format,
    which is upgraded meanwhile; `upgrade` tells. `checks` is for those who may read the metrics alone: reasons name
    servers."""
    desk = call.desk
    checks = await check_store(desk.link)
    checks["registry"] = OK if desk.registry.is_loaded else desk.registry.problem or "not read yet"
    checks["model"] = OK if desk.scorer.model else "not loaded"
    checks |= await _upgrade_of(desk)
    is_ready = all(checks[name] == OK for name in ("redis", "durability", "registry", "model"))
    details = {"checks": checks} if _is_watcher(call) else {}
    return Answer(200 if is_ready else 503, {"ready": is_ready, **details})


async def _upgrade_of(desk: Desk) -> dict[str, str]:
    progress: UpgradeProgress | None = None
    if desk.registry.is_upgrading:
        with suppress(RequestError):
            progress = await read_progress(desk.link)
    if progress is None:
        return {}
    return {"upgrade": f"older formats are rewritten: {progress.looked_at} of {progress.total} keys were looked at"}


def _is_watcher(call: Call) -> bool:
    try:
        require_watcher(call.request, call.desk, call.context)
    except (UnauthenticatedError, ForbiddenError) as error:
        admission.learn(call.request, call.desk, call.context, error)
        return False
    admission.note_given_token(call.request, call.desk, call.context)
    return True


@operation("Metrics for Prometheus", answers={200: "Prometheus text."}, errors=(401, 403, 429))
async def read_metrics(call: Call) -> Answer:
    """With an operator's token, or the one in COMMENTDESK_METRICS_TOKEN."""
    desk = call.desk
    now_ms = desk.now_ms()
    sites: dict[str, SiteMeasures] = {}
    store: StoreMeasures | None = None
    try:
        names = list(desk.registry.sites)
        measured = await asyncio.gather(*(measure_site(desk.link, name, now_ms) for name in names))
        sites = dict(zip(names, measured, strict=True))
        store = await measure_store(desk.link)
        is_up = desk.link.is_up
    except RequestError:
        is_up = False
    text = metrics.exposition(call.context.counts, sites, store, is_redis_up=is_up, now_ms=now_ms)
    return Answer(200, text, content_type=PROMETHEUS_TEXT)
