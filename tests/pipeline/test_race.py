"""Sixteen moderators, five thousand comments, two workers of which one is killed in the middle of a bulk: nothing is
done twice, nothing is lost, and everybody was told the truth."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from service.store import scripts
from service.store.record import unpack_history
from service.upkeep import doctor
from tests.pipeline.audited import check_audit
from tests.pipeline.crowd import STATES, Crowd, as_sent
from tests.pipeline.race import Race
from tests.pipeline.texts import generated_texts
from tests.servers import RedisServer, ServiceProcess, client_of
from tests.store.desk import connected
from tests.store.recount import Recount, recount
from tests.workers.conftest import WORKERS, workers

COMMENTS = 5_000
READERS = 32
MODERATORS = 16


@pytest.mark.timeout(180)
async def test_of_all_who_race_for_a_comment_one_has_it(
    redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    service = make_service(redis_url=redis_server.url, settings=WORKERS)
    await asyncio.to_thread(service.start)
    async with Crowd(service, workers=2) as crowd:
        sent = as_sent(generated_texts(COMMENTS))
        await crowd.post_all(sent, READERS)
        race = Race(crowd)
        async with asyncio.TaskGroup() as tasks:
            racing = tasks.create_task(race.run(MODERATORS))
            await crowd.until(lambda: race.bulk_progress > 0 or racing.done())
            os.kill(min(workers(service)), signal.SIGKILL)
        await check(redis_server.url, crowd, race)
    assert min(race.lapsed, race.refused["claimed_by_another"], race.refused["stale_revision"]) > 0, "no race"


async def check(url: str, crowd: Crowd, race: Race) -> None:
    """Every counter from the comments alone; every act told once, to whom did it; the audit log; the doctor."""
    with client_of(url) as client:
        found = await asyncio.to_thread(recount, client)
    assert found.comments.keys() == set(crowd.receipts.values())
    check_history(found, race)
    link = await connected(url, scripts.ALL)
    try:
        await check_audit(link, crowd.site, found)
        assert not (await doctor.examine(link, lambda _: None)).faults
    finally:
        await link.close()


def check_history(found: Recount, race: Race) -> None:
    """Every comment has one act for each revision, which a bulk did or somebody was told that he did, and nobody was
    told anything else of that revision."""
    bulk_acts = 0
    for comment_id, record in found.comments.items():
        acts = unpack_history(record["history"])
        told = race.told[comment_id]
        assert set(told) <= {act.revision for act in acts}
        for act in acts:
            said = told.get(act.revision, set())
            # A decision that stood already, also one that an undo brought back, is told as it stands.
            assert all(each.act == act.act or STATES.get(each.act) == act.after for each in said)
            bulk_acts += act.bulk_id is not None
            assert act.bulk_id in race.bulks if act.bulk_id else act.token_id in {each.moderator for each in said}
        assert record["state"] != "held"
    assert bulk_acts == race.bulk_acts > 0
