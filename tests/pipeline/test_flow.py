"""The main job on the real service: readers write, moderators decide, readers read; and the same while things die."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.checks import check_all, check_no_email
from tests.pipeline.crowd import Crowd, as_sent
from tests.pipeline.texts import generated_texts, real_texts
from tests.servers import RedisServer, ServiceProcess, client_of

COMMENTS = 500
CONNECTIONS = 32
CLAIMERS = 8

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=["generated", "real"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    return generated_texts(COMMENTS) if request.param == "generated" else real_texts(COMMENTS)


def embedded_url(service: ServiceProcess) -> str:
    return f"unix://{service.data_dir}/valkey.sock?db=0"


def rewrite_append_only_file(url: str) -> None:
    """Makes the server write its base file anew, and waits for it."""
    with client_of(url) as client:
        client.bgrewriteaof()
        while (info := client.info("persistence"))["aof_rewrite_in_progress"] or info["aof_rewrite_scheduled"]:
            pass
        assert info["aof_last_bgrewrite_status"] == "ok"


async def test_every_comment_is_decided_once_and_published_in_order(
    texts: list[str], make_service: Callable[..., ServiceProcess]
) -> None:
    service = make_service()
    service.start()
    sent = as_sent(texts)
    async with Crowd(service) as crowd:
        await asyncio.gather(crowd.post_all(sent, CONNECTIONS), crowd.moderate_all(len(sent), CLAIMERS))
        await check_all(crowd, sent, embedded_url(service))
        assert crowd.unanswered == 0
        await check_no_email(crowd, [service.data_dir])
        await asyncio.to_thread(rewrite_append_only_file, embedded_url(service))
        await check_no_email(crowd, [service.data_dir])
    assert service.stop() == 0


async def test_nothing_is_lost_when_the_service_is_killed(
    texts: list[str], make_service: Callable[..., ServiceProcess]
) -> None:
    service = make_service()
    service.start()
    sent = as_sent(texts)

    async def kill_twice(crowd: Crowd) -> None:
        for share in (3, 2):
            await crowd.until(lambda share=share: len(crowd.decided) >= len(sent) // share)  # type: ignore[misc]
            service.kill()
            await asyncio.to_thread(service.start)

    async with Crowd(service) as crowd:
        await asyncio.gather(
            crowd.post_all(sent, CONNECTIONS), crowd.moderate_all(len(sent), CLAIMERS), kill_twice(crowd)
        )
        assert crowd.unanswered > 0
        await check_all(crowd, sent, embedded_url(service))
        await check_no_email(crowd, [service.data_dir])


async def test_nothing_is_lost_when_the_embedded_server_is_killed(
    texts: list[str], make_service: Callable[..., ServiceProcess]
) -> None:
    service = make_service()
    service.start()
    sent = as_sent(texts)

    async def kill_server(crowd: Crowd) -> None:
        await crowd.until(lambda: len(crowd.decided) >= len(sent) // 3)
        with client_of(embedded_url(service)) as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGKILL)

    async with Crowd(service) as crowd:
        await asyncio.gather(
            crowd.post_all(sent, CONNECTIONS), crowd.moderate_all(len(sent), CLAIMERS), kill_server(crowd)
        )
        assert crowd.unanswered > 0
        await check_all(crowd, sent, embedded_url(service))
    assert "embedded_server_died" in service.said()


async def test_nothing_is_lost_when_an_external_server_is_killed(
    make_service: Callable[..., ServiceProcess], every_redis_server: RedisServer
) -> None:
    server = every_redis_server
    service = make_service(redis_url=server.url)
    service.start()
    sent = as_sent(generated_texts(COMMENTS))

    async def kill_server(crowd: Crowd) -> None:
        await crowd.until(lambda: len(crowd.decided) >= len(sent) // 3)
        server.kill()
        await asyncio.to_thread(server.start)

    async with Crowd(service) as crowd:
        await asyncio.gather(
            crowd.post_all(sent, CONNECTIONS), crowd.moderate_all(len(sent), CLAIMERS), kill_server(crowd)
        )
        assert crowd.unanswered > 0
        await check_all(crowd, sent, server.url)
        await check_no_email(crowd, [Path(server.folder)])
