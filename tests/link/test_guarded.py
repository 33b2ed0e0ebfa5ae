"""A Redis with TLS, users and passwords: how it is reached, and what is said where it cannot be."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from service.errors import StartError
from service.link.address import make_link
from service.link.trouble import MAX_CHARS, what_is_wrong
from tests.guarded import USER, Authority, GuardedServer
from tests.link.reached import is_served, opened, until_said
from tests.servers import free_port

Guard = Callable[..., GuardedServer]


async def test_a_password_with_every_special_character_is_percent_encoded(guard: Guard) -> None:
    assert await is_served(guard().url())


async def test_a_certificate_is_checked_against_the_authority_that_is_named(guard: Guard, authority: Authority) -> None:
    server = guard(tls=authority)
    assert await is_served(server.url(f"?ssl_ca_certs={authority.file}"))
    for option in ("ssl_min_version=1.3", "ssl_include_verify_flags=VERIFY_X509_STRICT", "ssl_check_hostname=true"):
        assert await is_served(server.url(f"?ssl_ca_certs={authority.file}&{option}"))
    async with opened(server.url()) as link:
        await until_said(link, "signed by an authority that ssl_ca_certs does not name")


async def test_both_sides_show_a_certificate_where_redis_asks_for_one(guard: Guard, authority: Authority) -> None:
    server = guard(tls=authority, mutual=True)
    trusted = f"?ssl_ca_certs={authority.file}"
    certificate, key = authority.issue("service")
    assert await is_served(server.url(f"{trusted}&ssl_certfile={certificate}&ssl_keyfile={key}"))
    async with opened(server.url(trusted)) as link:
        await until_said(link, "certificate")
    certificate, key = authority.issue("expired", days=-1)
    async with opened(server.url(f"{trusted}&ssl_certfile={certificate}&ssl_keyfile={key}")) as link:
        await until_said(link, "Redis refuses the service's certificate (ssl_certfile): it has expired")
    certificate, key = Authority(authority.file.parent, "stranger").issue("foreign")
    async with opened(server.url(f"{trusted}&ssl_certfile={certificate}&ssl_keyfile={key}")) as link:
        await until_said(link, "Redis refuses the service's certificate (ssl_certfile): it does not know who signed it")


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        ({"days": -1}, "the certificate of Redis has expired"),
        ({"host": "10.1.1.1"}, "the certificate of Redis is for another address than the one that it is reached by"),
    ],
)
async def test_a_wrong_certificate_of_redis_is_named(
    issued: dict[str, object], said: str, guard: Guard, authority: Authority
) -> None:
    server = guard(tls=authority)
    server.show_certificate(*authority.issue("wrong", **issued))  # type: ignore[arg-type]
    async with opened(server.url(f"?ssl_ca_certs={authority.file}")) as link:
        await until_said(link, said)


async def test_a_wrong_login_is_named(guard: Guard) -> None:
    server = guard()
    async with opened(server.url(password="wrong")) as link:
        await until_said(link, "Redis refuses the user or the password")
    async with opened(f"redis://{server.address}/0") as link:
        await until_said(link, "Redis asks for a password, and was given none")
    server.set_user("off")
    async with opened(server.url()) as link:
        await until_said(link, "Redis refuses the user or the password")


async def test_tls_at_the_wrong_end_is_named(guard: Guard, authority: Authority) -> None:
    with_tls, without = guard(tls=authority), guard()
    async with opened(f"redis://{with_tls.address}/0") as link:
        await until_said(link, "does it expect TLS (rediss://)")
    async with opened(f"rediss://{without.address}/0") as link:
        await until_said(link, "does it expect no TLS (redis://)")


async def test_an_address_where_nobody_is_is_named() -> None:
    async with opened(f"redis://127.0.0.1:{free_port()}/0") as link:
        await until_said(link, "nothing listens at the address of Redis")
    async with opened("redis://no.such.host.invalid/0") as link:
        await until_said(link, "the name of Redis's host is not known")


async def test_a_right_to_connect_that_is_missing_is_named(guard: Guard) -> None:
    server = guard(rights="~* &* +@all -script|load")
    async with opened(server.url()) as link:
        await until_said(link, "Redis does not let this user run SCRIPT LOAD")


def test_files_and_options_that_cannot_be_used_are_refused_at_the_start(authority: Authority, folder: Path) -> None:
    certificate, _ = authority.issue("service")
    _, other_key = authority.issue("other")
    for scheme, options, said in (
        ("rediss", "ssl_ca_certs=/nowhere", "the file of ssl_ca_certs cannot be read: No such file or directory"),
        ("rediss", f"ssl_certfile={certificate}&ssl_keyfile=/nowhere", "the file of ssl_keyfile cannot be read"),
        ("rediss", f"ssl_certfile={certificate}&ssl_keyfile={other_key}", "is not that of the certificate"),
        ("rediss", f"ssl_certfile={certificate}", "the options ssl_*"),
        ("rediss", f"ssl_ca_certs={other_key}", "no certificate in the file of ssl_ca_certs"),
        ("rediss", "ssl_ciphers=nonsense", "the options ssl_*"),
        ("rediss", "ssl_cert_reqs=maybe", "an option is not understood"),
        ("rediss", "ssl_min_version=9", "an option is not understood"),
        ("rediss", "ssl_exclude_verify_flags=NONE", "a port, a database or an option that is none"),
        ("redis", f"ssl_ca_certs={authority.file}", "redis:// instead of rediss://"),
        ("redis+cluster", f"ssl_ca_certs={authority.file}", "redis:// instead of rediss://"),
        ("redis", "decode_responses=true", "Its options"),
        ("redis", "db=0&db=1", "each of which may be given once"),
    ):
        with pytest.raises(StartError) as refused:
            make_link(f"{scheme}://{USER}:secret@127.0.0.1:6379/?{options}", ())
        assert said in str(refused.value)
        assert "secret@" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+cluster", "redis+sentinel", "unix"])
@pytest.mark.parametrize("password", ["a/b", "a?b", "a#b", "12#b", "12/b", "12?b", "a?ssl_ca_certs=x"])
def test_a_password_that_was_not_encoded_is_refused_and_not_shown(scheme: str, password: str) -> None:
    with pytest.raises(StartError) as refused:
        make_link(f"{scheme}://{USER}:{password}@127.0.0.1:6379/", ())
    told = str(refused.value)
    assert "%2F" in told or "master's name" in told or "cannot be used" in told
    assert password not in told


def test_no_sentence_is_long_and_none_is_a_repr() -> None:
    wrapped = ConnectionError("Error connecting")
    wrapped.__cause__ = ssl.SSLError(1, f"[SSL: SOMETHING_NEW] {'x' * 500}")
    for error in (wrapped, ResponseError("y" * 500), OSError(), OSError(5, "z" * 500), ResponseError("one\ntwo")):
        told = what_is_wrong(error)
        assert 0 < len(told) <= MAX_CHARS
        assert not {"(", "\n"} & set(told)
