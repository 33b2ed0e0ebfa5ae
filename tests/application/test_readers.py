"""Readers behind proxies: each is known by his own address, in whatever form his proxy writes it."""

from collections.abc import Awaitable, Callable, Mapping
from itertools import count

import pytest

from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
PROXIES = "127.0.0.1, 10.0.0.0/8, 2001:db8:ffff::/48"
NUMBERS = count()
FORMS = {
    "bare": "203.0.113.{}",
    "with a port": "203.0.113.{}:5678",
    "with spaces": "  203.0.113.{}\t",
    "in quotes": '"203.0.113.{}"',
    "in quotes with a port": '"203.0.113.{}:47011"',
    "with a hidden port": "203.0.113.{}:_gazonk",
    "of IPv6": "2001:db8:{}::1",
    "of IPv6 in capitals": "2001:DB8:{}:0:0:0:0:1",
    "of IPv6 in brackets": "[2001:db8:{}::1]",
    "of IPv6 with a port": "[2001:db8:{}::1]:443",
    "of IPv6 in quotes": '"[2001:db8:{}::1]:443"',
    "of IPv6 with a zone": "fe80:0:0:{}::1%eth0",
    "of IPv6 with a zone in brackets": "[fe80:0:0:{}::1%25eth0]:443",
    "of IPv4 as IPv6": "::ffff:203.0.113.{}",
    "of IPv4 as IPv6 with a port": "[::ffff:203.0.113.{}]:80",
    "behind a trusted hop": "203.0.113.{}, 10.0.0.7",
    "behind a trusted hop with a port": "203.0.113.{}:1, 10.0.0.7:443",
    "behind a trusted hop as IPv6": "203.0.113.{}, ::ffff:10.0.0.7, [2001:db8:ffff::1]:80",
    "after what he wrote himself": "198.51.100.7, unknown, 203.0.113.{}",
    "after a quote that he left open": '"198.51.100.7, 203.0.113.{}',
    "with empty entries": ",203.0.113.{}, ,",
    "in the trusted network": "10.0.0.{}",
}
FORWARDED = {
    "plain": "for=203.0.113.{}",
    "with a port": 'for="203.0.113.{}:47011";proto=https;host=desk.example',
    "in capitals and spaces": "Proto=https ; FOR = 203.0.113.{}",
    "of IPv6": 'by=10.0.0.1;for="[2001:db8:{}::17]:4711"',
    "of IPv6 with an escape": 'for="\\[2001:db8:{}::17]"',
    "of a hidden reader": "for=_reader{}",
    "behind a trusted hop": 'for=203.0.113.{}, for="10.0.0.7:80"',
    "after what he wrote himself": 'for="198.51.100.7, for=198.51.100.8;for=1, for=203.0.113.{}',
}
UNREAD = [
    "unknown",
    "Unknown",
    "nonsense",
    "(null)",
    "-",
    "203.0.113.300",
    "203.0.113",
    "010.0.0.1",
    "[::1",
    "a" * 500,
    "\xff",
]


@pytest.fixture
async def proxied(open_application: Callable[..., Awaitable[Application]]) -> Application:
    """The application behind trusted proxies; a reader may send one comment and then waits for a minute."""
    opened = await open_application(TRUSTED_PROXIES=PROXIES)
    await opened.ask("PATCH", SITE, {"public_submission": True})
    await opened.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": 1, "reader_burst": 1})
    return opened


async def send(application: Application, headers: Mapping[str, str] | list[tuple[str, str]]) -> int:
    body = {"name": "Ada", "email": "ada@mail.example", "body": f"The river, {next(NUMBERS)}."}
    return (await application.client.post(COMMENTS, json=body, headers=headers)).status


async def unread(application: Application) -> float:
    """How many addresses were not read, as `/metrics` tells."""
    text = await (await application.ask("GET", "/metrics", token=ADMIN)).text()
    found = [line for line in text.splitlines() if line.startswith("commentdesk_unread_addresses_total ")]
    return float(found[0].split()[1]) if found else 0.0


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_two_readers_are_two_and_one_is_one(proxied: Application, form: str) -> None:
    one, other = ({"X-Forwarded-For": form.replace("{}", number)} for number in ("1", "2"))
    assert [await send(proxied, headers) for headers in (one, other, one, other)] == [202, 202, 429, 429]
    assert await unread(proxied) == 0


@pytest.mark.parametrize("form", FORWARDED.values(), ids=FORWARDED)
async def test_they_are_by_forwarded_too(proxied: Application, form: str) -> None:
    one, other = ({"Forwarded": form.replace("{}", number)} for number in ("1", "2"))
    assert [await send(proxied, headers) for headers in (one, other, one)] == [202, 202, 429]


async def test_a_reader_is_one_in_all_forms_of_his_address(proxied: Application) -> None:
    assert await send(proxied, {"X-Forwarded-For": "203.0.113.9"}) == 202
    for same in ("203.0.113.9:80", "::ffff:203.0.113.9", "[::FFFF:cb00:7109]:1", '"203.0.113.9"'):
        assert await send(proxied, {"X-Forwarded-For": same}) == 429, same
    assert await send(proxied, {"Forwarded": "for=203.0.113.9"}) == 429
    assert await send(proxied, {"X-Real-IP": "203.0.113.9:80"}) == 429


async def test_a_list_may_be_in_several_headers(proxied: Application) -> None:
    lines = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "10.0.0.1")]
    assert await send(proxied, lines) == 202
    assert await send(proxied, [("X-Forwarded-For", "198.51.100.2"), *lines[1:]]) == 429
    assert await send(proxied, {"X-Forwarded-For": "203.0.113.2"}) == 202


async def test_what_nearly_all_proxies_write_is_taken_before_what_a_reader_may_have_added(proxied: Application) -> None:
    for number in (1, 2):
        invented = {"Forwarded": f"for=198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}
        assert await send(proxied, {"X-Forwarded-For": "203.0.113.1"} | invented) == (202 if number == 1 else 429)
    assert await send(proxied, {"Forwarded": "proto=https;host=desk.example", "X-Real-IP": "203.0.113.2"}) == 202
    assert await send(proxied, {"X-Real-IP": "203.0.113.2"}) == 429


async def test_a_long_list_is_read_from_its_end(proxied: Application) -> None:
    for number, status in ((1, 202), (2, 202), (1, 429)):
        long = ", ".join(["198.51.100.1"] * 300 + [f"203.0.113.{number}"] + ["10.0.0.1"] * 30)
        assert await send(proxied, {"X-Forwarded-For": long}) == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
@pytest.mark.parametrize("address", UNREAD)
async def test_a_reader_whose_address_is_not_told_costs_no_other_his_comment(
    proxied: Application, header: str, address: str
) -> None:
    headers = {header: f'for="{address}"' if header == "Forwarded" else address}
    assert [await send(proxied, headers) for _ in range(4)] == [202] * 4
    assert await unread(proxied) == 4
    assert await send(proxied, {"X-Forwarded-For": "203.0.113.1"}) == 202


async def test_they_are_held_to_the_limit_of_all_strangers_together(proxied: Application) -> None:
    policy = {"reader_rate_per_minute": 1, "reader_burst": 1, "stranger_rate_per_minute": 1, "stranger_burst": 3}
    await proxied.ask("PUT", f"{SITE}/policy", policy)
    assert [await send(proxied, {"X-Forwarded-For": "unknown"}) for _ in range(5)] == [202] * 3 + [429] * 2


async def test_the_proxy_itself_is_a_reader_where_it_names_nobody(proxied: Application) -> None:
    assert [await send(proxied, {"X-Forwarded-For": " , "}), await send(proxied, {})] == [202, 429]


async def test_a_stranger_connection_is_not_believed(open_application: Callable[..., Awaitable[Application]]) -> None:
    opened = await open_application(TRUSTED_PROXIES="192.0.2.1")
    await opened.ask("PATCH", SITE, {"public_submission": True})
    await opened.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": 1, "reader_burst": 1})
    names = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
    found = [
        await send(opened, {name: f"for=203.0.113.{at}" if name == "Forwarded" else f"203.0.113.{at}"})
        for at, name in enumerate(names)
    ]
    assert found == [202, 429, 429]
