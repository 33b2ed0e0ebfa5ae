"""The service and its commands work on whatever is guarded by TLS, certificates for both sides and users."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from service.store.readiness import check_store
from tests.guarded import ENCODED, USER, Authority, GuardedSentinels, GuardedServer, clustered, make_cluster
from tests.link.reached import PATIENCE_SECONDS, opened, run_command, until_said, use_all_commands
from tests.servers import ServiceProcess
from tests.topology import DURABLE

Guard = Callable[..., GuardedServer]
MakeService = Callable[..., ServiceProcess]


PATIENT = ("--save", "", "--appendonly", "yes")
"""A server that does not wait for its disk: a busy one is not what is tried here."""


def use(url: str, make_service: MakeService, file: Path) -> None:
    service = make_service(redis_url=url)
    service.start()
    run_command(service, url, "demo")
    use_all_commands(service, url, file)


def options_of(authority: Authority) -> str:
    certificate, key = authority.issue("service")
    return f"ssl_ca_certs={authority.file}&ssl_certfile={certificate}&ssl_keyfile={key}"


def test_on_one_server_that_asks_for_a_certificate(
    guard: Guard, authority: Authority, make_service: MakeService, tmp_path: Path
) -> None:
    use(
        guard(tls=authority, mutual=True, options=PATIENT).url(f"?{options_of(authority)}"),
        make_service,
        tmp_path / "file",
    )


def test_on_a_cluster_that_asks_for_a_certificate(
    guard: Guard, authority: Authority, make_service: MakeService, tmp_path: Path
) -> None:
    server = guard(tls=authority, mutual=True, options=(*PATIENT, *clustered(), "--tls-cluster", "yes"))
    make_cluster(server)
    url = f"rediss+cluster://{USER}:{ENCODED}@{server.address}/?{options_of(authority)}"
    use(url, make_service, tmp_path / "file")


def test_behind_sentinels_that_ask_for_a_certificate(
    folder: Path, authority: Authority, make_service: MakeService, tmp_path: Path
) -> None:
    watched = GuardedSentinels(folder, tls=authority, mutual=True)
    try:
        watched.start()
        login = f"sentinel_username={watched.USER}&sentinel_password={watched.PASSWORD}"
        url = watched.url(f"?{options_of(authority)}&sentinel_ssl=true&{login}")
        use(url, make_service, tmp_path / "file")
    finally:
        watched.stop()


async def test_a_cluster_that_refuses_the_login_or_a_right_is_named(guard: Guard) -> None:
    server = guard(options=(*DURABLE, *clustered()))
    make_cluster(server)
    url = f"redis+cluster://{USER}:{ENCODED}@{server.address}"
    async with opened(url.replace(ENCODED, "wrong")) as link:
        await until_said(link, f"{server.address}: Redis refuses the user or the password")
    server.set_user("-cluster|slots")
    async with opened(url) as link:
        await until_said(link, f"{server.address}: Redis does not let this user run CLUSTER SLOTS")
        server.set_user("+cluster|slots")
        assert await link.wait_whole(PATIENCE_SECONDS), link.reason
        server.set_user("resetpass", ">another")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "Redis refuses the user or the password" not in (await check_store(link))["redis"]:
                await asyncio.sleep(0.01)
