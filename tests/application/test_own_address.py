"""Where the service lies: at its public address by a setting or by what trusted proxies tell, perhaps under a path."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
LISTED, OURS = "https://news.example", "https://desk.example"
INSIDE = {"Host": "backend:8080"}
"""As a proxy asks that does not pass on what its browser asked for."""
FORM = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
HTML = {"Accept": "text/html"}
OPEN = Callable[..., Awaitable[Application]]
PLACES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "by the setting": ({"PUBLIC_URL": "https://news.example/comments/"}, {}),
    "by a trusted proxy": ({"TRUSTED_PROXIES": "127.0.0.1"}, {"X-Forwarded-Prefix": "/comments/"}),
}
"""Settings and headers with which the service lies under /comments."""


async def listed(opened: Application) -> Application:
    """Its default site takes comments of the readers of one website."""
    await opened.ask("PATCH", SITE, {"public_submission": True, "allowed_origins": [LISTED]})
    return opened


async def get(opened: Application, path: str, headers: Mapping[str, str] = HTML) -> tuple[int, str]:
    answer = await opened.client.get(path, headers=headers, allow_redirects=False)
    return answer.status, await answer.text()


@pytest.fixture(params=list(PLACES.values()), ids=list(PLACES))
async def placed(request: pytest.FixtureRequest, open_application: OPEN) -> tuple[Application, dict[str, str]]:
    settings, headers = request.param
    return await listed(await open_application(DEMO="true", **settings)), HTML | headers


class TestUnderAPath:
    """Whether the proxy takes the path off or leaves it on."""

    @pytest.mark.parametrize("before", ["", "/comments"])
    async def test_every_link_of_every_page_has_it(
        self, placed: tuple[Application, dict[str, str]], before: str
    ) -> None:
        opened, headers = placed
        for path, status in (("/docs", 200), ("/demo", 200), ("/received", 200), ("/nowhere", 404)):
            told, page = await get(opened, before + path, headers)
            assert told == status
            assert 'href="/comments/static/pages.css?v=' in page
            assert 'href="/comments/favicon.ico?v=' in page
            for attribute in ('href="/', 'src="/', 'action="/'):
                assert page.count(attribute) == page.count(f"{attribute}comments/"), (path, attribute)
            assert "\ufdd0" not in page

    @pytest.mark.parametrize("before", ["", "/comments"])
    async def test_what_pages_load_is_there(self, placed: tuple[Application, dict[str, str]], before: str) -> None:
        opened, headers = placed
        for path in ("/static/pages.css", "/static/harbour.svg", "/favicon.ico", "/healthz", "/readyz"):
            assert (await get(opened, before + path, headers))[0] == 200, path

    @pytest.mark.parametrize("before", ["", "/comments"])
    async def test_a_refused_form_comes_back_and_is_sent_again(
        self, placed: tuple[Application, dict[str, str]], before: str
    ) -> None:
        opened, headers = placed
        wrong = await opened.client.post(f"{before}{COMMENTS}", data=FORM | {"email": "no"}, headers=headers)
        page = await wrong.text()
        assert wrong.status == 422
        assert f'action="/comments{COMMENTS}"' in page
        assert 'href="/comments/static/pages.css' in page

    @pytest.mark.parametrize("before", ["", "/comments"])
    async def test_every_location_has_it(self, placed: tuple[Application, dict[str, str]], before: str) -> None:
        opened, headers = placed
        sent = await opened.client.post(before + COMMENTS, data=FORM, headers=headers, allow_redirects=False)
        assert sent.status == 303
        assert sent.headers["Location"].startswith("/comments/received?commentdesk=held&site=default")
        home = await opened.client.get(before or "/", headers=headers, allow_redirects=False)
        assert (home.status, home.headers["Location"]) == (303, "/comments/demo")
        as_admin = headers | {"Authorization": f"Bearer {ADMIN}"}
        other = await opened.client.post(before + COMMENTS, json=FORM | {"body": "Another."}, headers=as_admin)
        assert other.headers["Location"].startswith(f"/comments{SITE}/comments/")
        site = await opened.client.post(f"{before}/v1/sites", json={"site": f"news{len(before)}"}, headers=as_admin)
        assert site.headers["Location"] == f"/comments/v1/sites/news{len(before)}"
        assert (await opened.client.get(other.headers["Location"], headers=as_admin)).status == 200

    async def test_a_website_that_is_elsewhere_stays_there(self, placed: tuple[Application, dict[str, str]]) -> None:
        opened, headers = placed
        await opened.ask("PUT", f"{SITE}/threads/t", {"url": f"{LISTED}/river"})
        sent = await opened.client.post(COMMENTS, data=FORM, headers=headers, allow_redirects=False)
        assert sent.headers["Location"].startswith(f"{LISTED}/river?commentdesk=held")

    @pytest.mark.parametrize("before", ["", "/comments"])
    async def test_problems_lead_to_their_description(
        self, placed: tuple[Application, dict[str, str]], before: str
    ) -> None:
        opened, headers = placed
        for path, code in ((f"{before}/v1/sites", "unauthenticated"), (f"{before}/nowhere", "not_found")):
            description = f"/comments/docs#problem-{code}"
            answer = await opened.client.get(path, headers=headers | {"Accept": "*/*"})
            assert (await answer.json(content_type=None))["type"] == description
            assert f'href="{description}"' in await (await opened.client.get(path, headers=headers)).text()

    async def test_a_repeat_is_one_by_either_way(self, placed: tuple[Application, dict[str, str]]) -> None:
        opened, headers = placed
        sent = headers | {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": "one"}
        found = [await opened.client.post(way + COMMENTS, json=FORM, headers=sent) for way in ("", "/comments")]
        assert (await found[0].json())["comment_id"] == (await found[1].json())["comment_id"]


async def test_the_description_says_where_the_service_lies(open_application: OPEN) -> None:
    opened = await open_application(PUBLIC_URL="https://news.example/comments")
    assert '"servers":[{"url":"https://news.example/comments"}]' in (await get(opened, "/openapi.json"))[1]
    assert "URL=https://news.example/comments\n" in (await get(opened, "/docs"))[1]
    opened = await open_application(TRUSTED_PROXIES="127.0.0.1")
    for prefix, url in (("/desk", "/desk"), ("", "/")):
        text = (await get(opened, "/openapi.json", {"X-Forwarded-Prefix": prefix}))[1]
        assert f'"servers":[{{"url":"{url}"}}]' in text


@pytest.mark.parametrize(
    "prefix",
    [
        "//evil.example",
        "https://evil.example",
        "evil",
        "/a//b",
        "/../a",
        "/.",
        '/"><script>',
        "/a b",
        "/a?b",
        "/" * 9,
        "/" + "a" * 300,
        "/a\\b",
        "/\xe9",
    ],
)
async def test_what_is_no_path_is_none(open_application: OPEN, prefix: str) -> None:
    opened = await open_application(TRUSTED_PROXIES="127.0.0.1", DEMO="false")
    answer = await opened.client.get("/", headers={"X-Forwarded-Prefix": prefix}, allow_redirects=False)
    assert answer.headers["Location"] == "/docs"


async def test_a_stranger_sets_no_path_and_the_setting_is_above_the_proxies_word(open_application: OPEN) -> None:
    told = {"X-Forwarded-Prefix": "/evil"}
    for settings, location in (
        ({}, "/docs"),
        ({"TRUSTED_PROXIES": "192.0.2.1"}, "/docs"),
        ({"TRUSTED_PROXIES": "127.0.0.1", "PUBLIC_URL": "https://news.example/comments"}, "/comments/docs"),
        ({"TRUSTED_PROXIES": "127.0.0.1", "PUBLIC_URL": "https://desk.example"}, "/docs"),
    ):
        opened = await open_application(DEMO="false", **settings)
        answer = await opened.client.get("/", headers=told, allow_redirects=False)
        assert answer.headers["Location"] == location


async def test_a_path_that_is_also_ours_is_still_found(open_application: OPEN) -> None:
    opened = await open_application(PUBLIC_URL="https://news.example/v1")
    assert (await opened.ask("GET", SITE)).status == 200
    assert (await opened.ask("GET", f"/v1{SITE}")).status == 200
    assert (await opened.ask("GET", "/v1/v1/nowhere")).status == 404


class TestOurOwnPage:
    """A refused form is shown on our own page, whose origin a site does not list."""

    async def post(self, opened: Application, headers: Mapping[str, str]) -> int:
        answer = await opened.client.post(COMMENTS, data=FORM, headers=headers, allow_redirects=False)
        return answer.status

    @pytest.mark.parametrize(
        "told",
        [
            {"X-Forwarded-Host": "desk.example"},
            {"X-Forwarded-Host": "Desk.Example:443"},
            {"X-Forwarded-Host": "evil.example, desk.example"},
            {"X-Forwarded-Host": "desk.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"},
            {"Forwarded": "for=192.0.2.1;host=desk.example;proto=https"},
            {"Forwarded": 'host="desk.example:443"'},
            {"X-Forwarded-For": "192.0.2.1, 127.0.0.1", "X-Forwarded-Host": "desk.example, backend"},
            {"Host": "desk.example"},
            {"Host": "desk.example:443"},
            {"Sec-Fetch-Site": "same-origin"},
        ],
        ids=str,
    )
    async def test_its_form_is_taken_as_a_proxy_tells(self, open_application: OPEN, told: dict[str, str]) -> None:
        opened = await listed(await open_application(TRUSTED_PROXIES="127.0.0.1"))
        assert await self.post(opened, INSIDE | {"Origin": OURS} | told) == 303

    @pytest.mark.parametrize(
        ("port", "told"),
        [
            ("8443", {"X-Forwarded-Host": "desk.example", "X-Forwarded-Port": "8443"}),
            ("8443", {"X-Forwarded-Host": "desk.example:8443"}),
        ],
    )
    async def test_another_port_is_told_too(self, open_application: OPEN, port: str, told: dict[str, str]) -> None:
        opened = await listed(await open_application(TRUSTED_PROXIES="127.0.0.1"))
        assert await self.post(opened, INSIDE | {"Origin": f"{OURS}:{port}"} | told) == 303
        assert await self.post(opened, INSIDE | {"Origin": f"{OURS}:9"} | told) == 403

    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"X-Forwarded-Host": "desk.example, evil.example"},
            {"X-Forwarded-Host": "https://desk.example"},
            {"X-Forwarded-Host": ""},
            {"X-Forwarded-Host": "xdesk.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
        ids=str,
    )
    async def test_another_page_is_refused(self, open_application: OPEN, told: dict[str, str]) -> None:
        opened = await listed(await open_application(TRUSTED_PROXIES="127.0.0.1"))
        assert await self.post(opened, INSIDE | {"Origin": OURS} | told) == 403

    async def test_the_setting_tells_it_whatever_the_proxy_passes(self, open_application: OPEN) -> None:
        opened = await listed(await open_application(PUBLIC_URL="https://Desk.Example:443/comments"))
        assert await self.post(opened, INSIDE | {"Origin": OURS}) == 303
        for other in ("https://evil.example", "https://backend:8080", "https://desk.example:8443"):
            assert await self.post(opened, INSIDE | {"Origin": other}) == 403, other

    async def test_a_strangers_word_is_not_taken(self, open_application: OPEN) -> None:
        opened = await listed(await open_application(TRUSTED_PROXIES="192.0.2.1"))
        told = {"Origin": OURS, "X-Forwarded-Host": "desk.example", "Forwarded": "host=desk.example"}
        assert await self.post(opened, INSIDE | told) == 403


class TestNames:
    """Which names the service goes by, where they are listed."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Host": "news.example"}, 200),
            ({"Host": "desk.example"}, 200),
            ({"Host": "backend:8080", "X-Forwarded-Host": "news.example"}, 200),
            ({"Host": "backend:8080", "Forwarded": "host=desk.example"}, 200),
            ({"Host": "backend:8080"}, 421),
            ({"Host": "news.example", "X-Forwarded-Host": "evil.example"}, 421),
            ({"Host": "evil.example"}, 421),
        ],
        ids=str,
    )
    async def test_the_public_address_is_one(
        self, open_application: OPEN, headers: dict[str, str], status: int
    ) -> None:
        settings = {"HOSTS": "desk.example", "PUBLIC_URL": "https://news.example/comments"}
        opened = await open_application(TRUSTED_PROXIES="127.0.0.1", **settings)
        assert (await get(opened, "/comments/docs", headers))[0] == status
        assert (await get(opened, "/comments/healthz", headers))[0] == 200

    async def test_the_public_address_alone_lists_none(self, open_application: OPEN) -> None:
        opened = await open_application(PUBLIC_URL="https://news.example/comments")
        assert (await get(opened, "/docs", {"Host": "backend:8080"}))[0] == 200


@pytest.mark.parametrize(
    ("told", "is_kept"),
    [
        ({"X-Forwarded-Proto": "https"}, True),
        ({"X-Forwarded-Proto": "HTTPS"}, True),
        ({"Forwarded": "for=192.0.2.1;proto=https"}, True),
        ({"X-Forwarded-Proto": "https, http", "X-Forwarded-For": "192.0.2.1, 127.0.0.1"}, True),
        ({"X-Forwarded-Proto": "https, http", "X-Forwarded-For": "192.0.2.1"}, False),
        ({"X-Forwarded-Proto": "http", "Forwarded": "proto=https"}, False),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/comments"}, False),
        ({}, False),
    ],
    ids=str,
)
async def test_a_browser_keeps_to_tls_where_its_proxy_says_so(
    open_application: OPEN,
    told: dict[str, str],
    is_kept: bool,  # noqa: FBT001 a parameter
) -> None:
    opened = await open_application(TRUSTED_PROXIES="127.0.0.1")
    answer = await opened.client.get("/docs", headers=told)
    assert ("Strict-Transport-Security" in answer.headers) is is_kept
