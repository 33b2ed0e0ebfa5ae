"""What browsers and caches are told of answers: what is private is kept by none, and no answer is a page of ours."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest

from service.web.entity_tag import PUBLIC
from tests.api.client import Api, Reply, Site, make_site, submission
from tests.servers import ServiceProcess

POLICY = "default-src 'none'; frame-ancestors 'none'"
HTTPS = {"X-Forwarded-Proto": "https"}


def assert_protected(reply: Reply, resource_policy: str) -> None:
    assert reply.headers["content-security-policy"] == POLICY
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-resource-policy"] == resource_policy
    assert "strict-transport-security" not in reply.headers


def test_what_came_for_a_token_is_kept_by_nobody(site: Site) -> None:
    comment_id = site.submit()
    body = {"role": "moderator", "site": site.name, "name": "Ann"}
    replies = [
        site.admin.post("/v1/tokens", body),
        site.admin.get("/v1/tokens"),
        site.moderator.get(site.comment(comment_id)),
        site.moderator.get(site.path + "/queue"),
        site.moderator.post(site.path + "/claims", {}),
        site.moderator.delete(site.path + "/claims"),
        site.moderator.get(site.comments("t1")),
        site.website.get(site.comments("t1")),
        site.website.get(site.path + "/counts?thread=t1"),
        site.website.post(site.comments(), submission()),
        site.operator.get(site.path + "/policy"),
        site.operator.get("/metrics"),
        site.website.get("/v1/nowhere"),
        site.website.get(site.path + "/queue"),
    ]
    assert [(reply.status, reply.headers.get("cache-control")) for reply in replies] == [
        (reply.status, "no-store") for reply in replies
    ]
    conditional = site.website.get(site.comments(), If_None_Match=replies[7].headers["etag"])
    assert conditional.headers["cache-control"] == "no-store"


def test_strangers_may_keep_a_thread_and_ask_whether_it_changed(site: Site) -> None:
    site.publish()
    reply = site.anyone.get(site.comments())
    assert reply.headers["cache-control"] == PUBLIC
    again = site.anyone.get(site.comments(), If_None_Match=reply.headers["etag"])
    assert (again.status, again.headers["cache-control"]) == (304, PUBLIC)


def test_no_refusal_is_kept(site: Site, anyone: Api) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    sent = urlencode(submission(body="")).encode()
    refusals = [
        anyone.get("/nowhere"),
        anyone.ask("PUT", "/healthz"),
        anyone.get(site.path + "/queue"),
        anyone.post(site.comments(), submission()),
        anyone.get(site.path + "/counts"),
        Api(anyone.url, "cd_wrong").get("/v1/sites"),
        site.website.ask("POST", site.comments(), raw=sent, headers=form),
    ]
    assert all(reply.status >= 400 for reply in refusals)
    assert {reply.headers["cache-control"] for reply in refusals} == {"no-store"}


def test_an_answer_is_no_page_wherever_it_comes_from(site: Site, anyone: Api) -> None:
    site.publish()
    for path in (site.comments(), site.path + "/counts?thread=t1"):
        assert_protected(anyone.get(path), "cross-origin")
    own = ["/healthz", "/readyz", "/metrics", "/nowhere", site.path + "/queue", "/v1/tokens", "/openapi.json"]
    for path in own:
        assert_protected(anyone.get(path), "same-origin")
    assert_protected(site.moderator.get(site.path + "/queue"), "same-origin")
    assert_protected(anyone.ask("OPTIONS", site.comments()), "same-origin")
    for reply in anyone.send_bytes(b"GET /healthz\r\n\r\n"):
        assert_protected(reply, "same-origin")


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    settings = {"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.0/8"}
    process = ServiceProcess(tmp_path_factory.mktemp("proxied") / "data", settings=settings)
    try:
        process.start()
        yield process
    finally:
        process.kill()


class TestBehindProxies:
    """HSTS is for browsers that came by TLS; that they did, only a proxy that is trusted can say."""

    def test_tls_is_kept_to(self, proxied: ServiceProcess) -> None:
        site = make_site(Api(proxied.url, proxied.admin_token))
        for path in ("/docs", "/healthz", "/nowhere", site.comments(), "/v1/sites"):
            answered = site.anyone.ask("GET", path, headers=HTTPS)
            assert answered.headers["strict-transport-security"] == "max-age=31536000", path
            for other in ({}, {"X-Forwarded-Proto": "http"}, {"Forwarded": "proto=http"}):
                assert "strict-transport-security" not in site.anyone.ask("GET", path, headers=other).headers

    def test_a_strangers_word_is_not_taken(self, anyone: Api, make_service: Callable[..., ServiceProcess]) -> None:
        assert "strict-transport-security" not in anyone.ask("GET", "/docs", headers=HTTPS).headers
        other = make_service(settings={"COMMENTDESK_TRUSTED_PROXIES": "192.0.2.1"})
        other.start()
        assert "strict-transport-security" not in Api(other.url).ask("GET", "/docs", headers=HTTPS).headers
