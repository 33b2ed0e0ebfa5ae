"""Decisions that stand, by the machine's verdict and its risk: counted once a comment, and taken back with an undo."""

import pytest

from service.domain.assessed import Assessed
from service.domain.policy import Mode
from service.domain.routing import Verdict
from service.domain.series import HOUR_MS, Series, Span
from service.domain.standing import Standing, agreement, standing_by_risk, standing_by_verdict
from service.store.series import read_series
from tests.store.desk import NOW, Store, new_comment, site_in

NOTHING = Standing(0, 0, 0)
HOUR = NOW - NOW % HOUR_MS


async def read(store: Store, span: Span = Span.DAY) -> Series:
    return await read_series(store.link, store.site.site, span, store.now)


async def bands(store: Store) -> dict[int, Standing]:
    return {band: each for band, each in enumerate(standing_by_risk(await read(store))) if each.total}


@pytest.mark.parametrize(
    ("risk", "band"), [(0.0, 0), (0.09999, 0), (0.1, 1), (0.3, 3), (0.57, 5), (0.7, 7), (0.99999, 9), (1.0, 9)]
)
async def test_a_decision_counts_in_the_band_of_its_risk(store: Store, risk: float, band: int) -> None:
    await store.decide((await store.submit(new_comment(risk=risk))).comment_id, "spam")
    assert await bands(store) == {band: Standing(0, 0, 1)}


async def test_each_comment_counts_once_by_the_decision_that_stands(store: Store) -> None:
    comment_id = (await store.submit(new_comment(risk=0.42))).comment_id
    for decision in ("approve", "approve", "reject"):
        await store.decide(comment_id, decision)
    assert await bands(store) == {4: Standing(0, 1, 0)}
    await store.undo(comment_id)
    assert await bands(store) == {4: Standing(1, 0, 0)}
    await store.undo(comment_id)
    assert await bands(store) == {}
    assert set(standing_by_verdict(await read(store)).values()) == {NOTHING}


async def test_what_was_taken_back_later_stands_no_longer(store: Store) -> None:
    store.now = HOUR
    first, second = [(await store.submit(new_comment(risk=0.42))).comment_id for _ in range(2)]
    await store.decide(first, "reject")
    await store.decide(second, "reject")
    store.now += 3 * HOUR_MS
    await store.undo(first)
    assert await bands(store) == {4: Standing(0, 1, 0)}


async def test_what_was_decided_before_the_span_makes_nothing_negative(store: Store) -> None:
    store.now = HOUR
    comment_id = (await store.submit(new_comment(risk=0.42))).comment_id
    await store.decide(comment_id, "reject")
    store.now += 48 * HOUR_MS
    await store.decide(comment_id, "approve")
    assert await bands(store) == {4: Standing(1, 0, 0)}


async def test_what_the_model_could_not_assess_has_no_band(store: Store) -> None:
    unscored = Assessed(None, None, [], assessed=False, model="")
    comment_id = (await store.submit(new_comment()._replace(assessed=unscored))).comment_id
    await store.decide(comment_id, "reject")
    assert await bands(store) == {}
    assert standing_by_verdict(await read(store))[Verdict.HOLD] == Standing(0, 1, 0)


async def test_they_agree_where_both_decided_the_same(store: Store) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    for decision in ("approve", "approve", "spam"):
        await store.decide((await store.submit()).comment_id, decision)
    assert agreement(await read(store)) == (2, 3)
