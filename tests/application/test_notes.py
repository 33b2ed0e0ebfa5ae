"""Notes on comments and authors over HTTP."""

from typing import Any

import pytest

from service.store import keys
from tests.application.conftest import Application
from tests.servers import RedisServer, client_of

SITE = "/v1/sites/default"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "The bridge was closed for a year."}
MOST = 200


async def submitted(application: Application) -> str:
    answer = await application.ask("POST", f"{SITE}/threads/t/comments", COMMENT)
    return f"{SITE}/comments/{(await answer.json())['comment_id']}"


async def author_of(application: Application, comment: str) -> str:
    return f"{SITE}/authors/{(await read(application, comment))['author']['author_id']}"


async def read(application: Application, path: str, token: str = "") -> dict[str, Any]:
    answer = await (application.ask("GET", path, token=token) if token else application.ask("GET", path))
    found: dict[str, Any] = await answer.json()
    assert answer.status == 200, found
    return found


async def write(application: Application, path: str, note: object, token: str) -> tuple[int, dict[str, Any]]:
    answer = await application.ask("POST", f"{path}/notes", {"note": note}, token=token)
    return answer.status, await answer.json()


@pytest.mark.parametrize("of", ["comment", "author"])
async def test_a_note_is_kept_and_shown_with_what_it_is_on(application: Application, of: str) -> None:
    moderator, comment = await application.token("moderator"), await submitted(application)
    place = comment if of == "comment" else await author_of(application, comment)
    before = await read(application, place)
    assert before["notes"] == {"count": 0, "newest": []}
    status, first = await write(application, place, "Two lines,\nand <b>no</b> HTML.", moderator)
    _, second = await write(application, place, "Another word.", moderator)
    assert (status, first["note"], first["moderator"]) == (201, "Two lines,\nand <b>no</b> HTML.", "moderator")
    newest = sorted((first, second), key=lambda note: note["note_id"], reverse=True)  # of one millisecond by chance
    assert await read(application, f"{place}/notes") == {"notes": newest, "count": 2, "next_cursor": None}
    after = await read(application, place)
    assert after.pop("notes") == {"count": 2, "newest": newest}
    del before["notes"]
    assert after == before  # no new revision, no line of history


async def test_notes_come_in_pages_and_the_newest_two_hundred_are_kept(application: Application) -> None:
    moderator, comment = await application.token("moderator"), await submitted(application)
    for number in range(MOST + 3):
        await write(application, comment, f"Note {number}.", moderator)
    shown = (await read(application, comment))["notes"]
    assert (shown["count"], len(shown["newest"])) == (MOST, 10)
    found: list[str] = []
    cursor = ""
    while True:
        page = await read(application, f"{comment}/notes?limit=70" + (f"&cursor={cursor}" if cursor else ""))
        found += [each["note_id"] for each in page["notes"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len({*found}) == len(found) == MOST
    assert found == sorted(found, reverse=True)
    assert (await application.ask("GET", f"{comment}/notes?cursor=bm90aGluZw==")).status == 422


@pytest.mark.parametrize("note", ["", " \n ", "x" * 2001, None, 1, "\u200b"])
async def test_a_bad_note_is_refused_by_its_field(application: Application, note: object) -> None:
    status, problem = await write(application, await submitted(application), note, await application.token("moderator"))
    assert (status, [*problem["errors"]]) == (422, ["note"])


async def test_there_are_no_notes_on_what_there_is_not(application: Application) -> None:
    moderator = await application.token("moderator")
    for place, code in (("comments/" + "0" * 16, "comment_not_found"), ("authors/a000000000000", "author_not_found")):
        status, problem = await write(application, f"{SITE}/{place}", "A word.", moderator)
        assert (status, problem["code"]) == (404, code)
        answer = await application.ask("GET", f"{SITE}/{place}/notes")
        assert (answer.status, (await answer.json())["code"]) == (404, code)


async def test_a_lost_reply_to_a_note_comes_again_and_the_note_does_not(application: Application) -> None:
    comment = await submitted(application)
    headers = {"Authorization": f"Bearer {await application.token('moderator')}", "Idempotency-Key": "k"}
    told = []
    for _ in range(2):
        answer = await application.client.post(f"{comment}/notes", json={"note": "A word."}, headers=headers)
        told.append(await answer.json())
    assert told[0] == told[1]
    other = await application.client.post(f"{comment}/notes", json={"note": "Another."}, headers=headers)
    assert other.status == 422
    assert (await read(application, f"{comment}/notes"))["count"] == 1


async def test_an_event_tells_of_a_note_by_its_id_alone(application: Application, one_server: RedisServer) -> None:
    moderator, comment = await application.token("moderator"), await submitted(application)
    author = await author_of(application, comment)
    ids = [(await write(application, place, "A secret word.", moderator))[1]["note_id"] for place in (comment, author)]
    with client_of(one_server.url) as client:
        entries = [fields for _, fields in client.xrange(keys.events("default"), "-", "+")]
    names = {name: field.encode() for name, field in keys.EVENT_FIELDS.items()}
    noted = [each for each in entries if each[names["kinds"]] in (b"noted", b"author_noted")]
    assert [each[names["subject"]].decode() for each in noted] == [comment[-16:], author[-13:]]
    assert [each[names["detail"]].decode() for each in noted] == [f'{{"note":"{note_id}"}}' for note_id in ids]
    assert "secret" not in repr(entries)


async def test_moderators_alone_read_and_write_notes(application: Application) -> None:
    comment = await submitted(application)
    for role in ("website", "operator"):
        token = await application.token(role)
        assert (await write(application, comment, "A word.", token))[0] == 403
        assert (await application.ask("GET", f"{comment}/notes", token=token)).status == 403
    assert "notes" not in await read(application, comment, await application.token("website"))
