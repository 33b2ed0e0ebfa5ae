"""What an operator watches of the store as a whole."""

from typing import NamedTuple

from service.link.info import read_info
from service.link.link import Link
from service.store import keys
from service.store.readiness import OK, durability
from service.store.upgrade_progress import UpgradeProgress, read_progress


class StoreMeasures(NamedTuple):
    """Of all masters that answer; the memory is that of the one that is nearest to its limit. `max_bytes` is 0 without
    a limit, `backed_up_ms` 0 when there was no backup yet, `upgrade` None when nothing is upgraded."""

    is_durable: bool
    used_bytes: int
    max_bytes: int
    backed_up_ms: int
    upgrade: UpgradeProgress | None


async def measure_store(link: Link) -> StoreMeasures:
    told = await read_info(link, "persistence", "memory")
    memory = [(int(each["used_memory"]), int(each["maxmemory"])) for each in told]
    fullest = max(memory, key=lambda each: (each[0] / each[1] if each[1] else 0, each[0]))
    backed_up = await link.call("GET", keys.BACKED_UP)
    is_durable = all(durability(each) == OK for each in told)
    return StoreMeasures(is_durable, *fullest, int(backed_up or 0), await read_progress(link))
