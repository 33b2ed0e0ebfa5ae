"""One-time links that an administrator asks the API for: with a new token, or for one that is there."""

from urllib.parse import urlsplit

import pytest

from service.store import keys
from tests.application.conftest import ADMIN, Application
from tests.application.console import Browser
from tests.application.people import Json, desk_of, made
from tests.store.desk import read_events

LINK = "/console/_/link"


async def signed_in(application: Application, address: str) -> int:
    """Opens an address in a browser of its own: what stands behind its `#` is sent by the page's form."""
    return (await Browser(application).post(LINK, {"code": urlsplit(address).fragment})).status


async def links_of(application: Application, token_id: str) -> tuple[int, Json]:
    answer = await application.ask("POST", f"/v1/tokens/{token_id}/links")
    return answer.status, await answer.json()


async def repeated(application: Application, body: Json) -> Json:
    """The answer to a token that is wanted under one Idempotency-Key."""
    headers = {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": "once"}
    answer = await application.client.post("/v1/tokens", json=body, headers=headers)
    found: Json = await answer.json()
    return found


async def test_a_new_token_comes_with_a_link_where_one_is_wanted(application: Application) -> None:
    assert (await made(application))["sign_in_link"] is None
    address = (await made(application, link=True))["sign_in_link"]
    assert address.startswith(str(application.client.make_url(LINK)) + "#cdl_")
    assert await signed_in(application, address) == 303
    assert await signed_in(application, address) == 401


async def test_the_same_key_again_has_the_same_link_which_works_once(application: Application) -> None:
    body = {"role": "moderator", "site": "default", "name": "Mo", "link": True}
    first, second = [await repeated(application, body) for _ in range(2)]
    assert first == second
    assert await signed_in(application, first["sign_in_link"]) == 303
    third = await repeated(application, body)
    assert third == first
    assert await signed_in(application, third["sign_in_link"]) == 401
    events = await read_events(desk_of(application).link, keys.CHANGES)
    assert [each.subject for each in events if "sign_in_link_made" in each.kinds] == [first["member"]["member_id"]]


@pytest.mark.parametrize("roles", [{"role": "website"}, {"roles": ["website"]}])
async def test_a_websites_token_has_no_link(application: Application, roles: Json) -> None:
    body = {"site": "default", "name": "website", "link": True} | roles
    answer = await application.ask("POST", "/v1/tokens", body)
    assert answer.status == 422
    assert list((await answer.json())["errors"]) == ["link"]
    token = await made(application, **roles)
    status, problem = await links_of(application, token["token_id"])
    assert (status, list(problem["errors"])) == (422, ["token_id"])
    described = await (await application.ask("GET", "/openapi.json")).json()
    assert "422" in described["paths"]["/v1/tokens/{token_id}/links"]["post"]["responses"]


async def test_a_token_that_is_there_has_a_link_for_each_call(application: Application) -> None:
    token = await made(application, roles=["website", "moderator"])
    addresses = [(await links_of(application, token["token_id"]))[1]["sign_in_link"] for _ in range(2)]
    assert [await signed_in(application, each) for each in addresses] == [303, 303]


async def test_the_administrator_of_the_settings_has_one_too(application: Application) -> None:
    status, made_link = await links_of(application, "admin")
    assert status == 201
    assert await signed_in(application, made_link["sign_in_link"]) == 303


async def test_a_link_ends_with_its_token(application: Application) -> None:
    token = await made(application, link=True)
    await application.ask("DELETE", f"/v1/tokens/{token['token_id']}")
    assert (await links_of(application, token["token_id"]))[0] == 404
    assert await signed_in(application, token["sign_in_link"]) == 401
