"""What format 3 of the store had otherwise: a thread's published comments lay in its list by the time of their
publication alone. Now they lie there by that of their writing."""

import asyncio
from collections.abc import Sequence

from service.link.link import Link
from service.platform.recent import Recent
from service.store import key_kinds, keys, scripts
from service.store.format_1 import rewrite_comment
from service.store.homes import COMMENTS_A_STEP, HOME_FIELDS

MOST_COMMENTS = 1000
"""Of a thread that is upgraded when somebody reads it; a longer one waits for the upgrade of the store."""
MOST_THREADS = 4096


async def find(link: Link, names: Sequence[bytes]) -> list[bytes]:
    """Those of these keys, all of one site, that are comments which may have another place since format 4."""
    comments = [name for name in names if key_kinds.parts_of(name).kind == "comment"]
    if not comments:
        return []
    (places,) = await scripts.FIND_MODERATED.run(link, comments)
    return [comments[place - 1] for place in places]


async def rewrite(link: Link, name: bytes) -> None:
    """Gives one comment that was found its places; one that cannot be read has none."""
    site, _, comment_id = key_kinds.parts_of(name)
    thread = await link.call("HGET", name, HOME_FIELDS[0])
    if thread is not None:
        await _place(link, site, thread.decode(), [comment_id])


async def _place(link: Link, site: str, thread: str, ids: Sequence[str]) -> None:
    of_thread = keys.thread_keys(site, thread)
    records = (keys.comment(site, comment_id) for comment_id in ids)
    names = [of_thread.thread, of_thread.published, keys.published_later(site, thread), *records]
    await scripts.UPGRADE_PUBLICATIONS.run(link, names, *ids)


class ThreadUpgrades:
    """Upgrades threads before they are read, while the store is upgraded, each once as long as it is remembered."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._done: Recent[tuple[str, str], bool] = Recent(MOST_THREADS)

    async def upgrade(self, site: str, thread: str) -> None:
        """Gives the first MOST_COMMENTS of a thread their places."""
        if self._done.get((site, thread)):
            return
        listed = keys.thread_keys(site, thread).published
        ids = [each.decode() for each in await self._link.call("ZRANGE", listed, 0, MOST_COMMENTS - 1)]
        for start in range(0, len(ids), COMMENTS_A_STEP):
            step = ids[start : start + COMMENTS_A_STEP]
            await asyncio.gather(*(rewrite_comment(self._link, site, comment_id) for comment_id in step))
            await _place(self._link, site, thread, step)
        if ids:
            self._done.put((site, thread), value=True)
