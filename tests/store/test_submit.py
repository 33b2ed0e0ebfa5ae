"""`submit`: one submission, once, where its thread's mode says, within the limits."""

import asyncio
from dataclasses import replace

import pytest

from service.domain.policy import Mode, Policy, RateLimit
from service.domain.queue import QueueOrder
from service.domain.replay import NO_REPLAY
from service.domain.site import Site
from service.domain.state import State
from service.domain.submission import Receipt
from service.domain.thread import SITES_OWN, ThreadChange
from service.errors import (
    IdempotencyKeyReusedError,
    InvalidFieldsError,
    RateLimitedError,
    StoreUnavailableError,
    ThreadClosedError,
)
from service.link.link import Link
from service.store import keys, threads
from service.store.submissions import MOST_AT_ONCE, NO_TRACES, NewComment, Traces
from tests.store.desk import MINUTE, NO_LIMIT, NOW, SITE, Store, key, new_comment, site_in

HOUR = 60 * MINUTE
DAY = 24 * HOUR
BEFORE = (None, Traces("a reader as of yesterday", "nothing said before"))


@pytest.mark.parametrize(
    ("mode", "state", "is_queued"),
    [
        (Mode.PREMODERATE, "held", True),
        (Mode.POSTMODERATE, "published", True),
        (Mode.AUTO, "published", False),
    ],
)
async def test_a_submission_goes_where_the_mode_says(store: Store, mode: Mode, state: str, *, is_queued: bool) -> None:
    store.site = site_in(mode)
    new = new_comment(risk=0.25)
    assert await store.submit(new) == Receipt(new.comment_id, State(state), is_new=True)
    assert await store.queued() == ([new.comment_id] if is_queued else [])
    assert await store.page() == ([new.comment_id] if state == "published" else [])
    stored = await store.read(new.comment_id)
    assert stored.state == state
    assert stored.revision == 1
    assert stored.submitted_ms == NOW
    assert stored.published_ms == (NOW if state == "published" else None)
    assert (stored.scores, stored.risk) == (new.assessed.scores, new.assessed.risk)
    said = new.submission
    assert (stored.name, stored.body, stored.website, stored.parent_id) == (said.name, said.body, None, None)


async def test_a_threads_own_mode_stands_above_the_sites(store: Store, link: Link) -> None:
    await threads.set_settings(link, "default", "article-1", ThreadChange(mode=Mode.AUTO), actor="root", now_ms=NOW)
    assert (await store.submit()).state == "published"
    assert (await store.submit(new_comment("article-2"))).state == "held"
    await threads.set_settings(link, "default", "article-1", ThreadChange(mode=SITES_OWN), actor="root", now_ms=NOW)
    assert (await store.submit()).state == "held"


async def test_a_hundred_at_once_with_one_idempotency_key_are_one_comment(store: Store) -> None:
    receipts = await asyncio.gather(*(store.submit(new_comment(), key("k")) for _ in range(100)))
    assert len({receipt.comment_id for receipt in receipts}) == 1
    assert (await store.measures()).totals["submitted:hold"] == "1"
    assert len(await store.queued()) == 1


async def test_a_hundred_exact_repeats_at_once_are_one_comment(store: Store) -> None:
    new = [new_comment(repeat="the same text") for _ in range(100)]
    receipts = await asyncio.gather(*(store.submit(each) for each in new))
    assert len({receipt.comment_id for receipt in receipts}) == 1
    assert sum(receipt.is_new for receipt in receipts) == 1
    totals = (await store.measures()).totals
    assert (totals["submitted:hold"], totals["repeats"]) == ("1", "99")
    assert (await store.author_fields())["submitted"] == "1"


async def test_keys_are_remembered_for_a_day_and_repeats_for_ten_minutes(store: Store, link: Link) -> None:
    await store.submit(new_comment(repeat="r"), key("k"))
    for name, lifetime in ((keys.repeat("default", "r"), 10 * MINUTE), (keys.idempotency("default", "k"), DAY)):
        assert lifetime - MINUTE < await link.call("PTTL", name) <= lifetime


async def test_a_repeat_is_told_what_became_of_the_first(store: Store) -> None:
    first = await store.submit(new_comment(repeat="r"))
    assert await store.submit(new_comment(repeat="r")) == Receipt(first.comment_id, State.HELD, is_new=False)
    await store.decide(first.comment_id)
    assert await store.submit(new_comment(repeat="r")) == Receipt(first.comment_id, State.PUBLISHED, is_new=False)
    await store.decide(first.comment_id, "spam")
    assert await store.submit(new_comment(repeat="r")) == Receipt(first.comment_id, State.HELD, is_new=False)


async def test_a_repeat_costs_nothing_of_any_rate_and_is_known_when_its_thread_is_closed(
    store: Store, link: Link
) -> None:
    store.site = limited(RateLimit(1, 1), RateLimit(1, 2))
    first = await store.submit(new_comment(repeat="r", reader="r1"))
    await threads.set_settings(link, "default", "article-1", ThreadChange(closed=True), actor="root", now_ms=NOW)
    for _ in range(5):
        again = await store.submit(new_comment(repeat="r", reader="r1"))
        assert again == first._replace(is_new=False)
    await threads.set_settings(link, "default", "article-1", ThreadChange(closed=False), actor="root", now_ms=NOW)
    assert await let_through(store, 3, NOW, "r2") == 1
    assert await let_through(store, 3, NOW, "r3") == 0


async def test_a_comment_of_a_reader_whom_nobody_knows_is_never_a_repeat(store: Store, link: Link) -> None:
    new = [new_comment()._replace(traces=NO_TRACES) for _ in range(3)]
    receipts = [await store.submit(each) for each in new]
    assert all(receipt.is_new for receipt in receipts)
    assert (await store.measures()).totals["unknown_reader"] == "3"
    assert not await link.call("EXISTS", keys.repeat("default", ""))


@pytest.mark.parametrize(("is_stranger", "passed"), [(True, 4), (False, 10)])
async def test_all_strangers_share_a_limit(store: Store, passed: int, *, is_stranger: bool) -> None:
    store.site = Site("default", policy=Policy(reader_rate=NO_LIMIT, stranger_rate=RateLimit(60, 4)))
    new = [new_comment(reader=f"r{number}", is_stranger=is_stranger) for number in range(10)]
    answers = await asyncio.gather(*(store.submit(each) for each in new), return_exceptions=True)
    assert sum(isinstance(each, Receipt) for each in answers) == passed
    assert sum(isinstance(each, RateLimitedError) for each in answers) == 10 - passed


async def test_limits_and_repeats_hold_over_midnight(store: Store) -> None:
    """A reader has another hash from then on; for a while the one before is known too."""
    store.site = limited(RateLimit(1, 2))
    yesterday, today = Traces("r-1", "words-1"), Traces("r-2", "words-2")
    first = await store.submit(new_comment()._replace(traces=yesterday))
    later = new_comment()._replace(traces=today, traces_before=yesterday)
    assert await store.submit(later) == first._replace(is_new=False)
    others = [new_comment(repeat=f"other-{n}", reader="r-2", before=Traces("r-1", f"before-{n}")) for n in range(3)]
    answers = await asyncio.gather(*(store.submit(each) for each in others), return_exceptions=True)
    assert sum(isinstance(each, Receipt) for each in answers) == 1


async def test_a_key_with_another_body_is_refused(store: Store) -> None:
    first = await store.submit(new_comment(), key("k", "one body"))
    with pytest.raises(IdempotencyKeyReusedError):
        await store.submit(new_comment(), key("k", "another body"))
    assert await store.queued() == [first.comment_id]


async def test_a_repeat_with_a_key_of_its_own_keeps_the_first_answer_under_it(store: Store) -> None:
    first = await store.submit(new_comment(repeat="r"))
    again = await store.submit(new_comment(repeat="r"), key("k"))
    assert await store.submit(new_comment(), key("k")) == again == first._replace(is_new=False)


async def test_a_closed_thread_takes_nothing_but_still_answers_a_key(store: Store, link: Link) -> None:
    first = await store.submit(new_comment(), key("k"))
    await threads.set_settings(link, "default", "article-1", ThreadChange(closed=True), actor="root", now_ms=NOW)
    with pytest.raises(ThreadClosedError):
        await store.submit()
    assert (await store.submit(new_comment(), key("k"))).comment_id == first.comment_id
    assert await store.queued() == [first.comment_id]


async def test_a_reply_needs_a_published_comment_of_its_thread(store: Store) -> None:
    held = (await store.submit()).comment_id
    await assert_no_parent(store, held)
    await store.decide(held)
    reply = (await store.submit(new_comment(parent_id=held))).comment_id
    assert (await store.read(reply)).parent_id == held
    await assert_no_parent(store, held, thread="article-2")
    await assert_no_parent(store, "nowhere")
    await store.decide(held, "reject")
    await assert_no_parent(store, held)


async def assert_no_parent(store: Store, parent_id: str, thread: str = "article-1") -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        await store.submit(new_comment(thread, parent_id=parent_id))
    assert set(refused.value.errors or ()) == {"parent_id"}


async def test_the_newest_article_that_is_told_counts(store: Store) -> None:
    await store.submit()
    versions = []
    for title, url in (("A title", "/1"), ("Another", "/2"), ("Another", "/2"), ("", "/3"), ("", ""), ("A title", "")):
        new = new_comment()
        said = new.submission._replace(article_title=title, article_url=url and f"https://news.example{url}")
        await store.submit(new._replace(submission=said))
        fields = await store.thread_fields()
        versions.append((fields["title"], fields["url"].rpartition("/")[2], int(fields["version"])))
    assert versions == [
        ("A title", "1", 1),
        ("Another", "2", 2),
        ("Another", "2", 2),
        ("Another", "3", 3),
        ("Another", "3", 3),
        ("A title", "3", 4),
    ]


def limited(reader: RateLimit = NO_LIMIT, site: RateLimit = NO_LIMIT) -> Site:
    return Site("default", policy=Policy(reader_rate=reader, site_rate=site, stranger_rate=NO_LIMIT))


def from_reader(reader: str = "r1") -> NewComment:
    return new_comment(reader=reader)


async def let_through(store: Store, many: int, at: int, reader: str = "r1") -> int:
    answers = await asyncio.gather(
        *(store.submit(from_reader(reader), now=at) for _ in range(many)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, RateLimitedError)]
    assert len(refused) + sum(isinstance(each, Receipt) for each in answers) == many, answers
    return many - len(refused)


@pytest.mark.parametrize(("per_minute", "burst"), [(30, 10), (7, 4), (9, 1), (1, 1), (11, 7), (301, 13)])
async def test_exactly_the_burst_gets_through_at_once(store: Store, per_minute: int, burst: int) -> None:
    store.site = limited(RateLimit(per_minute, burst))
    assert await let_through(store, 100, NOW) == burst
    assert await let_through(store, 5, NOW, "r2") == min(burst, 5), "another reader has a limit of his own"
    assert (await store.measures()).totals["refused:rate_limited"] == str(105 - burst - min(burst, 5))


@pytest.mark.parametrize(("per_minute", "burst"), [(30, 10), (7, 4), (9, 2)])
async def test_in_the_long_run_the_rate_gets_through(store: Store, per_minute: int, burst: int) -> None:
    store.site = limited(RateLimit(per_minute, burst))
    passed = 0
    for second in range(122):
        passed += await let_through(store, 3, NOW + 1000 * second)
    assert passed == burst + 2 * per_minute


async def test_the_wait_that_is_told_is_enough_and_no_second_longer(store: Store) -> None:
    store.site = limited(RateLimit(7, 2))
    await let_through(store, 2, NOW)
    with pytest.raises(RateLimitedError) as refused:
        await store.submit(from_reader())
    wait = refused.value.retry_after_seconds
    assert wait == 9
    assert await let_through(store, 1, NOW + 1000 * (wait - 1)) == 0
    assert await let_through(store, 1, NOW + 1000 * wait) == 1


@pytest.mark.parametrize("back", [1, 1000, HOUR, 365 * DAY])
async def test_a_clock_set_back_locks_nobody_out(store: Store, back: int) -> None:
    store.site = limited(RateLimit(30, 10))
    assert await let_through(store, 20, NOW) == 10
    passed = [await let_through(store, 1, NOW - back + second * 1000) for second in range(0, 61, 2)]
    assert sum(passed) >= 29


async def test_a_sites_limit_counts_all_its_readers(store: Store) -> None:
    store.site = limited(site=RateLimit(60, 5))
    passed = [await let_through(store, 1, NOW, f"reader-{number}") for number in range(20)]
    assert sum(passed) == 5
    assert await let_through(store, 3, NOW + 1000) == 1


async def test_what_one_limit_refuses_uses_up_nothing_of_the_other(store: Store) -> None:
    store.site = limited(RateLimit(1, 1), RateLimit(60, 3))
    assert await let_through(store, 10, NOW) == 1
    assert await let_through(store, 1, NOW, "r2") == 1
    assert await let_through(store, 1, NOW, "r3") == 1
    assert await let_through(store, 1, NOW, "r4") == 0


async def test_a_reader_without_an_address_has_the_sites_limit_alone(store: Store) -> None:
    store.site = limited(RateLimit(1, 1), RateLimit(60, 7))
    assert await let_through(store, 10, NOW, reader="") == 7


async def test_many_at_once_are_written_as_if_one_came_after_the_other(store: Store) -> None:
    many = 3 * MOST_AT_ONCE + 1
    new = [
        new_comment(f"article-{number % 5}", f"author-{number % 7}", risk=number / many, before=BEFORE[number % 2])
        for number in range(many)
    ]
    receipts = await asyncio.gather(*(store.submit(each) for each in new))
    assert receipts == [Receipt(each.comment_id, State.HELD, is_new=True) for each in new]
    for order in QueueOrder:
        assert sorted(await store.queued(order)) == sorted(each.comment_id for each in new)
    assert await store.queued(QueueOrder.RISKIEST) == [each.comment_id for each in reversed(new)]
    totals = (await store.measures()).totals
    assert (totals["state:held"], totals["submitted:hold"]) == (str(many), str(many))
    for number in range(5):
        assert (await store.thread_fields(f"article-{number}"))["held"] == str(len(range(number, many, 5)))
    for number in range(7):
        fields = await store.author_fields(f"author-{number}")
        assert fields["submitted"] == fields["held"] == str(len(range(number, many, 7)))


async def test_one_that_is_refused_harms_no_other(store: Store, link: Link) -> None:
    await threads.set_settings(link, "default", "closed", ThreadChange(closed=True), actor="root", now_ms=NOW)
    await link.call("SET", keys.author("default", "broken"), "no hash")
    before = store.submit(new_comment())
    refused = (store.submit(new_comment("closed")), store.submit(new_comment(author="broken")))
    after = store.submit(new_comment())
    first, closed, broken, last = await asyncio.gather(before, *refused, after, return_exceptions=True)
    assert isinstance(closed, ThreadClosedError)
    assert isinstance(broken, StoreUnavailableError)
    assert isinstance(first, Receipt)
    assert isinstance(last, Receipt)
    assert {first.comment_id, last.comment_id} <= set(await store.queued())


async def test_one_that_could_not_be_written_is_no_repeat(store: Store, link: Link) -> None:
    broken = keys.thread_keys("default", "article-1").comments
    await link.call("SET", broken, "no hash")
    with pytest.raises(StoreUnavailableError):
        await store.submit(new_comment(repeat="r"))
    await link.call("DEL", broken)
    again = await store.submit(new_comment(repeat="r"))
    assert again.is_new
    assert await store.queued() == [again.comment_id]


async def test_sites_and_policies_that_come_together_stay_apart(store: Store) -> None:
    sites = [
        SITE,
        replace(SITE, policy=replace(SITE.policy, mode=Mode.POSTMODERATE)),
        replace(SITE, site="news", policy=replace(SITE.policy, mode=Mode.AUTO)),
    ]
    new = [new_comment() for _ in range(9)]
    receipts = await asyncio.gather(
        *(store.submissions.submit(sites[place % 3], each, NO_REPLAY, NOW) for place, each in enumerate(new))
    )
    assert [receipt.state for receipt in receipts] == ["held", "published", "published"] * 3
    assert sorted(await store.queued()) == sorted(each.comment_id for place, each in enumerate(new) if place % 3 < 2)
    assert (await store.measures()).totals["state:published"] == "3"
    store.site = sites[2]
    assert (await store.measures()).totals["state:published"] == "3"
    assert await store.queued() == []
