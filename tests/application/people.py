"""Members and their tokens as tests of the application make and ask for them."""

from dataclasses import dataclass, field
from typing import Any

from service.app import DESK
from service.desk import Desk, clock_ms
from tests.application.conftest import Application

Json = dict[str, Any]


async def made(application: Application, **wanted: Any) -> Json:
    body = {"role": "moderator", "site": "default", "name": "Mo's phone"} | wanted
    for one, several in (("role", "roles"), ("site", "sites")):
        if several in wanted:
            del body[one]
    answer = await application.ask("POST", "/v1/tokens", body)
    assert answer.status == 201, await answer.text()
    token: Json = await answer.json()
    return token


async def another(application: Application, token: Json, **wanted: Any) -> Json:
    """Another token of the same member."""
    return await made(application, member={"member_id": token["member"]["member_id"]}, **wanted)


async def told(application: Application, member_id: str) -> Json:
    answer = await application.ask("GET", f"/v1/members/{member_id}")
    assert answer.status == 200, await answer.text()
    found: Json = await answer.json()
    return found


async def listed(application: Application, query: str = "") -> list[str]:
    answer = await application.ask("GET", f"/v1/members?limit=200&{query}")
    return [each["member_id"] for each in (await answer.json())["members"]]


async def asked(application: Application, token: Json, method: str, path: str, body: Json | None = None) -> int:
    return (await application.ask(method, path, body, token=token["token"])).status


def desk_of(application: Application) -> Desk:
    return application.client.app[DESK]


@dataclass(slots=True)
class Clock:
    ms: int = field(default_factory=clock_ms)

    def __call__(self) -> int:
        return self.ms
