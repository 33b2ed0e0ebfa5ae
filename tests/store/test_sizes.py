"""How much memory the store took: a size for every six hours, of a quarter of a year."""

import pytest

from service.domain.store_growth import STEP_MS
from service.link.link import Link
from service.store import keys
from service.store.sizes import STEPS_KEPT, note_size, read_sizes
from tests.store.desk import NOW

STEP = NOW // STEP_MS
pytestmark = pytest.mark.usefixtures("store")


async def test_of_six_hours_the_last_size_stays(link: Link) -> None:
    for at_ms, used in ((STEP * STEP_MS, 1), (STEP * STEP_MS + STEP_MS - 1, 2), ((STEP + 1) * STEP_MS, 3)):
        await note_size(link, used, at_ms)
    now_ms = (STEP + 1) * STEP_MS + 5
    assert await read_sizes(link, now_ms) == [(STEP * STEP_MS, 2), ((STEP + 1) * STEP_MS, 3)]


async def test_what_is_too_old_or_from_the_future_goes(link: Link) -> None:
    for step in (STEP - STEPS_KEPT, STEP - STEPS_KEPT + 1, STEP + 4, STEP):
        await link.call("HSET", keys.STORE_SIZES, step, 7)
    assert await read_sizes(link, NOW) == [((STEP - STEPS_KEPT + 1) * STEP_MS, 7), (STEP * STEP_MS, 7)]
    await note_size(link, 9, NOW)
    assert await link.call("HLEN", keys.STORE_SIZES) == 2


@pytest.mark.parametrize(("step", "size"), [("x", "7"), (str(STEP), "x"), ("9" * 30, "7"), (str(STEP), "-5")])
async def test_what_is_no_size_is_passed_over(link: Link, step: str, size: str) -> None:
    await link.call("HSET", keys.STORE_SIZES, step, size)
    assert await read_sizes(link, NOW) == []
