"""What format 4 of the store lacked: its comments had no places in the lists. They come below all that have one, in the
order of their arrival."""

import asyncio
from collections.abc import Sequence

from service.link.link import Argument, Link
from service.lists.ordinals import FIRST_ORDINAL, pack_row
from service.store import key_kinds, keys, scripts
from service.store.homes import HOME_FIELDS, CommentHome

_FIELDS = (*HOME_FIELDS, keys.COMMENT_FIELDS["risk"])


async def find(link: Link, names: Sequence[bytes]) -> list[bytes]:
    """Those of these keys, all of one site, that are comments without a place."""
    comments = [name for name in names if key_kinds.parts_of(name).kind == "comment"]
    if not comments:
        return []
    (places,) = await scripts.FIND_UNLISTED.run(link, comments)
    return [comments[place - 1] for place in places]


async def rewrite(link: Link, names: Sequence[bytes]) -> None:
    """Gives comments of one site that were found their places, each below the one before it. One that cannot be read
    gets none."""
    site = key_kinds.parts_of(names[0]).site
    records = await asyncio.gather(*(link.call("HMGET", name, *_FIELDS) for name in names))
    of_comments: list[str | bytes] = []
    rows: list[Argument] = []
    for name, (*parts, risk) in zip(names, records, strict=True):
        home = CommentHome.of(*parts)
        try:
            rows.append(pack_row(key_kinds.parts_of(name).name, float(risk or b"")))
        except (ValueError, OverflowError):
            continue
        below = (keys.list_thread_below(site, home.thread), keys.list_author_below(site, home.author))
        of_comments += (name, *below)
    await enlist(link, site, of_comments, rows)


async def enlist(link: Link, site: str, of_comments: Sequence[str | bytes], rows: Sequence[Argument]) -> None:
    """Runs the script, once more where the chunks are not those that it was told."""
    ordinal, is_done = FIRST_ORDINAL - 1, 0
    while not is_done:
        shared = (keys.totals(site), *keys.enlisting_keys(site, ordinal))
        ordinal, is_done = await scripts.ENLIST.run(link, [*shared, *of_comments], *rows)
