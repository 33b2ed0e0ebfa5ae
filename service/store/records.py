"""Sites, tokens or members as a process has read them: what did not change since is not unpacked again."""

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from service.link.link import Link
from service.store.json_records import UNREADABLE, Record, record_of

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Records(Generic[T]):
    """The records of such a hash by name, in `values`; `unreadable` has why not for each that cannot
    be read: one of a newer version, or of nobody's. Each of these is logged once, as what `kind` says."""

    def __init__(self, link: Link, key: str, unpack: Callable[[str, Record], T], *, kind: str) -> None:
        self._link = link
        self._key = key
        self._unpack = unpack
        self._kind = kind
        self._told: set[str] = set()
        self._raw: dict[str, bytes] = {}
        self.values: dict[str, T] = {}
        self.unreadable: dict[str, str] = {}

    async def read_all(self) -> set[str]:
        """Reads every record; the names of those that were added, changed or removed."""
        flat = await self._link.call("HGETALL", self._key)
        raw = {name.decode(errors="replace"): each for name, each in zip(flat[::2], flat[1::2], strict=True)}
        changed = {name for name, each in raw.items() if self._raw.get(name) != each} | (self._raw.keys() - raw.keys())
        for name in changed:
            self._keep(name, raw.get(name))
        return changed

    async def read(self, name: str) -> None:
        """Reads one record."""
        self._keep(name, await self._link.call("HGET", self._key, name))

    def _keep(self, name: str, raw: bytes | None) -> None:
        for kept in (self._raw, self.values, self.unreadable):
            kept.pop(name, None)
        if raw is None:
            return
        self._raw[name] = raw
        try:
            self.values[name] = self._unpack(name, record_of(raw))
        except UNREADABLE as error:
            self.unreadable[name] = repr(error)
            self._tell(name)

    def _tell(self, name: str) -> None:
        """All others must go on being read, and a token that was revoked be none."""
        if name not in self._told:
            self._told.add(name)
            log.error("record_not_read", kind=self._kind, name=name[:100], reason=self.unreadable[name])
