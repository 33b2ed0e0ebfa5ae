"""Sites and tokens as records: changes of the same moment are all kept."""

import asyncio

import pytest

from service.domain.replay import NO_REPLAY
from service.domain.site import Site
from service.errors import RecordAbsentError, RecordExistsError
from service.link.link import Link
from service.store import json_records, keys, sites
from service.store.json_records import Record
from service.store.records import Records
from tests.store.desk import CHANGE


async def test_changes_at_once_lose_none(link: Link) -> None:
    await json_records.create(link, keys.SITES, "news", {"title": ""}, change=CHANGE, replay=NO_REPLAY)
    await asyncio.gather(
        *(json_records.update(link, keys.SITES, "news", {f"field-{n}": n}, change=CHANGE) for n in range(50))
    )
    records = await json_records.read_all(link, keys.SITES)
    assert records["news"] == {"title": ""} | {f"field-{n}": n for n in range(50)}


async def test_what_is_there_is_not_made_again(link: Link) -> None:
    await json_records.create(link, keys.SITES, "news", {"title": "first"}, change=CHANGE, replay=NO_REPLAY)
    with pytest.raises(RecordExistsError):
        await json_records.create(link, keys.SITES, "news", {"title": "second"}, change=CHANGE, replay=NO_REPLAY)


async def test_what_is_not_there_is_neither_changed_nor_removed(link: Link) -> None:
    with pytest.raises(RecordAbsentError):
        await json_records.update(link, keys.SITES, "news", {}, change=CHANGE)
    with pytest.raises(RecordAbsentError):
        await json_records.remove(link, keys.SITES, "news", change=CHANGE)


def test_origins_that_were_stored_as_typed_are_read_as_browsers_send_them() -> None:
    record = sites.pack_site(
        Site("news", allowed_origins=("https://B\u00fccher.example:443", "https://*.news.example"))
    )
    origins = sites.unpack_site("news", record).allowed_origins
    assert origins == ("https://xn--bcher-kva.example", "https://*.news.example")


def unpack(name: str, record: Record) -> str:
    return f"{name}: {record['title']}"


async def test_records_are_unpacked_when_they_change(link: Link) -> None:
    unpacked: list[str] = []

    def counted(name: str, record: Record) -> str:
        unpacked.append(name)
        return unpack(name, record)

    records = Records(link, keys.SITES, counted, kind="site")
    for name in ("a", "b", "c"):
        await json_records.create(link, keys.SITES, name, {"title": name}, change=CHANGE, replay=NO_REPLAY)
    assert await records.read_all() == {"a", "b", "c"}
    assert await records.read_all() == set()
    await json_records.update(link, keys.SITES, "a", {"title": "A"}, change=CHANGE)
    await json_records.remove(link, keys.SITES, "b", change=CHANGE)
    assert await records.read_all() == {"a", "b"}
    assert records.values == {"a": "a: A", "c": "c: c"}
    assert sorted(unpacked) == ["a", "a", "b", "c"]


async def test_one_record_is_read_again_by_itself(link: Link) -> None:
    records = Records(link, keys.SITES, unpack, kind="site")
    await json_records.create(link, keys.SITES, "a", {"title": "one"}, change=CHANGE, replay=NO_REPLAY)
    await records.read("a")
    await records.read("unknown")
    assert records.values == {"a": "a: one"}
    await link.call("HSET", keys.SITES, "a", "{")
    await records.read("a")
    assert (records.values, list(records.unreadable)) == ({}, ["a"])
    await json_records.remove(link, keys.SITES, "a", change=CHANGE)
    assert await records.read_all() == {"a"}
    assert records.unreadable == {}
