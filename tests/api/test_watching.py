"""What operators' machines read: metrics after known acts, readiness, health."""

from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.operation import HealthSchema, ReadinessSchema
from tests.api.client import Api, Site, make_token, submission
from tests.servers import ServiceProcess, wait_until

TOKEN = "a-token-for-the-metrics-alone-and-no-other"
PROXIED = (
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-For": ""},
    {"x-forwarded-proto": "https"},
    {"X-Forwarded-Host": "desk.example"},
    {"X-Real-IP": "203.0.113.9"},
    {"Forwarded": "for=203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"CF-Connecting-IP": "203.0.113.9"},
)
"""What reverse proxies add."""
REBOUND = ({"Host": "evil.example"}, {"Host": "localhost.evil.example:8080"}, {"Host": "127.0.0.1.evil.example"})
"""A name that somebody made to point at 127.0.0.1, so that a page of his may ask from a browser here."""
STRANGERS = (*PROXIED, *REBOUND, {"Host": ""}, {"Host": "localhost@evil.example"})
ONE_OF_EACH = ("Bearer {}", "bearer {}", "BEARER  {}")
OTHER_SCHEMES = ("Basic {}", "Token {}", "{}", "Bearer{}", "Digest {}", "x {}")


def measured(api: Api, site: str | None = None) -> dict[str, float]:
    """Every sample, of one site if one is named, as `name{labels without the site}` -> value."""
    reply = api.get("/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain")
    found = {}
    for family in text_string_to_metric_families(reply.body.decode()):
        for sample in family.samples:
            labels = dict(sample.labels)
            if site is None or labels.pop("site", None) == site:
                inner = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
                found[f"{sample.name}{{{inner}}}"] = sample.value
    return found


def test_a_new_site_is_all_zeros(site: Site) -> None:
    found = measured(site.anyone, site.name)
    assert len(found) > 20
    assert set(found.values()) == {0.0}


def test_every_act_on_a_comment_is_counted(site: Site) -> None:
    approved, rejected, spam, held = (site.submit() for _ in range(4))
    sent = submission(client={"ip": "192.0.2.1"})
    for _ in range(3):
        site.website.post(site.comments(), sent)
    site.claim(limit=2, order="newest")
    site.decide(approved, "approve")
    site.decide(approved, "approve")
    site.decide(rejected, "reject")
    site.decide(spam, "spam")
    site.undo(rejected)
    site.set_policy(mode="auto", publish_below=1, reject_above=1)
    site.submit()
    site.set_policy(mode="auto", publish_below=0, reject_above=0)
    site.submit()
    expected = {
        "commentdesk_submissions_total{verdict=hold}": 5,
        "commentdesk_submissions_total{verdict=publish}": 1,
        "commentdesk_submissions_total{verdict=reject}": 1,
        "commentdesk_repeats_total{}": 2,
        "commentdesk_unscored_total{}": 0,
        "commentdesk_rate_limited_total{}": 0,
        "commentdesk_decisions_total{decision=approve}": 1,
        "commentdesk_decisions_total{decision=reject}": 1,
        "commentdesk_decisions_total{decision=spam}": 1,
        "commentdesk_undone_decisions_total{}": 1,
        "commentdesk_comments{state=held}": 3,
        "commentdesk_comments{state=published}": 2,
        "commentdesk_comments{state=rejected}": 1,
        "commentdesk_comments{state=spam}": 1,
        "commentdesk_queue_depth{}": 3,
        "commentdesk_claims_open{}": 2,
        "commentdesk_age_at_decision_seconds_count{}": 3,
        "commentdesk_age_at_decision_seconds_bucket{le=+Inf}": 3,
        "commentdesk_age_at_decision_seconds_bucket{le=60.0}": 3,
    }
    found = measured(site.anyone, site.name)
    assert {name: found[name] for name in expected} == expected
    assert 0 < found["commentdesk_queue_oldest_age_seconds{}"] < 60
    assert 0 <= found["commentdesk_age_at_decision_seconds_sum{}"] < 60
    assert held in {comment["comment_id"] for comment in site.queue()["comments"]}


def test_an_ended_claim_is_not_open(site: Site) -> None:
    site.submit()
    site.claim(lease_seconds=1)
    assert measured(site.anyone, site.name)["commentdesk_claims_open{}"] == 1
    wait_until(lambda: measured(site.anyone, site.name)["commentdesk_claims_open{}"] == 0, "the lease to end", 30)


def test_requests_are_counted_by_route_and_status_and_never_by_address(site: Site) -> None:
    route = "/v1/sites/{site}/threads/{thread}/comments"
    post = f"commentdesk_requests_total{{method=POST,route={route},status=%s}}"
    seconds = f"commentdesk_request_seconds_count{{method=POST,route={route}}}"
    nothing = "commentdesk_requests_total{method=*,route=unknown,status=404}"
    before = measured(site.anyone)
    site.submit()
    site.website.post(site.comments(), submission(name=""))
    site.anyone.post(site.comments(), submission())
    site.anyone.get("/v1/secret-place-of-a-reader")
    after = measured(site.anyone)
    risen = {name: value - before.get(name, 0) for name, value in after.items()}
    assert [risen[post % status] for status in (202, 422, 401)] == [1, 1, 1]
    assert (risen[seconds], risen[nothing]) == (3, 1)
    assert not [name for name in after if "secret-place" in name or f"/{site.name}/" in name]


def test_scoring_is_measured_and_redis_is_up(site: Site) -> None:
    before = measured(site.anyone)
    site.submit()
    after = measured(site.anyone)
    assert after["commentdesk_scored_texts_total{}"] == before["commentdesk_scored_texts_total{}"] + 1
    assert after["commentdesk_scoring_seconds_sum{}"] > before["commentdesk_scoring_seconds_sum{}"]
    assert after["commentdesk_redis_up{}"] == 1


def test_the_store_is_measured(anyone: Api) -> None:
    found = measured(anyone)
    assert found["commentdesk_store_durable{}"] == 1
    assert found["commentdesk_redis_memory_used_bytes{}"] > 500_000
    assert found["commentdesk_redis_memory_max_bytes{}"] == 0
    assert found["commentdesk_last_backup_timestamp_seconds{}"] == 0


def test_readiness_names_each_part(anyone: Api) -> None:
    found = anyone.get("/readyz").fits(ReadinessSchema)
    assert found == {
        "ready": True,
        "checks": {"redis": "ok", "durability": "ok", "registry": "ok", "model": "ok"},
    }


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
def test_strangers_learn_no_more_than_whether_it_is_ready(anyone: Api, headers: dict[str, str]) -> None:
    """What the machine did with a comment stands in the metrics: a spammer could ask them about his own."""
    found = anyone.ask("GET", "/readyz", headers=headers).fits(ReadinessSchema)
    assert found == {"ready": True}
    anyone.ask("GET", "/metrics", headers=headers).refuses(401, "unauthenticated")


def test_a_proxy_that_was_told_nothing_is_none_of_this_machines_people(anyone: Api) -> None:
    """nginx with `proxy_pass http://127.0.0.1:8080` and nothing more: no header of its own, but HTTP/1.0."""
    (reply,) = anyone.send_bytes(b"GET /metrics HTTP/1.0\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n")
    reply.refuses(401, "unauthenticated")


@pytest.mark.parametrize("headers", STRANGERS[:1] + REBOUND[:1], ids=str)
def test_operators_see_all_from_anywhere(site: Site, headers: dict[str, str]) -> None:
    for role in (site.operator, site.admin):
        assert role.ask("GET", "/metrics", headers=headers).status == 200
        assert "checks" in role.ask("GET", "/readyz", headers=headers).fits(ReadinessSchema)
    for other in (site.website, site.moderator):
        other.ask("GET", "/metrics", headers=headers).refuses(403, "forbidden")
        assert other.ask("GET", "/readyz", headers=headers).fits(ReadinessSchema) == {"ready": True}


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "LocalHost:1", "[::1]:8080", "127.8.8.8", "localhost."]
)
def test_this_machine_is_known_by_its_own_names(anyone: Api, host: str) -> None:
    assert anyone.ask("GET", "/metrics", headers={"Host": host}).status == 200


def test_health_tells_the_version(anyone: Api) -> None:
    assert anyone.get("/healthz").fits(HealthSchema)["status"] == "ok"


def test_metrics_may_ask_for_a_token_everywhere(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service(settings={"COMMENTDESK_METRICS_TOKEN": TOKEN})
    service.start()
    admin = Api(service.url, service.admin_token)
    operator, moderator = (make_token(admin, role, "default")["token"] for role in ("operator", "moderator"))
    for good in (TOKEN, operator, service.admin_token):
        assert Api(service.url, good).get("/metrics").status == 200
    Api(service.url).get("/metrics").refuses(401, "unauthenticated")
    Api(service.url, TOKEN + "x").get("/metrics").refuses(401, "unauthenticated")
    Api(service.url, moderator).get("/metrics").refuses(403, "forbidden")
    Api(service.url, TOKEN).get("/v1/sites").refuses(401, "unauthenticated")
    assert Api(service.url).get("/readyz").json == {"ready": True}
    assert Api(service.url, TOKEN).get("/readyz").json["checks"]["redis"] == "ok"
    for given in (TOKEN, operator, service.admin_token):
        for scheme in OTHER_SCHEMES:
            asked = Api(service.url).ask("GET", "/metrics", headers={"Authorization": scheme.format(given)})
            asked.refuses(401, "unauthenticated")
        for scheme in ONE_OF_EACH:
            assert Api(service.url).get("/metrics", Authorization=scheme.format(given)).status == 200


def test_a_token_is_taken_under_its_scheme_alone(site: Site) -> None:
    for scheme in OTHER_SCHEMES:
        given = {"Authorization": scheme.format(site.operator.token), "X-Forwarded-For": "203.0.113.9"}
        site.anyone.ask("GET", "/metrics", headers=given).refuses(401, "unauthenticated")
        site.anyone.ask("GET", site.path + "/policy", headers=given).refuses(401, "unauthenticated")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_head_is_as_get_without_the_body(anyone: Api, path: str) -> None:
    reply = anyone.ask("HEAD", path)
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 0
