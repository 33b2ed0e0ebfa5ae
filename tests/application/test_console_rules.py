"""The console's page of rules: read by moderators, changed by operators, tried on a comment that is not kept."""

import json
import re
from collections.abc import Mapping

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, begun
from tests.hostile_texts import HOSTILE_TEXTS

RULES = "/console/default/rules"
SITE = "/v1/sites/default"
CASINO = {"rule_name": "Never words", "kind": "words", "values": "casino\nquick cash", "action": "reject"}


async def signed_in(application: Application, *roles: str) -> Browser:
    browser = Browser(await begun(application))
    await browser.sign_in(await application.token(*roles))
    return browser


@pytest.fixture
async def operator(application: Application) -> Browser:
    return await signed_in(application, "operator")


async def policy(application: Application) -> Mapping[str, object]:
    found: Mapping[str, object] = await (await application.ask("GET", SITE + "/policy")).json()
    return found


async def add(browser: Browser, **fields: str) -> int:
    page = await browser.get(RULES)
    sent = await browser.post(RULES + "/new", page.fields_of(RULES + "/new") | CASINO | fields)
    assert sent.status == 303, sent.text
    return sent.status


async def names(application: Application) -> list[str]:
    rules = (await policy(application))["rules"]
    assert isinstance(rules, list)
    return [rule["name"] for rule in rules]


async def test_settings_are_saved(application: Application, operator: Browser) -> None:
    page = await operator.get(RULES)
    wanted = {
        "mode": "auto",
        "publish_below": "0,10",
        "reject_above": "0.9",
        "reader_rate_per_minute": "",
        "reader_burst": "3",
        "site_rate_per_minute": "",
        "site_burst": "7",
        "stranger_rate_per_minute": "60",
        "stranger_burst": "4",
        "close_after_days": "30",
    }
    saved = await operator.post(RULES, page.fields_of(RULES) | wanted)
    assert (saved.status, saved.location) == (303, RULES + "?saved=1")
    found = await policy(application)
    assert (found["mode"], found["publish_below"], found["reader_rate_per_minute"]) == ("auto", 0.1, None)
    assert (found["stranger_burst"], found["close_after_days"], found["version"]) == (4, 30, 2)


async def test_a_wrong_setting_is_named_and_what_was_typed_stays(application: Application, operator: Browser) -> None:
    page = await operator.get(RULES)
    wanted = {"mode": "auto", "publish_below": "much", "reject_above": "0.9", "close_after_days": "12"}
    refused = await operator.post(RULES, page.fields_of(RULES) | wanted)
    assert refused.status == 422
    assert 'id="publish_below-mistake"' in refused.text
    assert 'value="much"' in refused.text
    assert 'value="12"' in refused.text
    assert (await policy(application))["version"] == 1


async def test_thresholds_that_cross_are_refused(operator: Browser) -> None:
    page = await operator.get(RULES)
    burst = dict.fromkeys(("reader_burst", "site_burst", "stranger_burst"), "1")
    wanted = {"mode": "auto", "publish_below": "0.9", "reject_above": "0.1"} | burst
    refused = await operator.post(RULES, page.fields_of(RULES) | wanted)
    assert refused.status == 422
    assert 'id="publish_below-mistake"' in refused.text


async def test_rules_are_added_moved_and_taken_out(application: Application, operator: Browser) -> None:
    await add(operator)
    await add(operator, rule_name="Links", kind="links", values="2", action="hold")
    assert await names(application) == ["Never words", "Links"]
    page = await operator.get(RULES)
    assert "More than 2 links" in page.text
    change = page.fields_of(RULES + "/change")
    moved = await operator.post(RULES + "/change", change | {"place": "1", "act": "up"})
    assert moved.location == RULES + "?saved=1#at-0"
    assert await names(application) == ["Links", "Never words"]
    change = (await operator.get(RULES)).fields_of(RULES + "/change")
    await operator.post(RULES + "/change", change | {"place": "0", "act": "remove"})
    assert await names(application) == ["Never words"]


async def test_a_second_press_takes_out_nothing_else(application: Application, operator: Browser) -> None:
    await add(operator)
    await add(operator, rule_name="Links", kind="links", values="2")
    change = (await operator.get(RULES)).fields_of(RULES + "/change") | {"place": "0", "act": "remove"}
    assert (await operator.post(RULES + "/change", change)).status == 303
    assert (await operator.post(RULES + "/change", change)).status == 409
    assert await names(application) == ["Links"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rule_name": ""}, "rule_name"),
        ({"values": ""}, "values"),
        ({"kind": "links", "values": "many"}, "values"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "link_domains", "values": "no domain"}, "values"),
        ({"action": "delete"}, "action"),
    ],
)
async def test_a_wrong_rule_is_refused_at_its_field(operator: Browser, fields: dict[str, str], field: str) -> None:
    page = await operator.get(RULES)
    refused = await operator.post(RULES + "/new", page.fields_of(RULES + "/new") | CASINO | fields)
    assert refused.status == 422, refused.text
    assert f'id="{field}-mistake"' in refused.text


async def test_all_rules_are_replaced_by_a_text(application: Application, operator: Browser) -> None:
    page = await operator.get(RULES)
    wanted = [{"name": "Night", "when": {"hours": {"outside": "07:00-22:00", "time_zone": "UTC"}}, "action": "note"}]
    saved = await operator.post(RULES + "/all", page.fields_of(RULES + "/all") | {"rules": json.dumps(wanted)})
    assert saved.status == 303
    assert await names(application) == ["Night"]


@pytest.mark.parametrize("text", ["{", "1", '[{"name": "<b>x</b>"}]', "[" * 5000, '[{"name": "a", "when": {"no": 1}}]'])
async def test_a_text_that_is_no_rules_is_kept_and_explained(operator: Browser, text: str) -> None:
    page = await operator.get(RULES)
    refused = await operator.post(RULES + "/all", page.fields_of(RULES + "/all") | {"rules": text})
    assert refused.status == 422
    assert 'id="rules-mistake"' in refused.text
    assert "<b>x" not in refused.text


async def test_a_change_after_another_is_refused_and_told(application: Application, operator: Browser) -> None:
    page = await operator.get(RULES)
    await application.ask("PATCH", SITE + "/policy", {"mode": "postmoderate"})
    refused = await operator.post(RULES + "/new", page.fields_of(RULES + "/new") | CASINO)
    assert refused.status == 409
    assert "Somebody changed the rules meanwhile" in refused.text
    assert "quick cash" in refused.text
    again = await operator.post(RULES + "/new", refused.fields_of(RULES + "/new") | CASINO)
    assert again.status == 303
    assert await names(application) == ["Never words"]


async def test_a_tried_comment_has_the_reasons_of_the_queue(application: Application, operator: Browser) -> None:
    await add(operator)
    page = await operator.get(RULES)
    tried = await operator.post(RULES + "/trial", page.fields_of(RULES + "/trial") | {"body": "Visit my casino today"})
    assert tried.status == 200
    assert "It would be rejected." in tried.text
    assert "Never words" in tried.text
    assert 'class="why"' in tried.text


async def test_an_empty_comment_is_not_tried(operator: Browser) -> None:
    page = await operator.get(RULES)
    refused = await operator.post(RULES + "/trial", page.fields_of(RULES + "/trial") | {"email": "no address"})
    assert refused.status == 422
    assert 'id="body-mistake"' in refused.text
    assert 'id="email-mistake"' in refused.text


async def test_a_moderator_reads_and_tries_and_changes_nothing(application: Application) -> None:
    moderator = await signed_in(application, "moderator")
    page = await moderator.get(RULES)
    assert page.status == 200
    assert f'action="{RULES}/new"' not in page.text
    assert "<dd>0,98</dd>" in (await moderator.get(RULES, **{"Accept-Language": "de"})).text
    assert (await moderator.post(RULES + "/new", CASINO)).status == 403
    assert (await moderator.post(RULES + "/trial", {"body": "Good morning"})).status == 200


async def test_hits_of_each_rule_stand_in_its_row(application: Application, operator: Browser) -> None:
    await add(operator)
    await add(operator, rule_name="Bridge", kind="words", values="bridge", action="note")
    comment = {"name": "Ada", "email": "ada@mail.example"}
    for body in ("A casino by the bridge.", "A casino at the port.", "The bridge is open."):
        await application.ask("POST", SITE + "/threads/t/comments", comment | {"body": body})
    page = await operator.get(RULES)
    assert "Hits in 7 days" in page.text
    cells = re.findall(r'<td class="n">(.*?)</td>', page.text)
    cells = [re.sub('<span class="unseen">.*?</span>', "", cell) for cell in cells]
    assert [re.sub("<[^>]+>", " ", cell).split() for cell in cells] == [
        ["2", "2", "rejected"],
        ["2", "1", "rejected,", "1", "waiting"],
    ]
    assert "/comments?" not in page.text


async def test_hits_lead_a_moderator_to_the_comments(application: Application, operator: Browser) -> None:
    await add(operator, rule_name="Über & <b>")
    comment = {"name": "Ada", "email": "ada@mail.example"}
    for body in ("A casino by the bridge.", "The bridge is open."):
        await application.ask("POST", SITE + "/threads/t/comments", comment | {"body": body})
    moderator = await signed_in(application, "moderator")
    (address,) = re.findall(r'href="(/console/default/comments\?rule=[^"]+)"', (await moderator.get(RULES)).text)
    found = await moderator.get(address)
    assert "A casino by the bridge." in found.text
    assert "The bridge is open." not in found.text
    assert "Only comments that met the rule" in found.text
    assert "&lt;b&gt;" in found.text
    every = found.fields_of("/console/default/bulk") | {"all": "1", "decision": "spam"}
    preview = await moderator.post("/console/default/bulk", every)
    assert preview.status == 200
    assert "Mark one comment as spam?" in re.sub("<[^>]+>", "", preview.text)
    refused = await moderator.get("/console/default/comments?rule=" + "x" * 65)
    assert refused.status == 422
    assert "That can be the name of no rule." in refused.text


async def test_what_is_typed_into_the_forms_stays_a_text(application: Application, operator: Browser) -> None:
    page = await operator.get(RULES)
    for text in HOSTILE_TEXTS[::7]:
        typed = {"rule_name": text[:300], "kind": text[:300], "values": text, "rule_thread": text[:300]}
        trial = {"body": text, "name": text[:300], "email": text[:300], "thread": text[:300]}
        settings = dict.fromkeys(("mode", "publish_below", "reader_burst", "close_after_days"), text[:300])
        for action, fields in (("/new", typed), ("/trial", trial), ("", settings), ("/all", {"rules": text})):
            refused = await operator.post(RULES + action, page.fields_of(RULES + action) | fields)
            assert refused.status in (400, 422), action
            assert "<script>alert" not in refused.text
            assert 'onmouseover="alert' not in refused.text
    assert await names(application) == []
