"""Makes traces for OpenTelemetry where the extra `otel` is installed and OTEL_EXPORTER_OTLP_ENDPOINT is set.

Elsewhere OpenTelemetry is not imported, and requests do not pass through this module. Spans hold what the log holds:
patterns of routes, statuses, names of commands and scripts; never an address, a key of Redis, or what a caller sent.
The instrumentations of OpenTelemetry are not used because they record whole paths and commands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from classifier import Classifier, Text
from service.errors import RequestError
from service.link.link import Argument, Link, Server
from service.platform.counters import Counters
from service.scoring import Scored, Scorer
from service.store import scripts
from service.web.exchange import Handle, Request, StreamResponse
from service.web.route import Route

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""A setting of OpenTelemetry, as are OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and the rest."""
_SCRIPTS = {script.digest: script.name for script in vars(scripts).values() if isinstance(script, scripts.Script)}

log = structlog.get_logger(__name__)


def start_tracing(environment: Mapping[str, str]) -> "Tracing | None":
    """Returns what makes and sends spans, or None where the endpoint is not set or the extra is not installed."""
    if not environment.get(ENDPOINT):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("tracing_not_installed", advice="install commentdesk[otel]")
        return None
    name = environment.get("OTEL_SERVICE_NAME", "commentdesk")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


class Tracing:
    """Puts spans around requests, batches of the classifier and commands to Redis."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry.context import Context
        from opentelemetry.trace import Link as SpanLink
        from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer: Any = provider.get_tracer("commentdesk")
        self._server_kind, self._client_kind = SpanKind.SERVER, SpanKind.CLIENT
        self._failed = Status(StatusCode.ERROR)
        self._propagator = TraceContextTextMapPropagator()
        self._no_parent, self._span_of, self._link_to = Context(), get_current_span, SpanLink

    def scorer(self, classifier: Classifier, counts: Counters) -> Scorer:
        """Returns a scorer with a span around each batch."""
        return _TracedScorer(classifier, counts, self._tracer)

    def link(self, link: Link) -> Link:
        """Returns the link with a span around each command."""
        return _TracedLink(link, self)

    def handler(self, route: Route, handle: Handle, is_believed: Callable[[Request], bool]) -> Handle:
        """Returns the handler with a span around it.

        The span belongs to the trace of a caller who is believed. The trace of a stranger is only linked: otherwise he
        would choose the ids, and which of his requests are sampled.
        """
        name = f"{route.method} {route.path}"
        attributes = {"http.request.method": route.method, "http.route": route.path}

        async def traced(request: Request) -> StreamResponse:
            # Only the two ids of a caller are read: `tracestate` may hold any text.
            parent = self._propagator.extract({"traceparent": request.headers.get("traceparent", "")})
            is_part = is_believed(request)
            theirs = self._span_of(parent).get_span_context()
            with self._tracer.start_as_current_span(
                name,
                context=parent if is_part else self._no_parent,
                links=[self._link_to(theirs)] if theirs.is_valid and not is_part else (),
                kind=self._server_kind,
                attributes=attributes,
                record_exception=False,
                set_status_on_exception=False,
            ) as span:
                response = await handle(request)
                span.set_attribute("http.response.status_code", response.status)
                span.set_attribute("commentdesk.request_id", response.headers["X-Request-ID"])
                if response.status >= 500:
                    span.set_status(self._failed)
                return response

        return traced

    def begin_command(self, command: tuple[Argument, ...]) -> Any:
        """Returns the span of a command to Redis; the caller has to end it."""
        script = _SCRIPTS.get(str(command[1]), "") if command[0] == "EVALSHA" else ""
        attributes = {"db.system.name": "redis", "db.operation.name": str(command[0]), "commentdesk.script": script}
        return self._tracer.start_span(script or str(command[0]), kind=self._client_kind, attributes=attributes)

    def fail(self, span: Any) -> None:
        """Marks the span as failed and ends it."""
        span.set_status(self._failed)
        span.end()

    async def close(self) -> None:
        """Sends the remaining spans."""
        await asyncio.to_thread(self._provider.shutdown)


class _TracedScorer(Scorer):
    def __init__(self, classifier: Classifier, counts: Counters, tracer: Any) -> None:
        super().__init__(classifier, counts)
        self._tracer = tracer

    def _score(self, texts: list[Text]) -> list[Scored]:
        """Makes a span in the trace of the first text of the batch."""
        with self._tracer.start_as_current_span("score", attributes={"commentdesk.texts": len(texts)}):
            return super()._score(texts)


class _TracedLink:
    """A `Link` with a span for each command."""

    def __init__(self, link: Link, tracing: Tracing) -> None:
        self._link = link
        self._tracing = tracing

    @property
    def reason(self) -> str:
        return self._link.reason

    @property
    def is_up(self) -> bool:
        return self._link.is_up

    def open(self) -> None:
        self._link.open()

    async def wait_up(self, timeout_seconds: float) -> bool:
        return await self._link.wait_up(timeout_seconds)

    async def wait_whole(self, timeout_seconds: float) -> bool:
        return await self._link.wait_whole(timeout_seconds)

    async def close(self) -> None:
        await self._link.close()

    def call(self, *command: Argument) -> Awaitable[Any]:
        span = self._tracing.begin_command(command)
        try:
            reply = asyncio.ensure_future(self._link.call(*command))
        except RequestError:
            self._tracing.fail(span)
            raise

        def end(done: asyncio.Future[Any]) -> None:
            if done.cancelled() or done.exception():
                self._tracing.fail(span)
            else:
                span.end()

        reply.add_done_callback(end)
        return reply

    async def call_each(self, *command: Argument) -> list[Any]:
        return await self._link.call_each(*command)

    def servers(self) -> Sequence[Server]:
        return self._link.servers()
