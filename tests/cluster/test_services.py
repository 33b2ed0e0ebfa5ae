"""Ten services on one cluster, without a shared disk: whichever is asked, they are one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.pipeline.checks import check_all, measured
from tests.pipeline.crowd import AGAIN_SECONDS, PATIENCE_SECONDS, Crowd, Sent, as_sent
from tests.pipeline.texts import generated_texts
from tests.servers import ServiceProcess
from tests.topology import Cluster

SERVICES = 10
COMMENTS = 120
"""Of each site."""
READERS = 8
MODERATORS = 4
SETTINGS = {"COMMENTDESK_SECRET_KEY": "one secret for all of these services", "COMMENTDESK_WAIT_REPLICAS": "1"}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def services(cluster: Cluster, tmp_path: Path) -> Iterator[list[ServiceProcess]]:
    services = [
        ServiceProcess(tmp_path / f"data-{number}", redis_url=cluster.url, settings=SETTINGS)
        for number in range(SERVICES)
    ]
    try:
        for service in services:
            service.spawn()
        for service in services:
            service.wait_ready()
        yield services
        assert [service.stop() for service in services] == [0] * SERVICES
        assert not [service.said() for service in services if "Traceback" in service.said()]
    finally:
        for service in services:
            service.kill()


@pytest.fixture
async def crowds(cluster: Cluster, services: list[ServiceProcess]) -> AsyncIterator[list[Crowd]]:
    """Of a site on each master; the services go round in another order for each."""
    sites = [site for (site,) in cluster.sites_by_master()]
    async with AsyncExitStack() as open_crowds:
        crowds = []
        for number, site in enumerate(sites):
            first, *others = services[number:] + services[:number]
            crowd = await open_crowds.enter_async_context(Crowd(first, others, site))
            await crowd.insist("POST", "/v1/sites", first.admin_token, {"site": site})
            crowds.append(crowd)
        await asyncio.gather(*(until_known_to(service, set(sites)) for service in services))
        yield crowds


async def sites_of(service: ServiceProcess) -> list[dict[str, str]]:
    async with Crowd(service) as crowd:
        found: list[dict[str, str]] = (await crowd.insist("GET", "/v1/sites", service.admin_token))["sites"]
        return found


async def until_known_to(service: ServiceProcess, sites: set[str]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not sites <= {each["site"] for each in await sites_of(service)}:
            await asyncio.sleep(AGAIN_SECONDS)


async def work(crowds: list[Crowd], sent: list[Sent]) -> None:
    """Everybody submits and decides what comes after what was decided before."""
    async with asyncio.TaskGroup() as tasks:
        for crowd in crowds:
            tasks.create_task(crowd.post_all(sent[len(crowd.decided) :], READERS))
            tasks.create_task(crowd.moderate_all(len(sent), MODERATORS))


async def check_spread(services: list[ServiceProcess]) -> None:
    """Every service took part in everything, and is ready."""
    for service in services:
        async with Crowd(service) as one:
            status, said, _ = await one.ask("GET", "/readyz")
            assert (status, set(said["checks"].values())) == (200, {"ok"}), said
            counted = await measured(one)
        for path, done in (
            ("threads/{thread}/comments", 202),
            ("claims", 200),
            ("comments/{comment_id}/decisions", 200),
        ):
            series = f'method="POST",route="/v1/sites/{{site}}/{path}",status="{done}"'
            assert counted[f"commentdesk_requests_total{{{series}}}"], series


async def test_whichever_is_asked_each_comment_is_there_once_and_decided_once_also_when_a_master_dies(
    cluster: Cluster, services: list[ServiceProcess], crowds: list[Crowd]
) -> None:
    sent = as_sent(generated_texts(2 * COMMENTS))
    await work(crowds, sent[:COMMENTS])
    assert [crowd.silent for crowd in crowds] == [0, 0, 0]
    await check_spread(services)
    hit = crowds[0]
    before = hit.unanswered

    async def kill() -> None:
        await hit.until(lambda: len(hit.decided) >= COMMENTS * 5 // 4)
        cluster.masters[0].kill()
        await hit.until(lambda: cluster.replicas[0].client.info("replication")["role"] == "master")
        await asyncio.to_thread(cluster.masters[0].start)

    killing = asyncio.create_task(kill())
    await work(crowds, sent)
    await killing
    assert hit.unanswered > before
    for crowd in crowds:
        await check_all(crowd, sent, cluster.url)
