"""Sentinels that ask for a user, a password and a certificate of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import StartError
from service.link.address import make_link
from service.link.link import Link
from service.link.location import locate
from tests.guarded import Authority, GuardedSentinels
from tests.link.reached import PATIENCE_SECONDS, is_served, opened, until_ready, until_said
from tests.servers import ServiceProcess, free_port

LOGIN = f"sentinel_username={GuardedSentinels.USER}&sentinel_password={GuardedSentinels.PASSWORD}"
Watch = Callable[..., GuardedSentinels]


@pytest.fixture
def watch(folder: Path) -> Iterator[Watch]:
    """Starts a guarded master with guarded sentinels, with the arguments of `GuardedSentinels`."""
    started: list[GuardedSentinels] = []

    def start(**kwargs: Any) -> GuardedSentinels:
        started.append(GuardedSentinels(folder, **kwargs))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()


async def test_sentinels_with_a_password_of_their_own_are_asked(watch: Watch) -> None:
    watched = watch()
    assert await is_served(watched.url(f"?{LOGIN}"))
    assert await is_served(watched.url(f"/0?{LOGIN}&client_name=desk"))
    async with opened(watched.url()) as link:
        await until_said(link, "no sentinel names the master: the sentinel asks for a password, and was given none")
    wrong = f"?sentinel_username={GuardedSentinels.USER}&sentinel_password=wrong"
    async with opened(watched.url(wrong)) as link:
        await until_said(link, "no sentinel names the master: the sentinel refuses the user or the password")
    async with opened(watched.url(f"?{LOGIN}").replace(f"/{watched.NAME}?", "/another?")) as link:
        await until_said(link, "no sentinel names the master: it knows no master of this name")


async def test_sentinels_with_tls_and_certificates_for_both_sides_are_asked(watch: Watch, authority: Authority) -> None:
    watched = watch(tls=authority, mutual=True)
    certificate, key = authority.issue("service")
    tls = f"ssl_ca_certs={authority.file}&ssl_certfile={certificate}&ssl_keyfile={key}"
    assert await is_served(watched.url(f"?{tls}&sentinel_ssl=true&{LOGIN}"))
    own = "&".join(f"sentinel_{option}" for option in tls.split("&"))
    assert await is_served(watched.url(f"?{tls}&{own}&{LOGIN}"))
    async with opened(watched.url(f"?{tls}&{LOGIN}")) as link:
        await until_said(link, "the sentinel closed the connection at once: does it expect TLS")
    stranger = Authority(authority.file.parent, "stranger").file
    async with opened(watched.url(f"?{tls}&sentinel_ssl_ca_certs={stranger}&{LOGIN}")) as link:
        await until_said(link, "the certificate of the sentinel is signed by an authority")


async def test_a_failover_of_guarded_servers_is_followed(watch: Watch, authority: Authority) -> None:
    watched = watch(tls=authority)
    async with opened(watched.url(f"?ssl_ca_certs={authority.file}&sentinel_ssl=true&{LOGIN}")) as link:
        assert await link.wait_up(PATIENCE_SECONDS), link.reason
        before = await _port(link)
        watched.master.kill()
        await until_said(link, "Redis")
        assert await link.wait_up(PATIENCE_SECONDS), link.reason
        assert before == watched.master.port
        assert await _port(link) == watched.replica.port


async def _port(link: Link) -> int:
    (name, port), *_ = [await link.call("CONFIG", "GET", "tls-port")]
    assert name == b"tls-port"
    return int(port)


def test_a_service_behind_guarded_sentinels_says_when_their_password_changed(
    watch: Watch, make_service: Callable[..., ServiceProcess]
) -> None:
    watched = watch()
    service = make_service(redis_url=watched.url(f"?{LOGIN}"))
    service.start()
    for sentinel in watched.sentinels:
        sentinel.client.execute_command("ACL", "SETUSER", watched.USER, "resetpass", ">another")
    watched.master.set_user()
    until_ready(service, 503, "no sentinel names the master: the sentinel refuses the user or the password")
    for sentinel in watched.sentinels:
        sentinel.client.execute_command("ACL", "SETUSER", watched.USER, f">{watched.PASSWORD}")
    until_ready(service, 200, "ok")
    assert watched.PASSWORD not in service.said()


async def test_sentinels_that_are_not_there_are_named_with_the_reason() -> None:
    ports = [free_port(), free_port()]
    url = "redis+sentinel://" + ",".join(f"127.0.0.1:{port}" for port in ports) + "/desk"
    async with opened(url) as link:
        await until_said(link, "no sentinel names the master: nothing listens at the address of the sentinel")
        assert all(f"127.0.0.1:{port}" in link.reason for port in ports)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("sentinel_ssl=perhaps", "must be true or false"),
        ("sentinel_ssl=false&sentinel_ssl_ca_certs=/x", "sentinel_ssl=false"),
        ("sentinel_ssl=true&sentinel_ssl_ca_certs=/x", "the file of ssl_ca_certs cannot be read"),
        ("sentinel_db=1", "Its options"),
    ],
)
def test_options_of_sentinels_that_mean_nothing_are_refused(options: str, said: str) -> None:
    with pytest.raises(StartError, match=said):
        make_link(f"redis+sentinel://h/desk?{options}", ())


def test_the_options_of_the_master_hold_for_sentinels_with_tls_but_its_login_does_not() -> None:
    url = "rediss+sentinel://u:p@h/desk/2?ssl_ca_certs=F&ssl_check_hostname=no&sentinel_ssl=true"
    location = locate(url)
    assert location.options["password"] == "p"
    assert location.options["db"] == 2
    assert location.sentinel_options["ssl_ca_certs"] == "F"
    assert location.sentinel_options["ssl_check_hostname"] is False
    assert "password" not in location.sentinel_options
    assert "ssl_ca_certs" not in locate(url.replace("&sentinel_ssl=true", "")).sentinel_options


def test_addresses_of_version_6_are_in_brackets() -> None:
    assert locate("redis+cluster://[::1]:7000,[2001:db8::1]").nodes == (("::1", 7000), ("2001:db8::1", 6379))
    make_link("redis+cluster://[::1]:7000", ())
