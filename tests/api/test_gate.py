"""What is refused before its body is read: strangers over their rate, wrong tokens, and the connection goes on."""

import json
import os
import socket
from collections.abc import Callable
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.connections import Connections, request
from service.web.gate import GUESSES, READER
from tests.api.client import Api, Site, make_site, parse_replies, submission
from tests.servers import ServiceProcess

LONG = "The harbour was full of boats, and nobody knew where they had come from. " * 130
numbers = count()
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def public(new_site: Callable[..., Site]) -> Site:
    return new_site(public_submission=True)


def worn_out(site: Site) -> Site:
    """A site at whose gate this machine's readers have nothing left: refused for other reasons, they spent it."""
    for _ in range(int(READER.burst) + 5):
        reply = site.anyone.post(site.comments(), {})
    reply.refuses(429, "rate_limited")
    return site


def cpu_seconds(service: ServiceProcess) -> float:
    fields = Path(f"/proc/{service.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def test_refused_submissions_are_counted_too(public: Site) -> None:
    found = [public.anyone.post(public.comments(), {}) for _ in range(int(READER.burst))]
    assert {reply.status for reply in found} == {422}
    reply = public.anyone.post(public.comments(), submission())
    reply.refuses(429, "rate_limited")
    assert 1 <= int(reply.headers["retry-after"]) <= 2


def head_alone(site: Site, authorization: str = "") -> bytes:
    """The head of a submission whose body is not sent yet."""
    lines = [f"POST {site.comments()} HTTP/1.1", "Host: h", "Content-Type: application/json", "Content-Length: 50"]
    lines += [f"Authorization: {authorization}"] if authorization else []
    return "\r\n".join([*lines, "", ""]).encode()


def test_the_body_of_who_is_refused_is_not_waited_for(public: Site) -> None:
    worn_out(public)
    address = urlsplit(public.anyone.url)
    with socket.create_connection((address.hostname, address.port or 80), 10) as connection:
        connection.sendall(head_alone(public))
        (reply,) = parse_replies(connection.recv(65536))
        reply.refuses(429, "rate_limited")
        connection.sendall(b" " * 50 + b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        (after,) = parse_replies(b"".join(iter(lambda: connection.recv(65536), b"")))
    assert after.status == 200


@pytest.mark.parametrize("authorization", ["", "Bearer cd_not-one-of-ours", "Basic YTpi"])
def test_nor_that_of_who_may_not_come_at_all(site: Site, authorization: str) -> None:
    address = urlsplit(site.anyone.url)
    with socket.create_connection((address.hostname, address.port or 80), 10) as connection:
        connection.sendall(head_alone(site, authorization))
        (reply,) = parse_replies(connection.recv(65536))
    reply.refuses(401, "unauthenticated")


def test_a_website_is_not_asked(public: Site) -> None:
    worn_out(public)
    assert public.website.post(public.comments(), submission()).status == 202


def test_they_are_counted(public: Site) -> None:
    def counted() -> float:
        lines = public.admin.get("/metrics").body.decode().splitlines()
        (line,) = [each for each in lines if each.startswith("commentdesk_gate_refusals_total ")] or [" 0"]
        return float(line.split(" ")[1])

    worn_out(public)
    before = counted()
    public.anyone.post(public.comments(), submission()).refuses(429, "rate_limited")
    assert counted() == before + 1


def test_nor_are_readers_of_another_site(public: Site, new_site: Callable[..., Site]) -> None:
    worn_out(public)
    other = new_site(public_submission=True)
    assert other.anyone.post(other.comments(), submission()).status == 202


def test_a_site_that_limits_no_reader_takes_more(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    site = make_site(Api(service.url, service.admin_token), public_submission=True)
    site.set_policy(reader_rate_per_minute=None)
    found = [site.anyone.post(site.comments(), submission()).status for _ in range(int(READER.burst) + 10)]
    assert set(found) == {202}


def test_a_form_in_a_browser_gets_a_page(public: Site) -> None:
    worn_out(public)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    reply = public.anyone.ask("POST", public.comments(), raw=b"name=x&body=y", headers=headers)
    assert reply.status == 429
    assert reply.headers["content-type"].startswith("text/html")
    assert int(reply.headers["retry-after"]) >= 1
    page = reply.body.decode()
    assert "Too many comments came from your connection." in page
    assert 'value="x"' in page
    assert ">\ny</textarea>" in page


def test_what_the_site_refused_costs_a_tenth_the_next_time(public: Site, service: ServiceProcess) -> None:
    """A refusal of the longest comment beside one that is taken, over sixteen connections as in `bench/gate.py`; the
    website's go through all there is."""
    public.set_policy(reader_rate_per_minute=1, reader_burst=1)
    public.anyone.post(public.comments(), submission())
    public.anyone.post(public.comments(), submission()).refuses(429, "rate_limited")

    def cost(connections: Connections, status: int, token: str, times: int) -> float:
        before = cpu_seconds(service)
        sent = (submission(body=f"{next(numbers)} {LONG}") for _ in range(times))
        answers = connections.ask(request("POST", public.comments(), token, fields) for fields in sent)
        assert {answer.status for answer in answers} == {status}
        return (cpu_seconds(service) - before) / times

    website = public.website.token or ""
    with Connections(service.url, 16) as connections:
        # More of those that cost little, as the kernel tells the time in steps of ten milliseconds.
        ratios = [cost(connections, 429, "", 1600) / cost(connections, 202, website, 320) for _ in range(5)]
    assert min(ratios) < 0.1, ratios


class TestWrongTokens:
    @pytest.fixture
    def guarded(self, make_service: Callable[..., ServiceProcess]) -> ServiceProcess:
        """A service whose trusted proxy tells where each request comes from."""
        service = make_service(settings={"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1"})
        service.start()
        return service

    @staticmethod
    def guess(service: ServiceProcess, address: str, times: int) -> list[int]:
        return [
            Api(service.url, f"cd_guess-{number}").get("/v1/sites", X_Forwarded_For=address).status
            for number in range(times)
        ]

    def test_who_guesses_is_told_to_wait(self, guarded: ServiceProcess) -> None:
        burst = int(GUESSES.burst)
        found = self.guess(guarded, "192.0.2.1", burst + 5)
        assert found == [401] * burst + [429] * 5
        reply = Api(guarded.url, "cd_another").get("/readyz", X_Forwarded_For="192.0.2.1")
        reply.refuses(429, "too_many_wrong_tokens")
        assert int(reply.headers["retry-after"]) >= 1
        assert self.guess(guarded, "192.0.2.2", 1) == [401]
        # The right one, should it be guessed, is not told from the wrong ones.
        admin = Api(guarded.url, guarded.admin_token)
        admin.get("/v1/sites", X_Forwarded_For="192.0.2.1").refuses(429, "too_many_wrong_tokens")
        assert admin.get("/v1/sites", X_Forwarded_For="192.0.2.3").status == 200

    def test_who_was_known_there_is_not_locked_out(self, guarded: ServiceProcess) -> None:
        admin = Api(guarded.url, guarded.admin_token)
        fields = {"role": "website", "site": "default", "name": "front end"}
        website = Api(guarded.url, admin.post("/v1/tokens", fields).json["token"])
        assert admin.get("/v1/sites", X_Forwarded_For="192.0.2.1").status == 200
        assert 429 in self.guess(guarded, "192.0.2.1", 30)
        assert admin.get("/v1/sites", X_Forwarded_For="192.0.2.1").status == 200
        sent = website.ask(
            "POST",
            "/v1/sites/default/threads/t/comments",
            submission(),
            headers={"X-Forwarded-For": "192.0.2.1"},
        )
        assert sent.status == 202
        assert Api(guarded.url).get("/v1/sites/default/counts?thread=t", X_Forwarded_For="192.0.2.1").status == 200

    def test_readiness_is_no_way_to_guess(self, guarded: ServiceProcess) -> None:
        """It is answered to anyone, but its details tell whether a token is right."""
        for number in range(int(GUESSES.burst)):
            reply = Api(guarded.url, f"cd_guess-{number}").get("/readyz", X_Forwarded_For="192.0.2.1")
            assert list(reply.json) == ["ready"]
        admin = Api(guarded.url, guarded.admin_token)
        admin.get("/readyz", X_Forwarded_For="192.0.2.1").refuses(429, "too_many_wrong_tokens")
        assert Api(guarded.url).get("/readyz", X_Forwarded_For="192.0.2.1").status == 200

    def test_who_reads_the_metrics_is_not_locked_out(self, make_service: Callable[..., ServiceProcess]) -> None:
        token = "a-token-for-metrics-of-some-length"
        service = make_service(
            settings={"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1", "COMMENTDESK_METRICS_TOKEN": token}
        )
        service.start()
        scraper = Api(service.url, token)
        assert scraper.get("/metrics", X_Forwarded_For="192.0.2.1").status == 200
        for address in ("192.0.2.1", "192.0.2.2"):
            assert 429 in self.guess(service, address, 30)
        assert scraper.get("/metrics", X_Forwarded_For="192.0.2.1").status == 200
        scraper.get("/metrics", X_Forwarded_For="192.0.2.2").refuses(429, "too_many_wrong_tokens")

    def test_they_are_counted_and_the_log_tells_that_it_is_one_source(self, guarded: ServiceProcess) -> None:
        self.guess(guarded, "192.0.2.1", 3)
        self.guess(guarded, "192.0.2.2", 1)
        Api(guarded.url).get("/v1/sites").refuses(401, "unauthenticated")
        admin = Api(guarded.url, guarded.admin_token)
        assert "commentdesk_wrong_tokens_total 4.0" in admin.get("/metrics").body.decode().splitlines()
        said = guarded.said()
        assert "192.0.2" not in said
        networks = [json.loads(line)["network"] for line in said.splitlines() if '"unauthenticated"' in line]
        assert [networks.count(each) for each in dict.fromkeys(networks)] == [3, 1, 1]
