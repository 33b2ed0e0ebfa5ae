"""How often rules were met, counted in the lists, on real servers."""

import random
from collections import Counter

import numpy as np
import pytest

from service.desk import new_id
from service.domain.decision import Decision
from service.domain.policy import MODES
from service.domain.reason import Reason
from service.domain.routing import Routing, Verdict
from service.domain.rule_hits import HitsOfRules, RuleHits
from service.link.link import Link
from service.lists.ordinals import BITS_A_CHUNK, FIRST_ORDINAL, ROWS_A_CHUNK, pack_row
from service.store import keys, rule_hits
from service.store.lists import Lists
from tests.store.desk import NOW, Store, new_comment

DAY = 86_400_000


async def met(store: Store, *rules: str, verdict: Verdict = Verdict.HOLD, at: int = NOW) -> str:
    """A comment that met some rules."""
    reasons = [Reason("rule", {"rule": rule, "matched": []}) for rule in rules]
    routing = Routing(verdict, [*reasons, Reason("premoderated")])
    new = new_comment(comment_id=new_id(at), routings=dict.fromkeys(MODES, routing))
    return (await store.submit(new, now=at)).comment_id


async def hits(link: Link, *rules: str, since_ms: int = NOW - DAY) -> HitsOfRules:
    return await rule_hits.count_hits(link, Lists(link), "default", rules, since_ms)


async def test_hits_are_told_with_what_became_of_the_comments(store: Store) -> None:
    link = store.link
    assert await hits(link, "links") == HitsOfRules({"links": RuleHits(0, 0, 0, 0)}, None)
    made = [await met(store, "links") for _ in range(4)]
    await met(store, "words", "links", verdict=Verdict.REJECT)
    await met(store)
    await store.decide(made[0], Decision.APPROVE)
    await store.decide(made[1], Decision.SPAM)
    found = await hits(link, "links", "words", "none")
    assert found.by_rule == {
        "links": RuleHits(5, published=1, rejected=2, held=2),
        "words": RuleHits(1, published=0, rejected=1, held=0),
        "none": RuleHits(0, 0, 0, 0),
    }
    assert (await hits(link)).by_rule == {}


async def test_what_came_before_does_not_count(store: Store) -> None:
    for at in (NOW - 2 * DAY, NOW - DAY - 1, NOW - DAY, NOW):
        await met(store, "links", at=at)
    assert (await hits(store.link, "links")).by_rule["links"].hits == 2
    assert (await hits(store.link, "links", since_ms=NOW + 1)).by_rule["links"].hits == 0


async def test_of_too_many_the_newest_are_counted_and_it_is_told(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three chunks and a half of them, of which two may be read."""
    monkeypatch.setattr(rule_hits, "PLANES_A_STEP", 5)
    monkeypatch.setattr(rule_hits, "MOST_STEPS", 2)
    chance, total = random.Random(3), 3 * BITS_A_CHUNK + 5000
    rows = [pack_row(new_id(NOW + number), 0.5) for number in range(total)]
    for start in range(0, total, ROWS_A_CHUNK):
        key = keys.list_keys("default", FIRST_ORDINAL + start).rows
        await link.call("SET", key, b"".join(rows[start : start + ROWS_A_CHUNK]))
    await link.call("HSET", keys.totals("default"), "ordinals", total)
    wanted: Counter[int] = Counter()
    for chunk in range(4):
        places = chance.sample(range(5000), 300)
        wanted[chunk] = len(places)
        bits = np.zeros(BITS_A_CHUNK, np.uint8)
        bits[places] = 1
        _, planes, raw = keys.list_keys("default", FIRST_ORDINAL + chunk * BITS_A_CHUNK)
        await link.call("HSET", planes, "u:links", 0)
        await link.call("SET", raw, np.packbits(bits).tobytes())
    found = await hits(link, "links")
    assert found.by_rule["links"].hits == wanted[2] + wanted[3]
    assert found.since_ms == NOW + 2 * BITS_A_CHUNK
