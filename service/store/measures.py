"""What an operator watches of the store as a whole."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.link.info import read_info
from service.link.link import Link
from service.store import keys
from service.store.readiness import OK, durability
from service.store.upgrade_progress import UpgradeProgress, read_progress


class _Memory(NamedTuple):
    """The memory of one server, in bytes: what its data use and may use, what it takes of what its machine has."""

    used: int
    most: int
    resident: int
    machine: int


_REWRITING = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
_MEMORY = ("used_memory", "maxmemory", "used_memory_rss", "total_system_memory")


class FileMeasures(NamedTuple):
    """The append-only file that is the largest of all masters, in bytes, and what is wrong on any of them.

    `base_bytes` is its size after the last rewrite, or at the start of the server.
    """

    size_bytes: int
    base_bytes: int
    is_rewritten: bool
    has_rewrite_failed: bool
    has_save_failed: bool


class StoreMeasures(NamedTuple):
    """Of all masters that answer; the memory is that of the one that is nearest to its limit. `max_bytes` is 0 without
    a limit, `resident_bytes` and `machine_bytes` are as the system sees it, and `backed_up_ms` 0 when there was no
    backup yet; `file` is None while the append-only file is off, `upgrade` when nothing is upgraded."""

    is_durable: bool
    used_bytes: int
    max_bytes: int
    resident_bytes: int
    machine_bytes: int
    file: FileMeasures | None
    backed_up_ms: int
    upgrade: UpgradeProgress | None


async def measure_store(link: Link) -> StoreMeasures:
    told = await read_info(link, "persistence", "memory")
    fullest = max(map(_memory, told), key=lambda memory: (memory.used / memory.most if memory.most else 0, memory.used))
    backed_up = await link.call("GET", keys.BACKED_UP)
    is_durable = all(durability(each) == OK for each in told)
    return StoreMeasures(
        is_durable,
        used_bytes=fullest.used,
        max_bytes=fullest.most,
        resident_bytes=fullest.resident,
        machine_bytes=fullest.machine,
        file=_file(told),
        backed_up_ms=int(backed_up or 0),
        upgrade=await read_progress(link),
    )


def _memory(told: Mapping[str, str]) -> _Memory:
    return _Memory(*(int(told.get(name, 0)) for name in _MEMORY))


def _file(told: Sequence[Mapping[str, str]]) -> FileMeasures | None:
    """Returns what servers tell of their files; `told` are their sections `persistence` of INFO."""
    on = [each for each in told if each.get("aof_enabled") == "1"]
    if not on:
        return None
    sizes = [(int(each.get("aof_current_size", 0)), int(each.get("aof_base_size", 0))) for each in on]
    return FileMeasures(
        *max(sizes),
        is_rewritten=any(each.get(name) == "1" for each in on for name in _REWRITING),
        has_rewrite_failed=any(each.get("aof_last_bgrewrite_status", OK) != OK for each in on),
        has_save_failed=any(each.get("rdb_last_bgsave_status", OK) != OK for each in on),
    )
