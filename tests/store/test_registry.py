"""Sites and tokens as records: changes of the same moment are all kept."""

import asyncio

import pytest

from service.domain.replay import NO_REPLAY
from service.domain.site import Site
from service.errors import RecordAbsentError, RecordExistsError
from service.link.link import Link
from service.store import json_records, keys, sites
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
