"""What operators' machines call: metrics, health, readiness."""

from schemas.operation import HealthSchema, ReadinessSchema
from service import metrics
from service.errors import ForbiddenError, TooManyWrongTokensError, UnauthenticatedError
from service.platform.machine import measure_machine
from service.use_cases import watching
from service.version import own_version
from service.web import admission
from service.web.access import require_watcher
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation, outcome

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@operation("Is the process alive", answers={200: HealthSchema})
async def health(call: Call) -> Answer:  # noqa: ARG001 every handler takes its call
    return Answer(200, {"status": "ok", "version": own_version()})


@operation(
    "Can it serve",
    answers={
        200: outcome("It can serve.", ReadinessSchema),
        503: outcome("It cannot serve, or not all that it is for.", ReadinessSchema),
    },
    errors={TooManyWrongTokensError: "Too many wrong tokens came from this network."},
)
async def readiness(call: Call) -> Answer:
    """Ready when Redis answers, takes writes and keeps what it acknowledges, sites and tokens are read, and the model
    is loaded. A cluster with a part away is ready: the other sites are served; `cluster` tells. So is a store
    without memory for new comments: all others are read and decided; `memory` tells. So is one of an older format,
    which is upgraded meanwhile; `upgrade` tells. `checks` is for those who may read the metrics alone: reasons name
    servers."""
    found = await watching.check_readiness(call.desk)
    details = {"checks": found.checks} if _is_watcher(call) else {}
    return Answer(200 if found.is_ready else 503, {"ready": found.is_ready, **details})


def _is_watcher(call: Call) -> bool:
    try:
        require_watcher(call.request, call.desk, call.context)
    except (UnauthenticatedError, ForbiddenError) as error:
        admission.learn(call.request, call.desk, call.context, error)
        return False
    admission.note_given_token(call.request, call.desk, call.context)
    return True


@operation(
    "Metrics for Prometheus",
    answers={200: outcome("The metrics, in Prometheus' text format.", content_type=PROMETHEUS_TEXT)},
)
async def read_metrics(call: Call) -> Answer:
    """With an operator's token, or the one in COMMENTDESK_METRICS_TOKEN."""
    now_ms = call.desk.now_ms()
    measured = await watching.measure(call.desk, now_ms)
    text = metrics.exposition(
        call.context.counts,
        measured.sites,
        measured.store,
        streams=measured.streams,
        machine=measure_machine(call.context.embedded_dir) if call.context.embedded_dir else None,
        is_redis_up=measured.is_redis_up,
        now_ms=now_ms,
    )
    return Answer(200, text, content_type=PROMETHEUS_TEXT)
