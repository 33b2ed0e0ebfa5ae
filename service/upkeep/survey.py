"""What the doctor reads of a store: every key that agrees with comments, or has a structure to check."""

from collections import defaultdict

from service.link.link import Link
from service.store import key_kinds
from service.store.consumers import INSTALLATION
from service.upkeep import author_ids, examination, streams

NAMES = "author-of"
_LIMITED = ("repeat", "idempotency", "rate-reader", "rate-site", "rate-stranger")
_COUNTING = ("thread", "author", "totals")
_OF_STREAMS = (*streams.EVENTS, *streams.CONSUMERS, *streams.DEAD_LETTERS)
_AUDIT_LOGS = ("audit-head", "change-audit-head")
_PLACES = (*examination.HASHES, *examination.SORTED_SETS)
_EXAMINED = {"comment", NAMES, *_COUNTING, *_LIMITED, *_PLACES, *_OF_STREAMS, *_AUDIT_LOGS}


def is_examined(name: bytes) -> bool:
    """Returns whether the doctor reads keys of this kind."""
    return key_kinds.parts_of(name).kind in _EXAMINED


class Survey:
    """What was read of the store: comments by site and id, records with counters, and the keys of other kinds."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.comments: dict[tuple[str, str], examination.Examined] = {}
        self.records: dict[bytes, dict[str, str]] = {}
        self.names: dict[bytes, bytes | None] = {}
        self.places: set[bytes] = set()
        self.limited: dict[bytes, bool] = {}
        self.streams: set[bytes] = set()
        self.audit_logs: set[str] = set()

    async def read(self, names: list[bytes]) -> None:
        """Reads these keys, again where they were read before."""
        by_kind: dict[str, list[bytes]] = defaultdict(list)
        for name in names:
            by_kind[key_kinds.parts_of(name).kind].append(name)
        for kind, names_of_kind in by_kind.items():
            if kind == "comment":
                await self._read_comments(names_of_kind)
            elif kind in _COUNTING:
                records = await examination.read_records(self._link, names_of_kind)
                self.records.update(zip(names_of_kind, records, strict=True))
            elif kind == NAMES:
                self.names.update(zip(names_of_kind, await author_ids.read_all(self._link, names_of_kind), strict=True))
            elif kind in _LIMITED:
                are_for_ever = await examination.are_for_ever(self._link, names_of_kind)
                self.limited.update(zip(names_of_kind, are_for_ever, strict=True))
            elif kind in _OF_STREAMS:
                self.streams.update(names_of_kind)
            elif kind in _AUDIT_LOGS:
                self.audit_logs.update(_log_of(name) for name in names_of_kind)
            else:
                self.places.update(names_of_kind)

    async def _read_comments(self, names: list[bytes]) -> None:
        by_site: dict[str, list[str]] = defaultdict(list)
        for site, _, comment_id in map(key_kinds.parts_of, names):
            by_site[site].append(comment_id)
        for site, ids in by_site.items():
            found = await examination.examine(self._link, site, ids)
            self.comments.update(zip(((site, comment_id) for comment_id in ids), found, strict=True))

    def is_known(self, key: bytes, comment_id: str) -> bool:
        """Returns whether the comment exists and belongs in this place."""
        site, kind, name = key_kinds.parts_of(key)
        examined = self.comments.get((site, comment_id))
        return examined is not None and (not kind.startswith("thread-") or examined.home.thread == name)


def _log_of(head: bytes) -> str:
    """The site whose audit log it is, or INSTALLATION."""
    site, kind, _ = key_kinds.parts_of(head)
    return INSTALLATION if kind.startswith("change-") else site
