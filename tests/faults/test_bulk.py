"""A bulk goes on wherever it was cut off: services and servers are killed while it is carried out, and taken back."""

import asyncio
import random
from collections.abc import Callable

import pytest

from service.store import scripts
from service.store.record import unpack_history
from tests.pipeline.crowd import AGAIN_SECONDS, PATIENCE_SECONDS, SITE, Crowd, Json
from tests.servers import RedisServer, ServiceProcess, client_of
from tests.store.desk import Store, connected, new_comment
from tests.store.recount import recount

COMMENTS = 1500
DEATHS = 3
SEED = 5
LONGEST_WAIT_SECONDS = 0.05
VICTIMS = ("service", "redis", "both")


async def fill(redis_url: str) -> None:
    link = await connected(redis_url, scripts.ALL)
    store = Store(link)
    for _ in range(COMMENTS // 100):
        await asyncio.gather(*(store.submit(new_comment(f"t{place % 7}", f"a{place % 9}")) for place in range(100)))
    await link.close()


async def asked(crowd: Crowd, method: str, path: str, body: Json | None = None) -> Json:
    return await crowd.insist(method, path, crowd.service.admin_token, body)


async def carried_out(crowd: Crowd, server: RedisServer, bulk_id: str, part: Callable[[Json], Json]) -> Json:
    """What it came to, though a process or two die every now and then, in the middle of something."""
    chance = random.Random(SEED)
    deaths = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            bulk = await asked(crowd, "GET", f"{SITE}/bulk/{bulk_id}")
            progress = part(bulk)
            if progress["state"] == "done":
                assert deaths, "it was done before anybody died"
                return bulk
            if deaths < DEATHS and progress["done"] > deaths * COMMENTS // (DEATHS + 1):
                await asyncio.sleep(chance.uniform(0, LONGEST_WAIT_SECONDS))  # the instant is what is random
                await die(crowd.service, server, VICTIMS[deaths % len(VICTIMS)])
                deaths += 1
            await asyncio.sleep(AGAIN_SECONDS)


async def die(service: ServiceProcess, server: RedisServer, victim: str) -> None:
    if victim != "redis":
        service.kill()
    if victim != "service":
        server.kill()
        await asyncio.to_thread(server.start)
    if victim != "redis":
        await asyncio.to_thread(service.start)


@pytest.mark.timeout(300)
async def test_a_bulk_and_its_undo_do_all_once_whoever_dies(
    make_service: Callable[..., ServiceProcess], redis_server: RedisServer
) -> None:
    await fill(redis_server.url)
    service = make_service(redis_url=redis_server.url)
    service.start()
    async with Crowd(service) as crowd:
        seen = await asked(crowd, "POST", f"{SITE}/bulk/previews", {"select": {"state": "held"}})
        assert seen["count"] == COMMENTS
        order = {"preview_token": seen["preview_token"], "decision": "spam"}
        bulk_id = (await asked(crowd, "POST", f"{SITE}/bulk", order))["bulk_id"]
        bulk = await carried_out(crowd, redis_server, bulk_id, lambda it: it)
        assert (bulk["done"], bulk["skipped"], bulk["stopped"]) == (COMMENTS, 0, False)
        assert_all(redis_server, "spam", ["spam"], bulk_id)
        await asked(crowd, "POST", f"{SITE}/bulk/{bulk_id}/undo")
        bulk = await carried_out(crowd, redis_server, bulk_id, lambda it: it["undo"])
        assert (bulk["undo"]["done"], bulk["undo"]["skipped"]) == (COMMENTS, 0)
        assert_all(redis_server, "held", ["spam", "undo"], bulk_id)
    assert "Traceback" not in service.said(), service.said()


def assert_all(server: RedisServer, state: str, acts: list[str], bulk_id: str) -> None:
    """Every comment is in the state, after these acts of the bulk and no others."""
    with client_of(server.url) as client:
        records = recount(client).comments
    assert len(records) == COMMENTS
    for record in records.values():
        history = unpack_history(record["history"])
        assert (record["state"], [act.act for act in history]) == (state, acts)
        assert {act.bulk_id for act in history} == {bulk_id}
