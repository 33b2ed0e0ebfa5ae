"""Scripts of web pages on other addresses (CORS): the site's own may read and post, no others."""

from collections.abc import Callable

import pytest

from tests.api.client import Reply, Site, submission

OURS = "https://news.example"
ALLOW = "access-control-allow-origin"


@pytest.fixture
def listed(new_site: Callable[..., Site]) -> Site:
    """A public site that lists its own address."""
    return new_site(public_submission=True, allowed_origins=[OURS, "http://localhost:8000"])


def preflight(site: Site, path: str, origin: str = OURS, method: str = "POST") -> Reply:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return site.anyone.ask("OPTIONS", path, headers=headers)


class TestReading:
    @pytest.mark.parametrize("origin", [OURS, "http://localhost:8000"])
    def test_the_sites_own_pages_may_read(self, listed: Site, origin: str) -> None:
        listed.publish()
        for path in (listed.comments(), listed.path + "/counts?thread=t1"):
            reply = listed.anyone.get(path, Origin=origin)
            assert (reply.status, reply.headers[ALLOW]) == (200, origin)
            assert reply.headers["vary"] == "Origin"
            assert "ETag" in reply.headers["access-control-expose-headers"]

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://news.example", OURS + ".evil.example", ""]
    )
    def test_other_pages_may_not(self, listed: Site, origin: str) -> None:
        listed.publish()
        reply = listed.anyone.get(listed.comments(), Origin=origin)
        assert reply.status == 200
        assert ALLOW not in reply.headers
        assert reply.headers["vary"] == "Origin"

    def test_304_is_readable_too(self, listed: Site) -> None:
        listed.publish()
        tag = listed.anyone.get(listed.comments()).headers["etag"]
        reply = listed.anyone.get(listed.comments(), Origin=OURS, If_None_Match=tag)
        assert (reply.status, reply.headers[ALLOW]) == (304, OURS)

    def test_a_site_that_lists_none_allows_none(self, site: Site) -> None:
        site.publish()
        assert ALLOW not in site.anyone.get(site.comments(), Origin=OURS).headers

    def test_what_needs_a_token_is_for_no_page(self, listed: Site) -> None:
        reply = listed.moderator.get(listed.path + "/queue", Origin=OURS)
        assert reply.status == 200
        assert ALLOW not in reply.headers


class TestPosting:
    def test_the_sites_own_pages_may_post(self, listed: Site) -> None:
        reply = listed.anyone.ask("POST", listed.comments(), submission(), headers={"Origin": OURS})
        assert (reply.status, reply.headers[ALLOW]) == (202, OURS)
        assert "Location" in reply.headers["access-control-expose-headers"]

    def test_they_may_read_a_refusal(self, listed: Site) -> None:
        listed.set_policy(reader_rate_per_minute=1, reader_burst=1)
        listed.submit("closed")
        listed.website.put(listed.thread("closed"), {"closed": True})
        refused = {
            422: (listed.comments(), submission(name="")),
            409: (listed.comments("closed"), submission()),
        }
        for status, (path, content) in refused.items():
            reply = listed.anyone.ask("POST", path, content, headers={"Origin": OURS})
            assert (reply.status, reply.headers.get(ALLOW)) == (status, OURS)
        listed.anyone.post(listed.comments(), submission())
        limited = listed.anyone.ask("POST", listed.comments(), submission(), headers={"Origin": OURS})
        assert (limited.status, limited.headers.get(ALLOW)) == (429, OURS)
        assert "Retry-After" in limited.headers["access-control-expose-headers"]

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
    def test_other_pages_may_not(self, listed: Site, origin: str) -> None:
        reply = listed.anyone.ask("POST", listed.comments(), submission(), headers={"Origin": origin})
        reply.refuses(403, "origin_not_allowed")
        assert ALLOW not in reply.headers
        assert listed.queue()["total"] == 0

    def test_what_comes_from_no_page_may(self, listed: Site) -> None:
        assert listed.anyone.post(listed.comments(), submission()).status == 202

    def test_a_public_site_that_lists_none_takes_from_any_page(self, new_site: Callable[..., Site]) -> None:
        site = new_site(public_submission=True)
        reply = site.anyone.ask("POST", site.comments(), submission(), headers={"Origin": "https://any.example"})
        assert reply.status == 202

    def test_a_site_that_is_not_public_takes_from_no_page(self, new_site: Callable[..., Site]) -> None:
        site = new_site(allowed_origins=[OURS])
        reply = site.anyone.ask("POST", site.comments(), submission(), headers={"Origin": OURS})
        reply.refuses(401, "unauthenticated")

    def test_a_site_may_be_closed_to_the_public_again(self, listed: Site) -> None:
        assert listed.anyone.post(listed.comments(), submission()).status == 202
        listed.admin.patch(listed.path, {"public_submission": False})
        listed.anyone.post(listed.comments(), submission()).refuses(401, "unauthenticated")


class TestAskingBefore:
    def test_the_sites_own_pages_are_let_through(self, listed: Site) -> None:
        reply = preflight(listed, listed.comments())
        assert (reply.status, reply.body, reply.headers[ALLOW]) == (204, b"", OURS)
        assert {"POST", "GET"} <= set(reply.headers["access-control-allow-methods"].split(", "))
        assert {"Content-Type", "Idempotency-Key"} <= set(reply.headers["access-control-allow-headers"].split(", "))
        assert reply.headers["vary"] == "Origin"

    def test_other_pages_are_not(self, listed: Site, site: Site) -> None:
        assert ALLOW not in preflight(listed, listed.comments(), "https://evil.example").headers
        assert ALLOW not in preflight(site, site.comments()).headers
        assert ALLOW not in preflight(site, "/v1/sites/no-such-site/threads/t1/comments").headers

    @pytest.mark.parametrize("rest", ["/queue", "/claims", "/threads/t1", "/policy", "/comments/x/decisions"])
    def test_no_page_is_let_through_to_what_needs_a_token(self, listed: Site, rest: str) -> None:
        reply = preflight(listed, listed.path + rest)
        assert reply.status == 204
        assert ALLOW not in reply.headers

    def test_what_is_there_is_told(self, listed: Site) -> None:
        allow = listed.anyone.ask("OPTIONS", listed.thread()).headers["allow"]
        assert set(allow.split(", ")) >= {"GET", "PUT"}
        listed.anyone.ask("OPTIONS", "/v1/nothing").refuses(404, "not_found")
