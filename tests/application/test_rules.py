"""A site's rules from the policy to the verdict, over HTTP."""

import itertools
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.app import DESK
from service.domain.caller import ADMIN
from service.domain.policy import Mode, Policy, fields_of, policy_of
from service.store import policies
from service.store.policies import PolicyAct
from tests.application.conftest import Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
WORDS = {"name": "river", "when": {"words": {"phrases": ["river"]}}, "action": "hold"}
LINKS = {"name": "links", "when": {"links": {"more_than": 0}}, "action": "reject"}
NOTE = {"name": "night", "when": {"hours": {"outside": "00:00-00:01", "time_zone": "UTC"}}, "action": "note"}


async def set_rules(application: Application, *rules: dict[str, Any], mode: str = "postmoderate") -> None:
    answer = await application.ask("PUT", f"{SITE}/policy", {"mode": mode, "rules": list(rules)})
    assert answer.status == 200, await answer.text()


async def submitted(application: Application, **given: str) -> dict[str, Any]:
    answer = await application.ask("POST", COMMENTS, COMMENT | given)
    receipt = await answer.json()
    full = await (await application.ask("GET", f"{SITE}/comments/{receipt['comment_id']}")).json()
    return {"told": receipt["state"]} | {name: full[name] for name in ("state", "verdict", "reasons")}


async def test_a_rule_holds_what_would_be_published(application: Application) -> None:
    await set_rules(application, WORDS)
    held = await submitted(application)
    assert (held["told"], held["state"], held["verdict"]) == ("held", "held", "hold")
    assert held["reasons"][0] == {"code": "rule", "rule": "river", "matched": ["river"]}
    published = await submitted(application, body="The bridge stands where it stood.")
    assert published["state"] == "published"


async def test_a_rule_that_rejects_tells_the_sender_no_more_than_held(application: Application) -> None:
    await set_rules(application, NOTE, WORDS, LINKS, mode="premoderate")
    rejected = await submitted(application, website="https://pills.example")
    assert (rejected["told"], rejected["state"]) == ("held", "rejected")
    fired = [reason["rule"] for reason in rejected["reasons"] if reason["code"] == "rule"]
    assert fired == ["night", "river", "links"]
    queue = await (await application.ask("GET", f"{SITE}/queue")).json()
    assert queue["total"] == 0


async def test_a_policy_is_tried_without_keeping_anything(application: Application) -> None:
    await set_rules(application, WORDS)
    await application.ask("PUT", f"{SITE}/threads/t", {"mode": "premoderate"})
    tried = await application.ask("POST", f"{SITE}/policy/tests", COMMENT | {"thread": "t"})
    told = await tried.json()
    assert (told["mode"], told["verdict"]) == ("premoderate", "hold")
    assert told["reasons"][0]["rule"] == "river"
    assert told["scores"] == {name: round(score, 5) for name, score in told["scores"].items()}, "as they are stored"
    elsewhere = await application.ask("POST", f"{SITE}/policy/tests", {"body": "The bridge stands."})
    assert (await elsewhere.json())["verdict"] == "publish"
    assert (await (await application.ask("GET", f"{SITE}/queue")).json())["total"] == 0


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"when": {"pattern": {"re2": "("}}}, "rules.0.when.pattern.re2"),
        ({"when": {"words": {"phrases": ["..."]}}}, "rules.0.when.words.phrases.0"),
        ({"when": {"link_domains": {"in": ["co.uk"]}}}, "rules.0.when.link_domains.in"),
        ({"when": {"link_domains": {"in": ["no domain"]}}}, "rules.0.when.link_domains.in"),
        ({"when": {}}, "rules.0.when"),
        ({"when": {"hours": {"outside": "7-22", "time_zone": "UTC"}}}, "rules.0.when.hours.outside"),
        ({"when": {"hours": {"outside": "07:00-22:00", "time_zone": "Mars"}}}, "rules.0.when.hours.time_zone"),
        ({"when": {"unknown": {}}}, "rules.0.when.unknown"),
        ({"name": ""}, "rules.0.name"),
        ({"action": "publish"}, "rules.0.action"),
    ],
)
async def test_a_rule_that_is_not_taken_is_named_with_its_field(
    application: Application, rule: dict[str, Any], field: str
) -> None:
    answer = await application.ask("PUT", f"{SITE}/policy", {"rules": [WORDS | rule]})
    assert answer.status == 422
    assert list((await answer.json())["errors"]) == [field]


async def test_a_change_of_the_policy_checks_its_rules_and_keeps_the_others(application: Application) -> None:
    await set_rules(application, WORDS)
    kept = await application.ask("PATCH", f"{SITE}/policy", {"mode": "auto"})
    assert (await kept.json())["rules"] == [WORDS]
    wrong = await application.ask("PATCH", f"{SITE}/policy", {"rules": [WORDS | {"when": {"pattern": {"re2": "("}}}]})
    assert list((await wrong.json())["errors"]) == ["rules.0.when.pattern.re2"]
    changed = await application.ask("PATCH", f"{SITE}/policy", {"rules": [LINKS]})
    assert (await changed.json())["rules"] == [LINKS]


async def test_two_rules_of_one_name_are_refused(application: Application) -> None:
    answer = await application.ask("PUT", f"{SITE}/policy", {"rules": [WORDS, WORDS]})
    assert list((await answer.json())["errors"]) == ["rules.0.name", "rules.1.name"]


async def test_rules_are_kept_as_they_were_written(application: Application) -> None:
    domains = {"name": "d", "when": {"link_domains": {"not_in": ["Bücher.example"]}}, "action": "note", "thread": "t"}
    await set_rules(application, WORDS, domains)
    kept = (await (await application.ask("GET", f"{SITE}/policy")).json())["rules"]
    assert kept == [WORDS, domains | {"when": {"link_domains": {"not_in": ["xn--bcher-kva.example"]}}}]


async def test_a_policy_of_thousands_of_phrases_is_taken(application: Application) -> None:
    phrases = [f"a phrase of the number {chr(97 + number % 26)}{number}" for number in range(5000)]
    await set_rules(application, {"name": "many", "when": {"words": {"phrases": phrases}}, "action": "hold"})
    held = await submitted(application, body=f"It is {phrases[4321]}, as I said.")
    assert held["reasons"][0]["matched"] == [phrases[4321]]


def condition(action: str = "hold", **when: Any) -> dict[str, Any]:
    return {"name": next(iter(when)), "when": when, "action": action}


def matched_by(told: dict[str, Any], name: str) -> list[str] | None:
    return next((reason["matched"] for reason in told["reasons"] if reason.get("rule") == name), None)


async def decided(application: Application, decision: str, **given: str) -> None:
    answer = await application.ask("POST", COMMENTS, COMMENT | given)
    path = f"{SITE}/comments/{(await answer.json())['comment_id']}"
    assert (await application.ask("POST", f"{path}/decisions", {"decision": decision})).status == 200


async def test_a_newcomer_is_held_until_enough_was_approved(application: Application) -> None:
    await set_rules(application, condition(author={"approved_fewer_than": 2}))
    first = await submitted(application)
    assert (first["state"], matched_by(first, "author")) == ("held", ["0"])
    await decided(application, "approve", body="The first that was approved.")
    await decided(application, "approve", body="The second that was approved.")
    known = await submitted(application, body="From somebody who is known by now.")
    assert (known["state"], matched_by(known, "author")) == ("published", None)
    stranger = await submitted(application, email="eve@mail.example")
    assert stranger["state"] == "held"


async def test_who_was_often_rejected_is_rejected(application: Application) -> None:
    await set_rules(application, condition("reject", author={"rejected_share_above": 0.5, "of_last": 3}))
    await decided(application, "approve", body="An approved one.")
    await decided(application, "spam", body="A first that was spam.")
    assert (await submitted(application, body="One of two is not more than half."))["state"] == "published"
    await decided(application, "reject", body="A second that was rejected.")
    after = await submitted(application, body="Two of three are.")
    assert (after["told"], after["state"], matched_by(after, "author")) == ("held", "rejected", ["2/3"])


async def test_a_decision_taken_back_does_not_count(application: Application) -> None:
    await set_rules(application, condition("reject", author={"rejected_share_above": 0, "of_last": 20}))
    posted = await (await application.ask("POST", COMMENTS, COMMENT)).json()
    path = f"{SITE}/comments/{posted['comment_id']}"
    for decision in ("spam", "reject"):
        assert (await application.ask("POST", f"{path}/decisions", {"decision": decision})).status == 200
    for _ in range(2):
        assert (await application.ask("POST", f"{path}/undo", {})).status == 200
    assert (await submitted(application, body="Nothing is held against me."))["state"] == "published"


async def test_the_same_words_elsewhere_are_met(application: Application) -> None:
    await set_rules(application, condition(repeated={"elsewhere_within_hours": 1}))
    assert (await submitted(application))["state"] == "published"
    elsewhere = f"{SITE}/threads/another/comments"
    again = await (await application.ask("POST", elsewhere, COMMENT)).json()
    assert again["state"] == "held"
    assert (await submitted(application, body="Other words."))["state"] == "published"
    other = await application.ask("POST", elsewhere, COMMENT | {"email": "eve@mail.example"})
    assert (await other.json())["state"] == "published"


async def test_rules_of_the_store_stand_among_the_others_in_their_order(application: Application) -> None:
    newcomers = condition("note", author={"approved_fewer_than": 1})
    await set_rules(application, WORDS, newcomers, LINKS, mode="premoderate")
    told = await submitted(application, website="https://pills.example")
    assert told["state"] == "rejected"
    fired = [(reason["rule"], reason["matched"]) for reason in told["reasons"] if reason["code"] == "rule"]
    assert fired == [("river", ["river"]), ("author", ["0"]), ("links", ["1"])]
    assert told["reasons"][3]["code"] == "premoderated"


async def test_a_rule_of_one_thread_leaves_the_others_alone(application: Application) -> None:
    await set_rules(application, condition(author={"approved_fewer_than": 1}) | {"thread": "another"})
    assert (await submitted(application))["state"] == "published"
    newcomer = COMMENT | {"email": "eve@mail.example"}
    other = await application.ask("POST", f"{SITE}/threads/another/comments", newcomer)
    assert (await other.json())["state"] == "held"


@pytest.mark.parametrize(
    "when", [{"pattern": {"re2": "(river"}}, {"hours": {"outside": "00:00-00:01", "time_zone": "Europe/Gone"}}]
)
async def test_a_rule_that_cannot_be_read_any_more_holds_what_it_concerns(
    application: Application, when: dict[str, Any]
) -> None:
    """As a newer version of a library may read less than the one that took the rule."""
    policy = policy_of(fields_of(Policy(Mode.POSTMODERATE)) | {"rules": [NOTE | {"when": when, "thread": "t"}, WORDS]})
    desk = application.client.app[DESK]
    await policies.change(desk.link, "default", lambda _: policy, PolicyAct(ADMIN, now_ms=1))
    await desk.registry.read_site("default")
    held = await submitted(application, body="The bridge stands where it stood.")
    assert (held["told"], held["state"]) == ("held", "held")
    assert held["reasons"][0] == {"code": "rule", "rule": "night", "matched": []}
    elsewhere = await application.ask("POST", f"{SITE}/policy/tests", {"body": "The bridge stands.", "thread": "other"})
    assert (await elsewhere.json())["verdict"] == "publish"
    told = await (await application.ask("GET", "/metrics")).text()
    assert re.search(r"^commentdesk_unreadable_rules_total [1-9]", told, re.MULTILINE)


NEWCOMERS = {"name": "new", "when": {"author": {"approved_fewer_than": 1}}, "action": "note"}
REPEATED = {"name": "again", "when": {"repeated": {"elsewhere_within_hours": 1}}, "action": "hold"}
OLD = {"name": "old", "when": {"thread_age_days": {"above": 1}}, "action": "reject"}


async def test_what_a_policy_is_tried_on_is_held_against_what_the_store_knows(
    open_application: Callable[..., Awaitable[Application]],
) -> None:
    now = 1_770_000_000_000
    application = await open_application(lambda: now)

    async def tried(thread: str = "other", **given: object) -> tuple[str, list[str]]:
        answer = await application.ask("POST", f"{SITE}/policy/tests", COMMENT | {"thread": thread} | given)
        told = await answer.json()
        return told["verdict"], [reason.get("rule", reason["code"]) for reason in told["reasons"]]

    await set_rules(application, NEWCOMERS, REPEATED, OLD)
    assert await tried() == ("publish", ["new", "postmoderated"])
    comment_id = (await (await application.ask("POST", COMMENTS, COMMENT)).json())["comment_id"]
    assert await tried() == ("hold", ["new", "again", "postmoderated"])
    assert await tried("t") == ("publish", ["new", "postmoderated"])
    await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "approve"})
    assert await tried("t", body="Another text.") == ("publish", ["postmoderated"])
    now += 2 * 86_400_000
    assert await tried("t") == ("reject", ["old", "postmoderated"])
    author = (await (await application.ask("GET", f"{SITE}/comments/{comment_id}")).json())["author"]["author_id"]
    await set_rules(application, mode="premoderate")
    await application.ask("PUT", f"{SITE}/authors/{author}/trust")
    assert await tried(author_verified=True) == ("publish", ["author_trusted", "premoderated"])
    assert await tried() == ("hold", ["premoderated"])
    await application.ask("PUT", f"{SITE}/authors/{author}/ban", {})
    assert await tried(author_verified=True) == ("reject", ["author_banned", "premoderated"])
    found = await (await application.ask("GET", f"{SITE}/authors/{author}")).json()
    assert found["submitted"] == 1


RULES = [NEWCOMERS, REPEATED, OLD, WORDS, LINKS, {"name": "short", "when": {"pattern": {"re2": "^.{1,20}$"}}}]
CHOICES = itertools.product(
    ("premoderate", "postmoderate", "auto"),
    ("", "ban", "trust"),
    (True, False),
    ("The river.", "The bridge stands where it stood before, and so do we.", "See www.pills.example for more."),
)


async def test_a_trial_says_what_becomes_of_the_comment(application: Application) -> None:
    """In all modes, for all who are known or not, with rules drawn at random."""
    drawn = random.Random(13)
    website = await application.token("website")
    for number, (mode, standing, is_verified, body) in enumerate(CHOICES):
        rules = [{"action": "hold"} | rule for rule in drawn.sample(RULES, drawn.randrange(4))]
        policy = {"mode": mode, "rules": rules, "publish_below": drawn.random() * 0.3, "reject_above": 0.4}
        answer = await application.ask("PUT", f"{SITE}/policy", policy)
        assert answer.status == 200, await answer.text()
        sent = COMMENT | {"email": f"reader{number // 3}@mail.example", "body": body, "author_verified": is_verified}
        await stand(application, str(sent["email"]), standing)
        tried = await application.ask("POST", f"{SITE}/policy/tests", sent | {"thread": f"t{number % 2}"})
        told = await tried.json()
        path = f"{SITE}/threads/t{number % 2}/comments"
        receipt = await (await application.ask("POST", path, sent, token=website)).json()
        kept = await (await application.ask("GET", f"{SITE}/comments/{receipt['comment_id']}")).json()
        for name in ("verdict", "reasons", "spans"):
            assert told[name] == kept[name], (number, policy, sent)


async def stand(application: Application, email: str, standing: str) -> None:
    looked_up = await application.ask("POST", f"{SITE}/authors/lookups", {"email": email, "create": True})
    author = f"{SITE}/authors/{(await looked_up.json())['author_id']}"
    for each in ("ban", "trust"):
        await application.ask("PUT" if each == standing else "DELETE", f"{author}/{each}")
