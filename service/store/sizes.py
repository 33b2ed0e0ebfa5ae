"""How much memory the store took, kept in steps of six hours for a quarter of a year."""

from service.domain.store_growth import STEP_MS
from service.link.link import Link
from service.store import keys

STEPS_KEPT = 360
_LONGEST_NUMBER = 18
"""No server has as many bytes as a longer number says."""


async def note_size(link: Link, used_bytes: int, now_ms: int) -> None:
    """Keeps the size of this step in place of what was kept of it, and forgets those that are too old. Sizes from the
    future are from a clock that was set back since, and go too."""
    step = now_ms // STEP_MS
    await link.call("HSET", keys.STORE_SIZES, step, used_bytes)
    steps = (await link.call("HGETALL", keys.STORE_SIZES))[::2]
    gone = [each for each in steps if not 0 <= step - _number(each) < STEPS_KEPT]
    if gone:
        await link.call("HDEL", keys.STORE_SIZES, *gone)


async def read_sizes(link: Link, now_ms: int) -> list[tuple[int, int]]:
    """When each size was kept, in ms since 1970, and its bytes; in the order of time, at most STEPS_KEPT up to now."""
    flat = await link.call("HGETALL", keys.STORE_SIZES)
    step = now_ms // STEP_MS
    found = sorted((_number(at), _number(size)) for at, size in zip(flat[::2], flat[1::2], strict=True))
    return [(at * STEP_MS, size) for at, size in found if 0 <= step - at < STEPS_KEPT and size > 0]


def _number(written: bytes) -> int:
    """-1 of what is no number of ours."""
    return int(written) if written.isdigit() and len(written) <= _LONGEST_NUMBER else -1
