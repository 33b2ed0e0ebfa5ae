"""Authors over HTTP: their ids, look-ups by email, bans and trust."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.domain.times import rfc3339
from tests.application.conftest import Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
NOW = 1_770_000_000_000
DAY = 86_400_000


async def submit(application: Application, token: str = "", **given: object) -> dict[str, Any]:
    """A comment with a website's token, as a moderator reads it, and what its sender was told."""
    token = token or await application.token("website")
    told = await (await application.ask("POST", COMMENTS, COMMENT | given, token=token)).json()
    full: dict[str, Any] = await (await application.ask("GET", f"{SITE}/comments/{told['comment_id']}")).json()
    return full | {"told": told["state"]}


async def author_of(application: Application) -> str:
    return str((await submit(application))["author"]["author_id"])


async def set_mode(application: Application, mode: str, **policy: object) -> None:
    answer = await application.ask("PUT", f"{SITE}/policy", {"mode": mode, **policy})
    assert answer.status == 200, await answer.text()


async def read(application: Application, author_id: str) -> dict[str, Any]:
    answer = await application.ask("GET", f"{SITE}/authors/{author_id}")
    assert answer.status == 200
    found: dict[str, Any] = await answer.json()
    return found


def codes_of(comment: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in comment["reasons"]]


async def test_an_author_is_whoever_writes_by_the_same_email(application: Application) -> None:
    first, again = await submit(application), await submit(application, email="ADA@mail.example", body="Once more.")
    other = await submit(application, email="rex@mail.example")
    author_id = first["author"]["author_id"]
    assert again["author"]["author_id"] == author_id != other["author"]["author_id"]
    found = await read(application, author_id)
    assert (found["submitted"], found["held"], found["first_at"]) == (2, 2, first["submitted_at"])
    assert found["last_at"] == again["submitted_at"]
    assert (found["ban"], found["trust"], found["outcomes"]) == (None, None, [])


async def test_an_author_is_shown_with_the_email_and_the_newest_comments(application: Application) -> None:
    token = await application.token("website")
    await set_mode(application, "auto", publish_below=0.5, reader_rate_per_minute=None)
    ids = [(await submit(application, token, body=f"Comment number {n}."))["comment_id"] for n in range(22)]
    other = await submit(application, token, email="rex@mail.example")
    author_id = (await submit(application, token, body="The last."))["author"]["author_id"]
    found = await read(application, author_id)
    assert found["email"] == COMMENT["email"]
    assert [each["comment_id"] for each in found["comments"]][1:] == ids[:2:-1]
    assert found["comments"][0]["body"] == "The last."
    assert [each["comment_id"] for each in (await read(application, other["author"]["author_id"]))["comments"]] == [
        other["comment_id"]
    ]


async def test_the_record_tells_what_people_decided(application: Application) -> None:
    comments = [await submit(application, body=f"Comment number {n}.") for n in range(3)]
    author_id = comments[0]["author"]["author_id"]
    for comment, decision in zip(comments, ("approve", "reject", "approve"), strict=True):
        path = f"{SITE}/comments/{comment['comment_id']}"
        await application.ask("POST", f"{path}/decisions", {"decision": decision})
    found = await read(application, author_id)
    assert (found["approved"], found["published"], found["rejected"]) == (2, 2, 1)
    assert found["outcomes"] == ["approve", "reject", "approve"]
    await application.ask("POST", f"{SITE}/comments/{comments[2]['comment_id']}/undo", {})
    found = await read(application, author_id)
    assert (found["approved"], found["outcomes"]) == (1, ["reject", "approve"])


@pytest.mark.parametrize("mode", ["premoderate", "postmoderate", "auto"])
async def test_a_banned_author_is_told_held_and_is_rejected(application: Application, mode: str) -> None:
    author_id = await author_of(application)
    await set_mode(application, mode, publish_below=1.0, reject_above=1.0)
    for act in ("ban", "trust"):
        assert (await application.ask("PUT", f"{SITE}/authors/{author_id}/{act}", {})).status == 200
    queued = (await (await application.ask("GET", f"{SITE}/queue")).json())["total"]
    banned = await submit(application, body="After the ban.", author_verified=True)
    assert (banned["told"], banned["state"], banned["verdict"]) == ("held", "rejected", "reject")
    assert codes_of(banned)[0] == "author_banned"
    assert (await (await application.ask("GET", f"{SITE}/queue")).json())["total"] == queued
    assert (await application.ask("DELETE", f"{SITE}/authors/{author_id}/ban")).status == 204
    later = await submit(application, body="After the end of the ban.")
    assert "author_banned" not in codes_of(later)


async def test_a_ban_ends_by_itself(open_application: Callable[..., Awaitable[Application]]) -> None:
    now = NOW
    application = await open_application(lambda: now)
    author_id = await author_of(application)
    wanted = {"until": rfc3339(NOW + DAY), "reason": "A day off."}
    banned = await (await application.ask("PUT", f"{SITE}/authors/{author_id}/ban", wanted)).json()
    assert banned["ban"] == wanted | {"at": rfc3339(NOW), "actor": "admin"}
    assert codes_of(await submit(application, body="Within the day."))[0] == "author_banned"
    now += DAY
    assert "author_banned" not in codes_of(await submit(application, body="After the day."))
    assert (await read(application, author_id))["ban"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"until": "0001-01-01T00:00:00+23:00"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"reason": "x" * 201}, "reason"),
        ({"days": 3}, "days"),
    ],
)
async def test_a_ban_that_cannot_be_is_refused(application: Application, body: dict[str, Any], field: str) -> None:
    author_id = await author_of(application)
    answer = await application.ask("PUT", f"{SITE}/authors/{author_id}/ban", body)
    assert (answer.status, list((await answer.json())["errors"])) == (422, [field])
    assert (await read(application, author_id))["ban"] is None


@pytest.mark.parametrize("mode", ["premoderate", "postmoderate", "auto"])
async def test_a_trusted_author_is_published_where_the_website_knows_him(application: Application, mode: str) -> None:
    author_id = await author_of(application)
    await set_mode(application, mode, publish_below=0.0, reject_above=1.0)
    await application.ask("PUT", f"{SITE}/authors/{author_id}/trust")
    trusted = await submit(application, body="Signed in.", author_verified=True)
    assert (trusted["told"], trusted["state"], trusted["verdict"]) == ("published", "published", "publish")
    assert codes_of(trusted)[0] == "author_trusted"
    assert (await (await application.ask("GET", f"{SITE}/queue")).json())["total"] == 1
    for given in ({}, {"author_verified": False}, {"author_verified": None}):
        unknown = await submit(application, body=f"By somebody: {given}.", **given)
        assert "author_trusted" not in codes_of(unknown)
    assert (await application.ask("DELETE", f"{SITE}/authors/{author_id}/trust")).status == 204
    assert "author_trusted" not in codes_of(await submit(application, body="No more.", author_verified=True))


async def test_what_strangers_and_forms_say_of_themselves_is_not_believed(application: Application) -> None:
    await application.ask("PATCH", SITE, {"public_submission": True})
    author_id = await author_of(application)
    await application.ask("PUT", f"{SITE}/authors/{author_id}/trust")
    stranger = COMMENT | {"body": "I am Ada.", "author_verified": True}
    told = await application.ask("POST", COMMENTS, stranger, token="")
    assert (told.status, (await told.json())["state"]) == (202, "held")
    form = COMMENT | {"body": "By a form.", "author_verified": "true"}
    headers = {"Authorization": f"Bearer {await application.token('website')}"}
    sent = await application.client.post(COMMENTS, data=form, headers=headers, allow_redirects=False)
    assert sent.status == 303
    assert (await read(application, author_id))["published"] == 0


HOLDING = {"name": "river", "when": {"words": {"phrases": ["river"]}}, "action": "hold"}
NEWCOMERS = {"name": "new", "when": {"author": {"approved_fewer_than": 1}}, "action": "hold"}


@pytest.mark.parametrize(
    ("policy", "given", "code"),
    [
        ({"rules": [HOLDING]}, {"body": "The river again."}, "rule"),
        ({"rules": [HOLDING | {"action": "reject"}]}, {"body": "The river again."}, "rule"),
        ({"rules": [NEWCOMERS]}, {"body": "The first one of them."}, "rule"),
        ({"rules": [HOLDING, NEWCOMERS | {"action": "note"}]}, {"body": "The river again."}, "rule"),
        ({"publish_below": 0.0, "reject_above": 0.0}, {"body": "The bridge stands."}, "premoderated"),
        ({}, {"body": "The \u202eegdirb\u202c stands."}, "premoderated"),
        ({}, {"body": "The bridge stands.", "name": "moderator"}, "premoderated"),
    ],
)
async def test_trust_gives_way_to_what_speaks_against_a_comment(
    application: Application, policy: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    author_id = await author_of(application)
    await application.token("moderator")  # whose name is one of staff
    await application.ask("PUT", f"{SITE}/authors/{author_id}/trust")
    await set_mode(application, "premoderate", **policy)
    comment = await submit(application, author_verified=True, **given)
    assert comment["state"] != "published"
    assert codes_of(comment)[0] == code
    assert "author_trusted" not in codes_of(comment)


async def test_a_rule_that_notes_leaves_trust_alone(application: Application) -> None:
    author_id = await author_of(application)
    await application.ask("PUT", f"{SITE}/authors/{author_id}/trust")
    for rules in ([HOLDING | {"action": "note"}], [HOLDING | {"action": "note"}, NEWCOMERS | {"action": "note"}]):
        await set_mode(application, "premoderate", rules=rules)
        comment = await submit(application, author_verified=True, body=f"The river, noted by {len(rules)}.")
        assert comment["state"] == "published"
        assert codes_of(comment) == ["author_trusted", *["rule"] * len(rules), "premoderated"]


async def test_newcomers_are_those_whom_no_person_approved(application: Application) -> None:
    await set_mode(application, "postmoderate", rules=[NEWCOMERS | {"action": "note"}])
    first = await submit(application)
    assert (first["state"], codes_of(first)[0]) == ("published", "rule")
    assert codes_of(await submit(application, body="Published by the machine before."))[0] == "rule"
    await application.ask("POST", f"{SITE}/comments/{first['comment_id']}/decisions", {"decision": "approve"})
    assert "rule" not in codes_of(await submit(application, body="Approved by a person before."))


async def test_an_author_is_found_by_his_email(application: Application) -> None:
    author_id = await author_of(application)
    found = await application.ask("POST", f"{SITE}/authors/lookups", {"email": "Ada@Mail.example"})
    assert (found.status, (await found.json())["author_id"]) == (200, author_id)
    unseen = await application.ask("POST", f"{SITE}/authors/lookups", {"email": "eve@mail.example"})
    assert (unseen.status, (await unseen.json())["code"]) == (404, "author_not_found")


async def test_somebody_unseen_can_be_banned(application: Application) -> None:
    wanted = {"email": "eve@mail.example", "create": True}
    made = await application.ask("POST", f"{SITE}/authors/lookups", wanted)
    author = await made.json()
    assert made.status == 201
    assert (await read(application, author["author_id"])).items() >= {"email": None, "comments": []}.items()
    assert made.headers["Location"] == f"{SITE}/authors/{author['author_id']}"
    assert (author["first_at"], author["submitted"]) == (None, 0)
    assert (await application.ask("POST", f"{SITE}/authors/lookups", wanted)).status == 200
    assert (await application.ask("PUT", f"{made.headers['Location']}/ban", {})).status == 200
    comment = await submit(application, email="eve@mail.example")
    assert (comment["state"], comment["author"]["author_id"]) == ("rejected", author["author_id"])
    assert (comment["author"]["submitted"], comment["author"]["first_at"]) == (1, comment["submitted_at"])


async def test_a_look_up_that_is_sent_again_is_answered_and_told_once(application: Application) -> None:
    wanted = {"email": "eve@mail.example", "create": True}
    headers = {"Authorization": "Bearer the administrator's token of this suite", "Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(application.client.post(f"{SITE}/authors/lookups", json=wanted, headers=headers) for _ in range(5))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({(await answer.json())["author_id"] for answer in answers}) == 1
    other = await application.client.post(f"{SITE}/authors/lookups", json={"email": "a@b.example"}, headers=headers)
    assert (await other.json())["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("author_id", ["a000000000000", "nobody", "a" * 500, "%00", "A000000000000"])
async def test_an_id_of_nobody_finds_nothing(application: Application, author_id: str) -> None:
    path = f"{SITE}/authors/{author_id}"
    calls = (("GET", ""), ("PUT", "/ban"), ("DELETE", "/ban"), ("PUT", "/trust"), ("DELETE", "/trust"))
    for method, rest in calls:
        answer = await application.ask(method, path + rest, {} if method == "PUT" else None)
        assert (answer.status, (await answer.json())["code"]) == (404, "author_not_found"), method + rest


async def test_neither_websites_nor_operators_see_authors(application: Application) -> None:
    author_id = await author_of(application)
    for role in ("website", "operator"):
        token = await application.token(role)
        answers = [
            await application.ask("GET", f"{SITE}/authors/{author_id}", token=token),
            await application.ask("POST", f"{SITE}/authors/lookups", {"email": "ada@mail.example"}, token=token),
            await application.ask("PUT", f"{SITE}/authors/{author_id}/ban", {}, token=token),
        ]
        assert {answer.status for answer in answers} == {403}
