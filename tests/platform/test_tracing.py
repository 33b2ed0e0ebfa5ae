"""OpenTelemetry: nothing of it where nobody asked, and where it is asked for spans without what callers sent."""

import gzip
import importlib.util
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.api.client import Api, Site, submission
from tests.servers import ServiceProcess, skip_or_fail

SECRET = "Zanzibar7"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
COMMENTS = "/v1/sites/{site}/threads/{thread}/comments"
# redis-py takes the SDK in by itself where it is installed; the exporter is ours alone.
NOTHING_ASKED = """
import sys
import service.app
from service.tracing import start_tracing
assert start_tracing({}) is None
assert start_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}) is None
assert not [name for name in sys.modules if name.startswith("opentelemetry.exporter")]
"""
NOT_INSTALLED = """
import sys
sys.modules["opentelemetry"] = None
from service.tracing import start_tracing
assert start_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}) is None
"""


@pytest.mark.parametrize("program", [NOTHING_ASKED, NOT_INSTALLED], ids=["nothing asked", "not installed"])
def test_it_is_not_there_unless_asked_for_and_installed(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An address that takes OTLP by HTTP, and the bodies that came."""
    received: list[bytes] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", received
    server.shutdown()
    server.server_close()


def spans_in(received: list[bytes]) -> list[Any]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return [
        span
        for body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def require_otel() -> None:
    if not importlib.util.find_spec("opentelemetry") or not importlib.util.find_spec("opentelemetry.sdk"):
        skip_or_fail("the extra otel is not installed")


def test_a_stranger_neither_chooses_a_trace_nor_that_it_is_kept(
    make_service: Callable[..., ServiceProcess], collector: tuple[str, list[bytes]]
) -> None:
    """His own is a link; a valid token's is believed."""
    require_otel()
    url, received = collector
    service = make_service(settings={"OTEL_EXPORTER_OTLP_ENDPOINT": url})
    service.start()
    traced = {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
    strangers = [Api(service.url), Api(service.url, "cd_wrong"), Api(service.url)]
    ids = {each.ask("GET", "/healthz", headers=traced).headers["x-request-id"] for each in strangers}
    holder = Api(service.url, service.admin_token).ask("GET", "/healthz", headers=traced).headers["x-request-id"]
    assert service.stop() == 0
    spans = {
        next(each.value.string_value for each in span.attributes if each.key == "commentdesk.request_id"): span
        for span in spans_in(received)
        if span.name == "GET /healthz"
    }
    assert spans[holder].trace_id.hex() == TRACE_ID
    found = [spans[each] for each in ids]
    assert len({span.trace_id for span in found}) == len(strangers)
    for span in found:
        assert span.trace_id.hex() != TRACE_ID
        assert span.parent_span_id == b""
        assert [link.trace_id.hex() for link in span.links] == [TRACE_ID]


def test_a_strangers_flag_does_not_go_past_the_ratio(
    make_service: Callable[..., ServiceProcess], collector: tuple[str, list[bytes]]
) -> None:
    require_otel()
    url, received = collector
    sampler = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"}
    proxy = {"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.2"}
    service = make_service(settings={"OTEL_EXPORTER_OTLP_ENDPOINT": url} | sampler | proxy)
    service.start()
    traced = {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
    for _ in range(5):
        assert Api(service.url).ask("GET", "/healthz", headers=traced).status == 200
    assert Api(service.url, service.admin_token).ask("GET", "/openapi.json", headers=traced).status == 200
    assert service.stop() == 0
    assert {span.name for span in spans_in(received)} == {"GET /openapi.json"}


def test_a_trusted_proxy_is_believed(
    make_service: Callable[..., ServiceProcess], collector: tuple[str, list[bytes]]
) -> None:
    require_otel()
    url, received = collector
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1"}
    service = make_service(settings=settings)
    service.start()
    Api(service.url).ask("GET", "/healthz", headers={"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"})
    assert service.stop() == 0
    assert TRACE_ID in {span.trace_id.hex() for span in spans_in(received)}


def test_a_submission_is_one_trace_without_what_was_sent(
    make_service: Callable[..., ServiceProcess], collector: tuple[str, list[bytes]]
) -> None:
    require_otel()
    url, received = collector
    service = make_service(settings={"OTEL_EXPORTER_OTLP_ENDPOINT": url})
    service.start()
    site = Site("default", Api(service.url, service.admin_token))
    sent = submission(name=SECRET, email=f"{SECRET}@mail.example", body=f"{SECRET} said so.")
    headers = {
        "traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01",
        "tracestate": f"x={SECRET}",
        "baggage": f"x={SECRET}",
    }
    reply = site.admin.ask("POST", site.comments(SECRET), sent, headers=headers)
    assert reply.status == 202
    assert service.stop() == 0
    ours = {span.name: span for span in spans_in(received) if span.trace_id.hex() == TRACE_ID}
    assert set(ours) == {f"POST {COMMENTS}", "score", "submit"}
    request = ours[f"POST {COMMENTS}"]
    assert {ours["score"].parent_span_id, ours["submit"].parent_span_id} == {request.span_id}
    told = {each.key: each.value.string_value or each.value.int_value for each in request.attributes}
    assert told == {
        "http.request.method": "POST",
        "http.route": COMMENTS,
        "http.response.status_code": 202,
        "commentdesk.request_id": reply.headers["x-request-id"],
    }
    everything = b"".join(received).lower()
    assert SECRET.lower().encode() not in everything
    assert service.admin_token.encode() not in everything
