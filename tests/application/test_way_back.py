"""Where a plain form on a publisher's page leads its reader: back to the article, whatever browsers tell of it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse

from tests.application.conftest import Application
from tests.pages.reader import Element, parse

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
OURS, OTHERS = "https://news.example", "https://evil.example"
ARTICLE = f"{OURS}/2026/river?page=2"
FORM = {"name": "Ada", "email": "ada@mail.example"}


@pytest.fixture
async def public(application: Application) -> Application:
    """The application, whose default site takes comments from pages of its own website."""
    await application.ask("PATCH", SITE, {"public_submission": True, "allowed_origins": [OURS]})
    await application.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": None})
    return application


async def send(application: Application, fields: dict[str, str] | None = None, **headers: str) -> ClientResponse:
    """A form as a browser sends it by itself, from a page of the website whose address the default policy hides."""
    sent = {"Accept": "text/html,*/*;q=0.8", "Origin": OURS, "Referer": f"{OURS}/"}
    form = FORM | {"body": "Every spring the river takes a little more."} | (fields or {})
    return await application.client.post(COMMENTS, data=form, headers=sent | headers, allow_redirects=False)


async def location(application: Application, fields: dict[str, str] | None = None, **headers: str) -> str:
    answer = await send(application, fields, **headers)
    assert answer.status == 303
    return answer.headers["Location"]


def without_receipt(address: str) -> str:
    """The address, after a look at the one receipt in its query and at its fragment."""
    page, _, fragment = address.partition("#")
    query = parse_qs(urlsplit(page).query)
    assert query["commentdesk"] == ["held"]
    assert [fragment] == [f"comment-{comment_id}" for comment_id in query["comment_id"]]
    return page[: page.index("commentdesk=") - 1]


@pytest.mark.parametrize("name", ["return_to", "article[url]", "article.url"])
async def test_the_form_tells_its_article(public: Application, name: str) -> None:
    assert without_receipt(await location(public, {name: ARTICLE})) == ARTICLE


async def test_a_bare_origin_is_no_article(public: Application) -> None:
    assert await location(public) == "/received?commentdesk=held&site=default&home=https%3A%2F%2Fnews.example"


async def test_what_comes_first_counts(public: Application) -> None:
    told, came_from = f"{OURS}/as-the-website-says", f"{OURS}/where-it-was-sent"
    both = {"return_to": ARTICLE, "article[url]": f"{OURS}/other"}
    assert without_receipt(await location(public, Referer=came_from)) == came_from
    await public.ask("PUT", f"{SITE}/threads/t", {"url": told})
    assert without_receipt(await location(public, Referer=came_from)) == told
    assert without_receipt(await location(public, {"article[url]": ARTICLE}, Referer=came_from)) == ARTICLE
    assert without_receipt(await location(public, both, Referer=came_from)) == ARTICLE


@pytest.mark.parametrize(
    "address",
    [
        f"{OTHERS}/",
        f"{OURS}.evil.example/",
        f"{OTHERS}/?{OURS}",
        "https://news.example:8443/",
        "http://news.example/",
        "https://ada@news.example/",
        "https://evil.example\\@news.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,1",
        "https:news.example",
        "nowhere",
        "",
        " ",
        "https://news.example/\r\nSet-Cookie: a=b",
        "https://news.example\t.evil.example/",
        f"{OURS}/{'a' * 4000}",
    ],
)
async def test_no_form_leads_to_a_website_that_is_not_listed(public: Application, address: str) -> None:
    for name in ("return_to", "article[url]"):
        answer = await send(public, {name: address})
        if answer.status == 303:
            assert answer.headers["Location"].startswith("/received?")
        else:
            assert (answer.status, name) == (422, "article[url]")
            assert "return_to" not in hidden_fields(parse(await answer.text()))


async def test_what_is_no_listed_address_is_passed_over_for_the_next(public: Application) -> None:
    fields = {"return_to": f"{OTHERS}/", "article[url]": ARTICLE}
    assert without_receipt(await location(public, fields)) == ARTICLE
    assert without_receipt(await location(public, {"return_to": f"{OTHERS}/"}, Referer=ARTICLE)) == ARTICLE


async def test_a_strangers_form_sets_no_address_of_the_thread(public: Application) -> None:
    await location(public, {"return_to": ARTICLE, "article[url]": ARTICLE, "article[title]": "His own"})
    thread = await (await public.ask("GET", f"{SITE}/threads/t")).json()
    assert (thread["url"], thread["title"]) == ("", "")


async def test_a_site_that_lists_no_origins_vouches_for_none(public: Application) -> None:
    await public.ask("PATCH", SITE, {"allowed_origins": []})
    assert await location(public, {"return_to": ARTICLE}, Referer=ARTICLE) == "/received?commentdesk=held&site=default"


async def test_our_own_pages_are_led_back_to(public: Application) -> None:
    own = str(public.client.make_url("/demo?page=2"))
    assert without_receipt(await location(public, {"return_to": own})) == own
    own_form = str(public.client.make_url(COMMENTS))
    assert (await location(public, {"return_to": own_form})).startswith("/received?")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (f"{OURS}/a?commentdesk=published&comment_id=0000000000000000#comment-0000000000000000", f"{OURS}/a"),
        (f"{OURS}/a?b=1&commentdesk=held&c=%20+2&comment_id=1&receipt=x", f"{OURS}/a?b=1&c=%20+2"),
        (f"{OURS}/a?comment%5Fid=1&commentdesk&&b", f"{OURS}/a?&b"),
        (f"{OURS}?commentdesk=held", f"{OURS}/"),
    ],
)
async def test_an_older_receipt_is_taken_away(public: Application, sent: str, kept: str) -> None:
    assert without_receipt(await location(public, {"return_to": sent})) == kept
    assert without_receipt(await location(public, Referer=sent.partition("#")[0])) == kept
    await public.ask("PUT", f"{SITE}/threads/t", {"url": sent})
    assert without_receipt(await location(public)) == kept


async def test_an_address_that_scripts_show_by_its_fragment_keeps_it(public: Application) -> None:
    address = await location(public, {"return_to": f"{OURS}/app#/river"})
    assert address.startswith(f"{OURS}/app?commentdesk=held&comment_id=")
    assert address.endswith("#/river")


@pytest.mark.parametrize(
    ("address", "ascii_address"),
    [
        (f"{OURS}/статья?ключ=1", f"{OURS}/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F?%D0%BA%D0%BB%D1%8E%D1%87=1"),
        (f"{OURS}/caf\u00e9/%C3%A9?a=%2F&b=%", f"{OURS}/caf%C3%A9/%C3%A9?a=%2F&b=%"),
        (f"{OURS}/😀", f"{OURS}/%F0%9F%98%80"),
        (f"{OURS}/[1]'*~", f"{OURS}/[1]'*~"),
        (f"{OURS}//a;b=1//", f"{OURS}//a;b=1//"),
    ],
)
async def test_a_location_is_ascii_wherever_its_address_is_from(
    public: Application, address: str, ascii_address: str
) -> None:
    for fields, headers in (({"return_to": address}, {}), ({"article[url]": address}, {}), ({}, {"Referer": address})):
        assert without_receipt(await location(public, fields, **headers)) == ascii_address
    await public.ask("PUT", f"{SITE}/threads/t", {"url": address})
    assert without_receipt(await location(public)) == ascii_address


@pytest.mark.parametrize("listed", ["https://bücher.example", "https://xn--bcher-kva.example"])
@pytest.mark.parametrize(
    "written", ["https://bücher.example", "https://BÜCHER.example", "https://xn--bcher-kva.example"]
)
async def test_a_host_is_the_same_in_letters_and_in_ascii(public: Application, listed: str, written: str) -> None:
    await public.ask("PATCH", SITE, {"allowed_origins": [listed]})
    sent = {"Origin": public.client.make_url("/").human_repr().rstrip("/")}
    assert without_receipt(await location(public, {"return_to": f"{written}/a"}, **sent)) == (
        "https://xn--bcher-kva.example/a"
    )


async def test_programs_are_led_to_the_thread(public: Application) -> None:
    assert await location(public, Accept="*/*") == COMMENTS


# Through a mistake


def hidden_fields(page: Element) -> dict[str, str]:
    inputs = page.all("input", type="hidden")
    return {each.attributes["name"]: each.attributes["value"] for each in inputs}


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"return_to": ARTICLE}, {}),
        ({"article[url]": ARTICLE}, {}),
        ({"return_to": f"{ARTICLE}&commentdesk=held&comment_id=1#comment-1"}, {}),
        ({}, {"Referer": ARTICLE}),
        ({"return_to": f"{OTHERS}/"}, {"Referer": f"{ARTICLE}&commentdesk=held"}),
    ],
)
async def test_the_way_back_goes_through_mistakes(
    public: Application, fields: dict[str, str], headers: dict[str, str]
) -> None:
    own = {"Origin": str(public.client.make_url("/")).rstrip("/"), "Referer": str(public.client.make_url(COMMENTS))}
    for _ in range(3):
        refused = await send(public, fields | {"email": "no"}, **headers)
        assert refused.status == 422
        page = parse(await refused.text())
        assert page.one("a", href=ARTICLE).words == "Back to the article"
        fields, headers = hidden_fields(page), own
        assert fields == {"return_to": ARTICLE}
    assert without_receipt(await location(public, fields, **headers)) == ARTICLE


async def test_a_refused_form_of_an_unknown_article_leads_to_the_website(public: Application) -> None:
    await public.ask("PATCH", SITE, {"title": "The <News>"})
    page = parse(await (await send(public, {"email": "no"})).text())
    assert hidden_fields(page) == {}
    assert page.one("a", href=f"{OURS}/").words == "Back to The <News>"


async def test_the_wish_for_a_receipt_goes_through_mistakes(public: Application) -> None:
    page = parse(await (await send(public, {"email": "no", "receipt": "on", "return_to": ARTICLE})).text())
    fields = hidden_fields(page)
    assert fields == {"receipt": "on", "return_to": ARTICLE}
    told = parse_qs(urlsplit(await location(public, fields)).query)
    assert (len(told["receipt"]), told["page"]) == (1, ["2"])


async def test_an_unknown_article_s_thanks_carry_the_receipt(public: Application) -> None:
    for accept in ("text/html", "*/*"):
        told = parse_qs(urlsplit(await location(public, {"receipt": "1"}, Accept=accept)).query)
        assert sorted(told) == ["commentdesk", "home", "receipt", "site"]


# The page of thanks


async def received(application: Application, path: str, **headers: str) -> Element:
    answer = await application.client.get(path, headers=headers)
    assert answer.status == 200
    return parse(await answer.text())


async def test_thanks_lead_back_to_the_website(public: Application) -> None:
    page = await received(public, await location(public))
    assert "awaits moderation" in page.one(role="status").words
    assert page.one("a", href=f"{OURS}/").words == "Back to news.example"
    published = await received(public, "/received?commentdesk=published&site=default")
    assert "is published" in published.one(role="status").words


@pytest.mark.parametrize("hidden", [{"Referer": ""}, {"Referer": "", "Origin": ""}])
async def test_a_site_with_one_origin_is_found_also_where_the_browser_hides_it(
    public: Application, hidden: dict[str, str]
) -> None:
    sent = {name: value for name, value in ({"Accept": "text/html", "Origin": OURS} | hidden).items() if value}
    form = FORM | {"body": "Hidden."}
    answer = await public.client.post(COMMENTS, data=form, headers=sent, allow_redirects=False)
    assert answer.headers["Location"].endswith("&home=https%3A%2F%2Fnews.example")


@pytest.mark.parametrize(
    "query", ["site=default&home=https://evil.example", "site=none&home=https://news.example", "home=javascript:1", ""]
)
async def test_thanks_lead_to_no_other_website(public: Application, query: str) -> None:
    page = await received(public, f"/received?commentdesk=held&{query}")
    assert page.all("a") == []
    assert "go back in your browser" in page.one("main").words
