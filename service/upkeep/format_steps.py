"""The steps from one format of the store to the next: which keys have the older format, and how a key is rewritten.

While a store is upgraded the service reads both formats and writes the newer one. So a step rewrites each key
atomically, unless it has the newer format already or was changed since it was read: a step may be interrupted, run
again, or run by two processes at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from service.domain.event import MACHINE, EventKind
from service.domain.policy import Policy
from service.domain.times import now_ms
from service.link.link import Link
from service.store import format_1, format_3, format_4, json_records, keys
from service.store.json_records import Change

Rewrite = Callable[[Link, Sequence[bytes]], Awaitable[None]]


class FormatStep(NamedTuple):
    """`find` returns the keys of the older format among some keys of one site; `rewrite` rewrites some of one site.
    Where it is ordered, all are found before the first is rewritten, and those whose names come last go first."""

    find: Callable[[Link, Sequence[bytes]], Awaitable[Sequence[bytes]]]
    rewrite: Rewrite
    is_ordered: bool = False


def _each(rewrite: Callable[[Link, bytes], Awaitable[None]]) -> Rewrite:
    async def rewrite_all(link: Link, names: Sequence[bytes]) -> None:
        await asyncio.gather(*(rewrite(link, name) for name in names))

    return rewrite_all


async def _find_sites(_: Link, names: Sequence[bytes]) -> list[bytes]:
    return [name for name in names if name == keys.SITES.encode()]


async def _write_stranger_rates(link: Link, _: bytes) -> None:
    """Writes into the policies of older sites that strangers have no limit, since a missing field has the default.

    (Format 3 also numbers sealed texts by their secret, which older versions cannot read; older texts have no number
    and are not rewritten.)
    """
    for name, record in (await json_records.read_all(link, keys.SITES)).items():
        if "stranger_rate_per_minute" not in record.get("policy", {"stranger_rate_per_minute": None}):
            kept = {"stranger_rate_per_minute": None, "stranger_burst": Policy().stranger_rate.burst}
            change = Change(EventKind.POLICY_CHANGED, MACHINE, now_ms())
            await json_records.update(link, keys.SITES, name, {"policy": record["policy"] | kept}, change=change)


STEPS: dict[int, FormatStep] = {
    1: FormatStep(format_1.find, _each(format_1.rewrite)),
    2: FormatStep(_find_sites, _each(_write_stranger_rates)),
    3: FormatStep(format_3.find, _each(format_3.rewrite)),
    4: FormatStep(format_4.find, format_4.rewrite, is_ordered=True),
}
"""The step from each format to the next one."""
