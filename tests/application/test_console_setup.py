"""The console's pages for setting up: the site, its website, its team."""

import re
from html import unescape

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, Page

SETUP = "/console/default/setup"
TEAM = SETUP + "/team"
NEW = {"name": "Nora", "rights": "moderator", "reach": "here", "days": ""}


@pytest.fixture
async def admin(application: Application) -> Browser:
    browser = Browser(application)
    await browser.sign_in()
    return browser


def field_of(page: Page, name: str) -> str:
    """What stands in a field of a page, by its id."""
    found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', page.text)
    return unescape(found.group(1)) if found else ""


async def member(admin: Browser, **fields: str) -> tuple[str, str]:
    """Adds a member by the form; his token and his page."""
    wanted = NEW | fields
    sent = await admin.get(TEAM)
    made = await admin.post(TEAM, sent.fields_of(TEAM) | wanted)
    assert made.status == 200, made.text
    team = await admin.get(TEAM)
    (address,) = re.findall(rf'href="({TEAM}/m[0-9a-f]+)"><bdi>{wanted["name"]}<', team.text)
    return field_of(made, "token"), address


async def test_what_is_set_of_a_site_is_saved(admin: Browser) -> None:
    page = await admin.get(SETUP)
    wanted = {
        "title": "Harbour Gazette",
        "language": "de",
        "allowed_origins": "https://news.example\n\nhttps://a.example",
        "waiting_target_minutes": " 45 ",
    }
    saved = await admin.post(SETUP, page.fields_of(SETUP) | wanted)
    assert (saved.status, saved.location) == (303, SETUP + "?saved=1")
    site = await (await admin.application.ask("GET", "/v1/sites/default")).json()
    assert (site["title"], site["language"], site["public_submission"]) == ("Harbour Gazette", "de", False)
    assert site["allowed_origins"] == ["https://news.example", "https://a.example"]
    assert site["waiting_target_minutes"] == 45
    page = await admin.get(SETUP)
    assert field_of(page, "waiting_target_minutes") == "45"
    await admin.post(SETUP, page.fields_of(SETUP) | wanted | {"waiting_target_minutes": ""})
    site = await (await admin.application.ask("GET", "/v1/sites/default")).json()
    assert site["waiting_target_minutes"] is None


@pytest.mark.parametrize("typed", ["0", "10081", "half", "1.5", "-3", "9" * 1000, "\u0663"])
async def test_a_target_is_a_number_of_minutes(admin: Browser, typed: str) -> None:
    page = await admin.get(SETUP)
    refused = await admin.post(SETUP, page.fields_of(SETUP) | {"language": "en", "waiting_target_minutes": typed})
    assert refused.status == 422
    assert 'id="language-mistake"' not in refused.text
    assert 'id="waiting_target_minutes-mistake"' in refused.text
    assert field_of(refused, "waiting_target_minutes") == typed


async def test_a_mistake_is_named_at_its_field_and_what_was_typed_stays(admin: Browser) -> None:
    await admin.get(SETUP)
    refused = await admin.post(SETUP, {"title": "Kept", "language": "!", "allowed_origins": "nonsense"})
    assert refused.status == 422
    assert 'id="language-mistake"' in refused.text
    assert 'id="allowed_origins-mistake"' in refused.text
    assert field_of(refused, "title") == "Kept"
    assert "nonsense</textarea>" in refused.text


async def test_a_new_member_signs_in_by_the_token_that_is_shown_once(admin: Browser) -> None:
    token, address = await member(admin)
    assert token.startswith("cd_")
    shown = await admin.get(address)
    assert token not in shown.text
    assert (await Browser(admin.application).sign_in(token)).status == 303


async def test_a_form_sent_twice_makes_one_member(admin: Browser) -> None:
    fields = (await admin.get(TEAM)).fields_of(TEAM) | NEW
    first, second = await admin.post(TEAM, fields), await admin.post(TEAM, fields)
    assert field_of(first, "token") == field_of(second, "token") != ""
    members = await (await admin.application.ask("GET", "/v1/members")).json()
    assert [each["name"] for each in members["members"]].count("Nora") == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": " "}, "name"), ({"days": "0"}, "days"), ({"days": "٣"}, "days"), ({"rights": "king"}, "rights")],
)
async def test_what_makes_no_token_is_said_at_its_field(admin: Browser, fields: dict[str, str], field: str) -> None:
    hidden = (await admin.get(TEAM)).fields_of(TEAM)
    refused = await admin.post(TEAM, hidden | NEW | fields)
    assert refused.status == 422
    assert f'id="{field}-mistake"' in refused.text


async def test_a_link_signs_its_member_in_once(admin: Browser) -> None:
    _, address = await member(admin)
    await admin.get(address)
    made = await admin.post(address + "/links")
    secret = field_of(made, "link").partition("#")[2]
    assert secret
    other = Browser(admin.application)
    await other.get("/console/_/link")
    assert (await other.post("/console/_/link", {"code": secret})).status == 303
    assert (await other.get("/console")).status == 200
    again = Browser(admin.application)
    assert (await again.post("/console/_/link", {"code": secret})).status == 401


async def test_a_revoked_token_ends_its_sessions(admin: Browser) -> None:
    token, address = await member(admin)
    nora = Browser(admin.application)
    await nora.sign_in(token)
    shown = await admin.get(address)
    (revoke,) = re.findall(rf'action="({address}/tokens/[^"]+/revoke)"', shown.text)
    assert (await admin.post(revoke)).location == address
    assert (await nora.get("/console")).status == 303
    assert (await admin.post(revoke)).location == address, "the second of two presses finds it done"


async def test_a_session_is_ended_from_the_members_page(admin: Browser) -> None:
    token, address = await member(admin)
    nora = Browser(admin.application)
    await nora.sign_in(token)
    shown = await admin.get(address)
    (digest,) = re.findall(r'name="session" value="([^"]+)"', shown.text)
    assert (await admin.post(address + "/sessions", {"session": digest})).location == address
    assert (await nora.get("/console")).status == 303


async def test_a_revoked_member_is_out_at_once_and_gone_from_the_list(admin: Browser) -> None:
    token, address = await member(admin)
    nora = Browser(admin.application)
    await nora.sign_in(token)
    await admin.get(address)
    assert (await admin.post(address + "/revoke")).location == TEAM
    assert (await nora.get("/console")).status == 303
    assert "Nora" not in (await admin.get(TEAM)).text
    assert (await admin.get(address)).status == 404


async def test_a_member_gets_another_name(admin: Browser) -> None:
    _, address = await member(admin)
    await admin.get(address)
    await admin.post(address + "/name", {"name": "Nora B."})
    assert "Nora B." in (await admin.get(address)).text
    refused = await admin.post(address + "/name", {"name": ""})
    assert refused.status == 422
    assert 'id="new-name-mistake"' in refused.text


async def test_the_websites_token_sends_comments(admin: Browser) -> None:
    address = SETUP + "/snippet"
    page = await admin.get(address)
    made = await admin.post(address, page.fields_of(address) | {"name": "The paper"})
    token = field_of(made, "token")
    body = {"name": "Ada", "email": "ada@example.org", "body": "A first comment."}
    sent = await admin.application.ask("POST", "/v1/sites/default/threads/river/comments", body, token=token)
    assert sent.status == 202


@pytest.mark.parametrize("path", [SETUP, TEAM, TEAM + "/admin", SETUP + "/snippet", "/console/_/first-run"])
@pytest.mark.parametrize("role", ["moderator", "operator"])
async def test_administrators_alone_set_up(application: Application, path: str, role: str) -> None:
    browser = Browser(application)
    await browser.sign_in(await application.token(role))
    refused = await browser.get(path, Accept="text/html")
    assert refused.status == 403
    assert "This page is for administrators. Ask whoever runs the service or open the queue." in refused.text


async def test_whoever_may_not_is_told_whom_to_ask(application: Application) -> None:
    await application.ask("POST", "/v1/tokens", {"role": "admin", "name": "Zoë <Lindqvist>"})
    browser = Browser(application)
    await browser.sign_in(await application.token("moderator"))
    refused = await browser.get(SETUP)
    assert "Ask \u2068Zoë &lt;Lindqvist&gt;\u2069 or open the queue." in refused.text


async def test_no_link_signs_a_website_in(admin: Browser) -> None:
    _, address = await member(admin, name="The paper", rights="website")
    page = await admin.get(address)
    assert f'action="{address}/links"' not in page.text
    assert (await admin.post(address + "/links")).status == 404


async def test_a_team_of_many_is_read_page_by_page(admin: Browser) -> None:
    for at in range(60):
        wanted = {"name": f"Member {at:02}", "role": "moderator"} | (
            {"sites": ["*"]} if at % 2 else {"site": "default"}
        )
        assert (await admin.application.ask("POST", "/v1/tokens", wanted)).status == 201
    first = await admin.get(TEAM)
    (onward,) = re.findall(rf'href="({TEAM}\?after=[^"]+)"', first.text)
    second = await admin.get(onward)
    names = [re.findall(r"Member \d\d", page.text) for page in (first, second)]
    assert sorted({*names[0], *names[1]}) == [f"Member {at:02}" for at in range(60)]
    assert not {*names[0]} & {*names[1]}
    assert "?after=" not in second.text
