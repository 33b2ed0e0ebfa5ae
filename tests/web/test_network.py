"""What the log calls a network."""

from service.web.network import NetworkNames

DAY_MS = 24 * 3600 * 1000
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2


def test_a_network_keeps_its_name_for_a_day() -> None:
    names = NetworkNames()
    name = names.name("2001:db8::1", NOON_MS)
    assert len(name) == 12
    assert names.name("2001:db8::2", NOON_MS + 1) == name
    assert names.name("2001:db8:0:1::1", NOON_MS) != name
    assert names.name("2001:db8::1", NOON_MS + DAY_MS) != name


def test_no_name_leads_back_to_an_address() -> None:
    first, second = NetworkNames(), NetworkNames()
    assert first.name("192.0.2.1", NOON_MS) != second.name("192.0.2.1", NOON_MS)
    assert first.name("192.0.2.1", NOON_MS) != first.name("192.0.2.2", NOON_MS)


def test_processes_that_share_a_key_share_the_names() -> None:
    first, second = (NetworkNames(lambda day: day.to_bytes(16)) for _ in range(2))
    assert first.name("192.0.2.1", NOON_MS) == second.name("::ffff:192.0.2.1", NOON_MS)
