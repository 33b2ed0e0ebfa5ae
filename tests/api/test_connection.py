"""What happens on one connection: many requests, requests that are no HTTP, and its end."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.api.client import Api, Site, parse_replies
from tests.servers import ServiceProcess

CLOSE = b"Host: h\r\nConnection: close\r\n\r\n"
BAD = "malformed_request"


def get(path: str, head: bytes = b"Host: h\r\n\r\n") -> bytes:
    return f"GET {path} HTTP/1.1\r\n".encode() + head


def refused_so_far(api: Api) -> float:
    lines = api.get("/metrics").body.decode().splitlines()
    start = 'commentdesk_requests_total{method="*",route="unknown",status="400"} '
    return sum(float(line.removeprefix(start)) for line in lines if line.startswith(start))


@pytest.mark.parametrize(
    "sent",
    [
        b"this is no HTTP\r\n\r\n",
        b"GET /healthz HTTP/3.14\r\n\r\n",
        b"GET /healthz HTTP/1.2\r\nHost: h\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"B@D /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
        b"NONSENSE /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\n",
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"POST /v1/sites HTTP/1.1\r\nHost: h\r\nContent-Length: no\r\n\r\n",
        b"POST /v1/sites HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_no_http_is_refused_counted_and_logged_without_what_was_sent(sent: bytes, service: ServiceProcess) -> None:
    api = Api(service.url)
    before, said = refused_so_far(api), len(service.said())
    (reply,) = api.send_bytes(sent)
    assert reply.status == 400
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert refused_so_far(api) == before + 1
    (line,) = [json.loads(each) for each in service.said()[said:].splitlines()]
    assert (line["event"], line["status"], line["code"], line["method"]) == ("request_refused", 400, BAD, "other")
    assert len(line["network"]) == 12
    assert not {"this", "x" * 100, "B@D", "NONSENSE"} & set(service.said()[said:].split('"'))


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/0.9\r\nHost: h\r\n\r\n",
        b"GET /healthz HTTP/2.0\r\nHost: h\r\n\r\n",
        b"POST /nowhere\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_another_version_is_a_problem_document_and_counted(sent: bytes, service: ServiceProcess) -> None:
    api = Api(service.url)
    before, said = refused_so_far(api), len(service.said())
    (reply,) = api.send_bytes(sent)
    assert reply.refuses(400, BAD)
    assert reply.headers["connection"] == "close"
    assert refused_so_far(api) == before + 1
    (line,) = [each for each in service.said()[said:].splitlines() if reply.headers["x-request-id"] in each]
    assert len(json.loads(line)["network"]) == 12


def test_chunks_that_break_off_are_refused(site: Site) -> None:
    head = f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {site.website.token}\r\n"
    chunked = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    replies = site.anyone.send_bytes((head + chunked + "5\r\n{}   \r\nZZ\r\n\r\n").encode())
    assert {each.status for each in replies} == {400}


def test_requests_sent_at_once_are_answered_in_their_order(anyone: Api) -> None:
    paths = ["/healthz", "/nowhere", "/readyz", "/healthz"] * 20
    replies = anyone.send_bytes(b"".join(map(get, paths)) + get("/healthz", CLOSE))
    assert [each.status for each in replies] == [200, 404, 200, 200] * 20 + [200]
    assert ["connection" in each.headers for each in replies] == [False] * 80 + [True]


def test_what_follows_no_http_is_not_read(anyone: Api) -> None:
    replies = anyone.send_bytes(b"no HTTP\r\n\r\n" + get("/healthz"))
    assert [each.status for each in replies] == [400]


def test_a_client_of_http_1_0_is_answered_once_or_kept_when_it_asks(anyone: Api) -> None:
    (once,) = anyone.send_bytes(b"GET /healthz HTTP/1.0\r\n\r\n")
    assert (once.status, once.headers["connection"]) == (200, "close")
    kept = b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    first, last = anyone.send_bytes(kept + b"GET /healthz HTTP/1.0\r\n\r\n")
    assert (first.headers["connection"], last.headers["connection"]) == ("keep-alive", "close")


def test_head_is_answered_without_the_body(anyone: Api) -> None:
    whole = anyone.get("/healthz")
    head = anyone.ask("HEAD", "/healthz")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))


def test_a_wish_to_speak_another_protocol_is_answered_in_http(anyone: Api) -> None:
    upgrade = b"Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    (reply,) = anyone.send_bytes(get("/healthz", upgrade) + b"\x81\x05hello")
    assert (reply.status, reply.headers["connection"]) == (200, "close")


def test_who_waits_for_leave_to_send_gets_it(site: Site) -> None:
    body = b'{"name":"Ada","email":"a@b","body":"Sent after leave was given."}'
    head = f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {site.website.token}\r\n"
    rest = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    address = urlsplit(site.anyone.url)
    with socket.create_connection((address.hostname, address.port or 80), 10) as connection:
        connection.sendall((head + rest + "Connection: close\r\n\r\n").encode())
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    (reply,) = parse_replies(received)
    assert reply.status == 202


@pytest.mark.parametrize(
    ("authorization", "length", "status", "code"),
    [("Bearer cd_nobody", 100, 401, "unauthenticated"), ("", 1_000_000, 413, "body_too_large")],
)
def test_who_would_be_refused_gets_no_leave_to_send(
    site: Site, authorization: str, length: int, status: int, code: str
) -> None:
    token = authorization or f"Bearer {site.website.token}"
    head = f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nAuthorization: {token}\r\nExpect: 100-continue\r\n"
    rest = f"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    address = urlsplit(site.anyone.url)
    with socket.create_connection((address.hostname, address.port or 80), 10) as connection:
        connection.sendall((head + rest).encode())
        (reply,) = parse_replies(connection.recv(65536))
    reply.refuses(status, code)


def test_what_names_no_path_is_not_found(anyone: Api) -> None:
    for line in (b"OPTIONS * HTTP/1.1", b"CONNECT h:443 HTTP/1.1", b"GET http://h HTTP/1.1"):
        (reply,) = anyone.send_bytes(line + b"\r\n" + CLOSE)
        assert reply.refuses(404, "not_found"), line
        assert "server" not in reply.headers
    (reply,) = anyone.send_bytes(b"GET http://h/healthz HTTP/1.1\r\n" + CLOSE)
    assert reply.status == 200


def test_a_body_that_does_not_end_is_not_read_to_its_end(anyone: Api) -> None:
    """Answered early, so that nobody needs it."""
    address = urlsplit(anyone.url)
    size = 256 * 1024 * 1024
    head = f"POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port or 80), 10) as connection:
        connection.sendall(head.encode())
        (reply,) = parse_replies(connection.recv(65536))
        reply.refuses(404, "not_found")
        with pytest.raises(ConnectionError):
            connection.sendall(bytes(size))


def test_a_body_that_nobody_asked_for_does_not_disturb_the_next_request(anyone: Api) -> None:
    unasked = b"POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    replies = anyone.send_bytes(unasked + get("/healthz", CLOSE))
    assert [each.status for each in replies] == [404, 200]


def test_an_answer_before_the_whole_body_is_not_lost_when_the_connection_ends(anyone: Api) -> None:
    address = urlsplit(anyone.url)
    head = b"POST /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 400000\r\n\r\n"
    with socket.create_connection((address.hostname, address.port or 80), 10) as connection:
        connection.sendall(head)
        received = connection.recv(65536, socket.MSG_PEEK)
        for _ in range(40):
            connection.sendall(b"x" * 10_000)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    (reply,) = parse_replies(received)
    reply.refuses(404, "not_found")
