"""The composition root runs consumers in the first of the workers."""

from pathlib import Path

import pytest
from aiohttp import web

from service.app import make_service
from service.link.link import Link
from service.settings import read_settings
from service.store import consumers
from service.store.consumers import INSTALLATION
from tests.consumers.conftest import Recorder, until_done
from tests.servers import RedisServer


def settings(redis_server: RedisServer, folder: Path) -> dict[str, str]:
    return {"COMMENTDESK_REDIS_URL": redis_server.url, "COMMENTDESK_DATA_DIR": str(folder)}


async def test_the_first_worker_consumes_what_happens(redis_server: RedisServer, link: Link, tmp_path: Path) -> None:
    recorder = Recorder()
    service = make_service(read_settings(settings(redis_server, tmp_path)), consumers=[lambda _: recorder])
    runner = web.AppRunner(service)
    await runner.setup()
    try:
        await until_done(link, INSTALLATION, recorder)
        await until_done(link, "default", recorder)
    finally:
        await runner.cleanup()
    made = [("", "site_created", "default"), ("", "site_created", "demo")]
    assert recorder.seen == made
    assert not await link.call("EXISTS", consumers.lease_of(INSTALLATION, recorder.name))


@pytest.mark.parametrize("is_first", [False, True])
async def test_other_workers_and_a_service_without_consumers_keep_no_positions(
    redis_server: RedisServer, link: Link, tmp_path: Path, *, is_first: bool
) -> None:
    made = [] if is_first else [lambda _: Recorder()]
    service = make_service(read_settings(settings(redis_server, tmp_path)), is_first=is_first, consumers=made)
    runner = web.AppRunner(service)
    await runner.setup()
    await runner.cleanup()
    assert (await consumers.measure_stream(link, INSTALLATION, 0)).consumers == {}
