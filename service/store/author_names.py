"""By what others name an author: an author_id, which is random, and leads to the keyed hash of his email."""

import os
from collections.abc import Mapping

from service.domain.author import AuthorRecord
from service.domain.base_32 import in_base_32
from service.errors import AuthorNotFoundError
from service.link.link import Link
from service.store import keys, scripts
from service.store.author_record import unpack_author

_RANDOM_BYTES, _SPARE_BITS = 8, 4
_CHARS = 12


def new_author_id() -> str:
    """An id of 13 characters: `a` and 60 random bits in base 32 (RFC 4648, 7), which tell nothing of the author."""
    return "a" + in_base_32(int.from_bytes(os.urandom(_RANDOM_BYTES)) >> _SPARE_BITS, _CHARS)


async def find_author(link: Link, site: str, author_id: str) -> str:
    """The keyed hash of an author's email. AuthorNotFoundError, also where he was forgotten."""
    author: bytes | None = await link.call("GET", keys.author_of(site, author_id))
    if author is None:
        raise AuthorNotFoundError
    return author.decode()


async def named(link: Link, site: str, author: str, fields: Mapping[str, str], now_ms: int) -> AuthorRecord:
    """The record of an author as it was read; one that an older version wrote gets its author_id here."""
    if "author_id" not in fields:
        fields = {**fields, "author_id": await _name(link, site, author)}
    return unpack_author(fields, now_ms)


async def _name(link: Link, site: str, author: str) -> str:
    while True:
        author_id = new_author_id()
        names = [keys.author(site, author), keys.author_of(site, author_id)]
        (given,) = await scripts.NAME_AUTHOR.run(link, names, author, author_id)
        if given:
            return str(given.decode())
