"""How far an upgrade of the store is, for everybody who watches: whichever process does it writes it down."""

from typing import NamedTuple, Self

from service.link.link import Link
from service.store import keys


class UpgradeProgress(NamedTuple):
    """Keys that the present pass over the store has looked at, of how many there are about."""

    looked_at: int
    total: int

    @classmethod
    def read_from(cls, fields: list[bytes | None]) -> Self:
        """Of `looked_at` and `total` as they are stored, or not yet."""
        return cls(*(int(each or 0) for each in fields))

    @property
    def ratio(self) -> float:
        """From 0 to 1. Keys that come in meanwhile, or are looked at twice, make no more of it."""
        return min(1.0, self.looked_at / self.total) if self.total else 0.0


async def write_progress(link: Link, progress: UpgradeProgress) -> None:
    await link.call("HSET", keys.UPGRADE, "looked_at", progress.looked_at, "total", progress.total)


async def read_progress(link: Link) -> UpgradeProgress | None:
    """None when nothing is upgraded."""
    oldest = link.call("HGET", keys.INSTALLATION, "upgrading_from")
    progress = link.call("HMGET", keys.UPGRADE, "looked_at", "total")
    return UpgradeProgress.read_from(await progress) if await oldest is not None else None
