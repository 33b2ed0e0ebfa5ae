"""From one format of the store to the next: every key by itself, in one step, so that it can be cut off and run again,
and by two at once. Nobody may serve from the store meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from service.link.layout import unchanged
from service.link.link import Link
from service.store import keys, scripts
from service.store.format_1 import Fields, is_of_format_1, of_format_2
from service.upkeep import instant

Progress = Callable[[int], Awaitable[None]]
DAY_MS = 24 * 3600 * 1000


async def from_format_1(link: Link, on_progress: Progress) -> None:
    """Records of comments packed under short names, what is public of them too, and what is remembered for a day as
    strings. `on_progress` hears how many more keys were looked at."""

    async def look(names: list[bytes]) -> None:
        await asyncio.gather(*(_upgrade(link, name) for name in names))
        await on_progress(len(names))

    async with unchanged(link):
        await instant.scan(link, look)


async def _upgrade(link: Link, name: bytes) -> None:
    site, kind, _ = keys.parts_of(name)
    if kind == "comment":
        await _upgrade_comment(link, site, name)
    elif kind == "repeat":
        await _upgrade_remembered(link, name, " ", ("comment_id", "state"))
    elif kind == "idempotency":
        await _upgrade_remembered(link, name, "\n", ("fingerprint", "answer"))


async def _upgrade_comment(link: Link, site: str, name: bytes) -> None:
    flat = await link.call("HGETALL", name)
    record: Fields = dict(zip(flat[::2], flat[1::2], strict=True))
    if not is_of_format_1(record):
        return
    comment_id = keys.parts_of(name).name
    comments = keys.thread_keys(site, record.get(b"thread", b"").decode()).comments
    packed, public = of_format_2(record, await link.call("HGET", comments, comment_id) or b"")
    fields = [part for pair in packed.items() for part in pair]
    await scripts.UPGRADE_COMMENT.run(link, [name, comments], comment_id, public, *fields)


async def _upgrade_remembered(link: Link, name: bytes, separator: str, fields: Sequence[str]) -> None:
    await scripts.UPGRADE_REMEMBERED.run(link, [name], separator, DAY_MS, *fields)
