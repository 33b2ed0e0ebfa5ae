"""Checks for the doctor whether an author_id leads to the author who has it, and the other way round."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from service.link.link import Link
from service.store import key_kinds, keys, scripts


class AuthorName(NamedTuple):
    """An author by the keyed hash of his email, and an author_id that he has or that leads to him."""

    site: str
    author: str
    author_id: str


async def read_all(link: Link, names: Sequence[bytes]) -> list[bytes | None]:
    """Returns where these keys of author_ids lead, in order; None for one that does not exist."""
    return list(await asyncio.gather(*(link.call("GET", name) for name in names)))


def find_lost(names: Mapping[bytes, bytes | None], records: Mapping[bytes, Mapping[str, str]]) -> Iterator[AuthorName]:
    """Yields each author and author_id of which but one knows the other.

    names: by the key of an author_id the author that it leads to. records: by the key of an author his record, among
    those of other kinds.
    """
    for name, leads_to in names.items():
        if leads_to is not None:
            site, _, author_id = key_kinds.parts_of(name)
            author = leads_to.decode("utf-8", "replace")
            if records.get(keys.author(site, author).encode(), {}).get("author_id") != author_id:
                yield AuthorName(site, author, author_id)
    for key, record in records.items():
        site, kind, author = key_kinds.parts_of(key)
        has = record.get("author_id", "")
        if kind == "author" and has and names.get(keys.author_of(site, has).encode()) != author.encode():
            yield AuthorName(site, author, has)


async def repair(link: Link, name: AuthorName) -> None:
    """Makes the author_id lead to the author where he has it and no other does; otherwise parts them."""
    names = [keys.author(name.site, name.author), keys.author_of(name.site, name.author_id)]
    await scripts.REPAIR_AUTHOR.run(link, names, name.author, name.author_id)
