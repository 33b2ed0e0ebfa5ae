"""What is asked again: with an Idempotency-Key, or with the tag of what the caller has already."""

from typing import Any

from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}


async def post(application: Application, path: str, body: Any, key: str) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": key}
    answer = await application.client.post(path, json=body, headers=headers)
    return answer.status, await answer.read()


async def queued(application: Application) -> int:
    return int((await (await application.ask("GET", f"{SITE}/queue")).json())["total"])


async def test_the_same_key_gives_the_first_answer_and_writes_once(application: Application) -> None:
    first = await post(application, COMMENTS, COMMENT, "k")
    assert first[0] == 202
    assert await post(application, COMMENTS, COMMENT, "k") == first
    assert await queued(application) == 1
    assert await post(application, COMMENTS, COMMENT | {"body": "Another text about the river."}, "another") != first
    assert await queued(application) == 2


async def test_a_decision_repeated_is_answered_as_at_first_after_its_undo(application: Application) -> None:
    submitted = await (await application.ask("POST", COMMENTS, COMMENT)).json()
    path = f"{SITE}/comments/{submitted['comment_id']}"
    first = await post(application, f"{path}/decisions", {"decision": "approve"}, "k")
    await application.ask("POST", f"{path}/undo", {})
    assert await post(application, f"{path}/decisions", {"decision": "approve"}, "k") == first
    assert (await (await application.ask("GET", path)).json())["state"] == "held"


async def test_a_tag_holds_until_the_thread_changes(application: Application) -> None:
    submitted = await (await application.ask("POST", COMMENTS, COMMENT)).json()
    tag = (await application.ask("GET", COMMENTS, token="")).headers["ETag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = await application.client.get(COMMENTS, headers={"If-None-Match": given})
        assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", tag)
    await application.ask("POST", f"{SITE}/comments/{submitted['comment_id']}/decisions", {"decision": "approve"})
    changed = await application.client.get(COMMENTS, headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["ETag"] != tag


async def test_head_has_the_tag_and_length_of_get(application: Application) -> None:
    got = await application.ask("GET", COMMENTS, token="")
    head = await application.ask("HEAD", COMMENTS, token="")
    assert (head.status, await head.read()) == (200, b"")
    assert [head.headers[name] for name in ("ETag", "Content-Length")] == [
        got.headers[name] for name in ("ETag", "Content-Length")
    ]
