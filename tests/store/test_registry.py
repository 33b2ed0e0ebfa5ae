"""Sites and tokens as records: changes of the same moment are all kept."""

import asyncio

import pytest

from service import keys
from service.errors import RecordAbsentError, RecordExistsError
from service.store import registry
from service.store.comments import NO_REPLAY
from service.store.link import Link


async def test_changes_at_once_lose_none(link: Link) -> None:
    await registry.create(link, keys.SITES, "news", {"title": ""}, NO_REPLAY)
    await asyncio.gather(*(registry.update(link, keys.SITES, "news", {f"field-{n}": n}) for n in range(50)))
    records = await registry.read_all(link, keys.SITES)
    assert records["news"] == {"title": ""} | {f"field-{n}": n for n in range(50)}


async def test_what_is_there_is_not_made_again(link: Link) -> None:
    await registry.create(link, keys.SITES, "news", {"title": "first"}, NO_REPLAY)
    with pytest.raises(RecordExistsError):
        await registry.create(link, keys.SITES, "news", {"title": "second"}, NO_REPLAY)


async def test_what_is_not_there_is_neither_changed_nor_removed(link: Link) -> None:
    with pytest.raises(RecordAbsentError):
        await registry.update(link, keys.SITES, "news", {})
    with pytest.raises(RecordAbsentError):
        await registry.remove(link, keys.SITES, "news")
