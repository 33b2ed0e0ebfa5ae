"""What every use case works with, put together once by `app.py`."""

import base64
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from service.page_cache import PageCache
from service.registry import Registry
from service.scoring import Scorer
from service.store.link import Link
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
    now_ms: Callable[[], int] = clock_ms
    pages: PageCache = field(default_factory=PageCache)


def new_id(now_ms: int) -> str:
    """An id of 16 characters that sorts by time: 48 bits of milliseconds, 32 random bits, in base 32 (RFC 4648, 7)."""
    return base64.b32hexencode(now_ms.to_bytes(6) + os.urandom(4)).decode().lower()
