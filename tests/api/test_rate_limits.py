"""Rate limits: of a reader's address and of a site, told with Retry-After, and never of a website's own server."""

from collections.abc import Callable, Iterator

import pytest

from tests.api.client import Api, Reply, Site, make_site, submission
from tests.servers import RedisServer, ServiceProcess

BURST = 5


def limited(reply: Reply) -> int:
    """The seconds to wait."""
    reply.refuses(429, "rate_limited")
    return int(reply.headers["retry-after"])


def statuses(site: Site, count: int, sender: Api, address: str = "", forwarded: str = "") -> list[int]:
    client = {"client": {"ip": address}} if address else {}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return [sender.ask("POST", site.comments(), submission(**client), headers=headers).status for _ in range(count)]


def slow(site: Site, **policy: object) -> Site:
    """The default burst, and hardly any room after it: what a test sends takes no time against that."""
    site.set_policy(**{"reader_rate_per_minute": 1} | policy)
    return site


@pytest.fixture
def public(new_site: Callable[..., Site]) -> Site:
    return new_site(public_submission=True)


class TestReaders:
    def test_by_default_five_at_once_and_then_one_every_ten_seconds(self, public: Site) -> None:
        assert public.operator.get(public.path + "/policy").json["reader_rate_per_minute"] == 6
        found = [public.anyone.post(public.comments(), submission()) for _ in range(15)]
        refused = [reply for reply in found if reply.status == 429]
        assert [reply.status for reply in found[:BURST]] == [202] * BURST
        assert refused
        assert {limited(reply) for reply in refused} <= set(range(1, 11))

    def test_after_the_burst_a_reader_waits(self, public: Site) -> None:
        slow(public)
        assert statuses(public, BURST + 2, public.anyone) == [202] * BURST + [429] * 2
        reply = public.anyone.post(public.comments("t2"), submission())
        assert 50 <= limited(reply) <= 60
        assert public.queue()["total"] == BURST

    def test_all_strangers_have_a_limit_together_and_no_website(self, public: Site) -> None:
        slow(public, reader_rate_per_minute=None, stranger_rate_per_minute=1, stranger_burst=3)
        assert statuses(public, 4, public.anyone) == [202] * 3 + [429]
        assert 50 <= limited(public.anyone.post(public.comments(), submission())) <= 60
        assert statuses(public, 5, public.website, "192.0.2.1") == [202] * 5

    def test_a_repeat_costs_nothing(self, public: Site) -> None:
        slow(public, reader_burst=1)
        sent = submission()
        assert [public.anyone.post(public.comments(), sent).status for _ in range(5)] == [202] * 5
        assert public.queue()["total"] == 1

    def test_what_is_refused_for_another_reason_costs_nothing(self, public: Site) -> None:
        slow(public)
        for _ in range(BURST + 5):
            public.anyone.post(public.comments(), submission(name="")).refuses(422, "invalid_fields", "name")
        assert public.anyone.post(public.comments(), submission()).status == 202

    def test_another_burst_and_no_limit(self, public: Site) -> None:
        slow(public, reader_burst=2)
        assert statuses(public, 3, public.anyone) == [202, 202, 429]
        public.set_policy(reader_rate_per_minute=None)
        assert statuses(public, 30, public.anyone) == [202] * 30

    def test_reading_is_not_limited(self, public: Site) -> None:
        slow(public)
        statuses(public, BURST + 1, public.anyone)
        assert public.anyone.get(public.comments()).status == 200

    def test_limits_of_two_sites_do_not_meet(self, public: Site, new_site: Callable[..., Site]) -> None:
        other = slow(new_site(public_submission=True))
        slow(public)
        statuses(public, BURST + 1, public.anyone)
        assert statuses(other, 1, other.anyone) == [202]

    def test_a_repeat_of_an_idempotency_key_costs_nothing(self, public: Site) -> None:
        slow(public, reader_burst=1)
        sent = submission()
        found = [public.anyone.post(public.comments(), sent, key="k1").status for _ in range(5)]
        assert found == [202] * 5


class TestWebsites:
    def test_a_website_that_names_no_reader_is_never_limited(self, site: Site) -> None:
        slow(site)
        assert statuses(site, 3 * BURST, site.website) == [202] * 3 * BURST

    def test_its_readers_are_limited_each_by_his_own_address(self, site: Site) -> None:
        slow(site)
        assert statuses(site, BURST + 1, site.website, "192.0.2.1") == [202] * BURST + [429]
        assert statuses(site, 1, site.website, "192.0.2.2") == [202]
        assert statuses(site, 1, site.website, "2001:db8::1") == [202]
        assert statuses(site, 1, site.website) == [202]

    def test_an_address_is_the_same_however_it_is_written(self, site: Site) -> None:
        slow(site, reader_burst=1)
        assert statuses(site, 1, site.website, "2001:DB8:0:0::1") == [202]
        assert statuses(site, 1, site.website, "2001:db8::1") == [429]

    def test_an_empty_address_is_none(self, site: Site) -> None:
        slow(site, reader_burst=1)
        for _ in range(3):
            assert site.website.post(site.comments(), submission(client={"ip": ""})).status == 202


class TestSites:
    def test_a_site_has_none_unless_it_is_set(self, site: Site) -> None:
        assert statuses(site, 150, site.website) == [202] * 150

    def test_all_that_a_site_takes_is_limited_together(self, new_site: Callable[..., Site]) -> None:
        site = new_site(public_submission=True)
        site.set_policy(site_rate_per_minute=1, site_burst=4)
        found = statuses(site, 2, site.website) + statuses(site, 1, site.website, "192.0.2.1")
        found += statuses(site, 2, site.anyone)
        assert found == [202] * 4 + [429]
        assert 50 <= limited(site.website.post(site.comments(), submission())) <= 60

    def test_a_reader_over_his_limit_takes_nothing_from_the_site(self, site: Site) -> None:
        site.set_policy(reader_rate_per_minute=1, reader_burst=1, site_rate_per_minute=1, site_burst=3)
        assert statuses(site, 20, site.website, "192.0.2.1") == [202] + [429] * 19
        assert statuses(site, 2, site.website) == [202, 202]


@pytest.fixture(scope="module")
def behind_proxies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that believes its own machine and 10.0.0.0/8."""
    server = RedisServer("valkey-single")
    folder = tmp_path_factory.mktemp("proxied")
    trusted = {"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}
    process = ServiceProcess(folder / "data", redis_url=server.url, settings=trusted)
    try:
        server.start()
        process.start()
        yield process
    finally:
        process.kill()
        server.stop()


class TestProxies:
    @pytest.fixture
    def proxied(self, behind_proxies: ServiceProcess) -> Site:
        admin = Api(behind_proxies.url, behind_proxies.admin_token)
        return slow(make_site(admin, public_submission=True), reader_burst=2)

    def test_without_trust_the_header_is_not_believed(self, public: Site) -> None:
        slow(public, reader_burst=2)
        found = [statuses(public, 1, public.anyone, forwarded=f"192.0.2.{last}")[0] for last in range(3)]
        assert found == [202, 202, 429]

    def test_a_trusted_proxy_tells_the_readers_apart(self, proxied: Site) -> None:
        assert statuses(proxied, 3, proxied.anyone, forwarded="192.0.2.1") == [202, 202, 429]
        assert statuses(proxied, 3, proxied.anyone, forwarded="192.0.2.2") == [202, 202, 429]

    @pytest.mark.parametrize(
        "invented", ["203.0.113.{}", "203.0.113.{}, 198.51.100.{}", "nonsense {}", "10.0.0.{}", "{}"]
    )
    def test_what_a_reader_put_there_himself_does_not_count(self, proxied: Site, invented: str) -> None:
        found = [
            statuses(proxied, 1, proxied.anyone, forwarded=f"{invented.replace('{}', str(n))}, 192.0.2.1, 10.1.1.1")[0]
            for n in range(1, 4)
        ]
        assert found == [202, 202, 429]

    @pytest.mark.parametrize(
        "header", ["", ",", "10.0.0.1", "127.0.0.1,127.0.0.1", "::ffff:10.0.0.1", "[::ffff:10.0.0.1]:80"]
    )
    def test_a_header_that_tells_no_reader_is_no_way_around(self, proxied: Site, header: str) -> None:
        assert statuses(proxied, 3, proxied.anyone, forwarded=header or " ") == [202, 202, 429]

    def test_a_website_behind_the_proxy_is_no_reader(self, proxied: Site) -> None:
        assert statuses(proxied, 5, proxied.website, forwarded="192.0.2.1") == [202] * 5


def test_what_was_limited_is_counted(site: Site) -> None:
    slow(site, reader_burst=1)
    statuses(site, 3, site.website, "192.0.2.1")
    line = f'commentdesk_rate_limited_total{{site="{site.name}"}} 2.0'
    assert line in site.anyone.get("/metrics").body.decode().splitlines()
