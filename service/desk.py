"""What every use case works with, put together once by `app.py`."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from service.domain.base_32 import ID_CHARS, in_base_32
from service.link.link import Link
from service.live.feeds import Feeds
from service.registry import Registry
from service.rules.prepared import PreparedRules
from service.scoring import Scorer
from service.store.bulks import Bulks
from service.store.comments import Comments
from service.store.format_3 import ThreadUpgrades
from service.store.lists import Lists
from service.store.queue import Queue
from service.store.salts import DaySalts
from service.store.search import Search
from service.store.site_queues import SiteQueues
from service.store.submissions import Submissions
from service.store.turned_down import TurnedDown
from service.upkeep.chain_watch import ChainWatch
from service.vault import Vault


def clock_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Desk:
    link: Link
    registry: Registry
    vault: Vault
    scorer: Scorer
    submissions: Submissions
    comments: Comments
    bulks: Bulks
    turned_down: TurnedDown
    queue: Queue
    site_queues: SiteQueues
    lists: Lists
    search: Search
    salts: DaySalts
    rules: PreparedRules
    thread_upgrades: ThreadUpgrades
    feeds: Feeds
    chains: ChainWatch
    near_duplicates: bool = True
    """Whether comments are compared with each other."""
    now_ms: Callable[[], int] = clock_ms


def new_id(now_ms: int) -> str:
    """An id of 16 characters that sorts by time: 48 bits of milliseconds, 32 random bits, in base 32 (RFC 4648, 7)."""
    bits = now_ms << 32 | int.from_bytes(os.urandom(4))
    return in_base_32(bits, ID_CHARS)
