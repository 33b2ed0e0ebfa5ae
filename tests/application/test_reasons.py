"""A site's own reasons for decisions, over HTTP."""

from typing import Any

import orjson
import pytest

from service.store import keys
from tests.application.conftest import Application
from tests.servers import RedisServer, client_of

SITE = "/v1/sites/default"
REASONS = f"{SITE}/reasons"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "The ferry was late three times this week."}
RUDE = {"code": "rude", "title": "Not how we speak", "public": True}


async def reasons_of(application: Application) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await (await application.ask("GET", REASONS)).json())["reasons"]
    return found


async def set_reasons(application: Application, reasons: object) -> None:
    answer = await application.ask("PUT", REASONS, {"reasons": reasons})
    assert answer.status == 200, await answer.text()


async def submitted(application: Application, body: str = "The ferry was late.") -> str:
    answer = await application.ask("POST", COMMENTS, COMMENT | {"body": body})
    return str((await answer.json())["comment_id"])


def details(server: RedisServer, kind: str) -> list[bytes]:
    """What the events of a kind tell besides."""
    names = {name: field.encode() for name, field in keys.EVENT_FIELDS.items()}
    with client_of(server.url) as client:
        entries = client.xrange(keys.events("default"), "-", "+")
    return [entry[names["detail"]] for _, entry in entries if kind in entry[names["kinds"]].decode().split()]


async def test_a_site_has_good_reasons_from_the_start_in_its_language(application: Application) -> None:
    english = await reasons_of(application)
    assert {"spam", "abuse", "hate", "off_topic", "personal_data", "illegal"} <= {each["code"] for each in english}
    assert {each["code"]: each["public"] for each in english}["spam"] is False
    await application.ask("PATCH", SITE, {"language": "de"})
    german = await reasons_of(application)
    assert [each["code"] for each in german] == [each["code"] for each in english]
    assert next(each["title"] for each in german if each["code"] == "off_topic") == "Gehört nicht zum Thema"


async def test_a_site_may_have_reasons_of_its_own_and_the_default_ones_again(application: Application) -> None:
    default = await reasons_of(application)
    await set_reasons(application, [RUDE])
    assert await reasons_of(application) == [RUDE]
    await set_reasons(application, [])
    assert await reasons_of(application) == []
    await set_reasons(application, None)
    assert await reasons_of(application) == default


async def test_other_changes_of_the_site_leave_its_reasons_alone(application: Application) -> None:
    await set_reasons(application, [RUDE])
    await application.ask("PATCH", SITE, {"title": "The News"})
    await application.ask("PATCH", f"{SITE}/policy", {"mode": "auto"})
    assert await reasons_of(application) == [RUDE]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ([RUDE, RUDE], "reasons.1.code"),
        ([RUDE | {"code": "Rude"}], "reasons"),
        ([RUDE | {"code": "x" * 41}], "reasons"),
        ([RUDE | {"title": ""}], "reasons"),
        ([RUDE | {"title": "x" * 101}], "reasons"),
        ([{"code": "rude", "title": "Rude"}], "reasons"),
        ([RUDE | {"code": f"c{number}"} for number in range(51)], "reasons"),
        ("rude", "reasons"),
    ],
)
async def test_reasons_that_cannot_be_are_refused_by_their_field(
    application: Application, wanted: object, field: str
) -> None:
    answer = await application.ask("PUT", REASONS, {"reasons": wanted})
    problem = await answer.json()
    assert (answer.status, problem["code"]) == (422, "invalid_fields")
    assert any(name.startswith(field) for name in problem["errors"])


async def test_fifty_reasons_are_taken(application: Application) -> None:
    await set_reasons(application, [RUDE | {"code": f"c{number}"} for number in range(50)])
    assert len(await reasons_of(application)) == 50


async def test_operators_set_reasons_and_moderators_read_them(application: Application) -> None:
    operator, moderator, website = [await application.token(role) for role in ("operator", "moderator", "website")]
    assert (await application.ask("PUT", REASONS, {"reasons": [RUDE]}, token=operator)).status == 200
    assert (await application.ask("GET", REASONS, token=operator)).status == 200
    assert (await (await application.ask("GET", REASONS, token=moderator)).json())["reasons"] == [RUDE]
    assert (await application.ask("PUT", REASONS, {"reasons": []}, token=moderator)).status == 403
    assert (await application.ask("GET", REASONS, token=website)).status == 403


async def test_the_event_of_a_decision_has_its_code_and_never_words_of_the_moderator(
    application: Application, one_server: RedisServer
) -> None:
    await set_reasons(application, [RUDE])
    for reason in ("rude", "too rude for us", "spam", None):
        comment_id = await submitted(application, f"The ferry was late: {reason}.")
        decision = {"decision": "reject", "reason": reason, "note": "seen before"}
        answer = await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", decision)
        assert answer.status == 200
        full = await (await application.ask("GET", f"{SITE}/comments/{comment_id}")).json()
        assert (full["history"][0]["reason"], full["history"][0]["note"]) == (reason, "seen before")
        assert full["decision_reason"] == ("rude" if reason == "rude" else None)
    found = details(one_server, "decided")
    assert [orjson.loads(each) if each else None for each in found] == [{"reason": "rude"}, None, None, None]


async def test_decisions_on_many_carry_codes_too(application: Application, one_server: RedisServer) -> None:
    ids = [await submitted(application, f"The ferry was late {number} times.") for number in range(2)]
    items = [{"comment_id": each, "decision": "reject", "reason": "off_topic"} for each in ids]
    assert (await application.ask("POST", f"{SITE}/decisions", {"decisions": items})).status == 200
    assert [orjson.loads(each) for each in details(one_server, "decided")] == [{"reason": "off_topic"}] * 2
