"""What every use case works with, put together once by `app.py`."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from service.registry import Registry
from service.scoring import Scorer
from service.store.link import Link
from service.vault import Vault

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


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


def new_id(now_ms: int) -> str:
    """An id of 16 characters that sorts by time: 48 bits of milliseconds, 32 random bits, in Crockford's base 32."""
    number = (now_ms << 32) | int.from_bytes(os.urandom(4))
    digits = []
    for _ in range(16):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
