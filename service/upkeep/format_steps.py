"""What lies in the store, from one format to the next: which keys are of the older one, and how one is rewritten.

Both shapes are read while a store is upgraded, and what is written is of the newer one. So a step rewrites one key by
itself, atomically, unless it is of the newer shape already or was changed since it was read: it may be cut off, done
again, and done by two at once.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from service.domain.event import MACHINE, EventKind
from service.domain.policy import Policy
from service.domain.times import now_ms
from service.link.link import Link
from service.store import format_1, json_records, keys
from service.store.json_records import Change


class FormatStep(NamedTuple):
    """`find` gives those of some keys, all of one site, that are of the older format; `rewrite` rewrites one."""

    find: Callable[[Link, Sequence[bytes]], Awaitable[Sequence[bytes]]]
    rewrite: Callable[[Link, bytes], Awaitable[None]]


async def _find_sites(_: Link, names: Sequence[bytes]) -> list[bytes]:
    return [name for name in names if name == keys.SITES.encode()]


async def _write_stranger_rates(link: Link, _: bytes) -> None:
    """Sites from before strangers had a limit of their own go on without one, and it is written so: what is left out
    would have the default of today. (What is sealed from format 3 on has the number of its secret, which older versions
    would not know; what was sealed before is known by having none.)"""
    for name, record in (await json_records.read_all(link, keys.SITES)).items():
        if "stranger_rate_per_minute" not in record.get("policy", {"stranger_rate_per_minute": None}):
            kept = {"stranger_rate_per_minute": None, "stranger_burst": Policy().stranger_rate.burst}
            change = Change(EventKind.POLICY_CHANGED, MACHINE, now_ms())
            await json_records.update(link, keys.SITES, name, {"policy": record["policy"] | kept}, change=change)


STEPS: dict[int, FormatStep] = {
    1: FormatStep(format_1.find, format_1.rewrite),
    2: FormatStep(_find_sites, _write_stranger_rates),
}
"""From each format to the next one up."""
