"""Signatures: kept of the newest comments by their places, and told of those that moderators turn down."""

import os

import numpy as np
import pytest

from service.domain.replay import NO_REPLAY
from service.lists.ordinals import FIRST_ORDINAL, ROWS_A_CHUNK
from service.store import keys
from service.store.near import read_newest, read_some
from service.store.submissions import NewComment
from tests.store.desk import Store, new_comment

SITE = "default"


def signed(signature: bytes | None = None, author: str = "author-1") -> NewComment:
    return new_comment(author=author)._replace(signature=os.urandom(32) if signature is None else signature)


async def set_next_ordinal(store: Store, ordinal: int) -> None:
    """As if so many comments had come."""
    await store.link.call("HSET", keys.totals(SITE), "ordinals", ordinal - FIRST_ORDINAL)


async def told(store: Store) -> list[tuple[str, str, bytes]]:
    """What was told of comments turned down: comment, author, signature."""
    entries = await store.link.call("XRANGE", keys.turned_down(SITE), "-", "+")
    fields = [dict(zip(flat[::2], flat[1::2], strict=True)) for _, flat in entries]
    return [(each[b"i"].decode(), each[b"a"].decode(), each[b"s"]) for each in fields]


async def test_signatures_lie_at_their_places(store: Store) -> None:
    comments = [signed(), signed(b""), signed()]
    for each in comments:
        await store.submit(each)
    newest = await read_newest(store.link, SITE)
    assert newest.first == FIRST_ORDINAL
    assert [row.tobytes() for row in newest.signatures[:3]] == [each.signature.ljust(32, b"\0") for each in comments]
    assert not newest.signatures[3:].any()
    some = await read_some(store.link, SITE, [FIRST_ORDINAL + 2, None, FIRST_ORDINAL + 9])
    assert [row.tobytes() for row in some] == [comments[2].signature, bytes(32), bytes(32)]


async def test_a_batch_may_end_in_the_next_chunk(store: Store) -> None:
    await set_next_ordinal(store, FIRST_ORDINAL + ROWS_A_CHUNK - 2)
    comments = [signed() for _ in range(5)]
    for receipt in [store.submissions.submit(store.site, each, NO_REPLAY, store.now) for each in comments]:
        await receipt
    newest = await read_newest(store.link, SITE)
    rows = newest.signatures[ROWS_A_CHUNK - 2 :][:5]
    assert [row.tobytes() for row in rows] == [each.signature for each in comments]


async def test_old_chunks_go_when_new_ones_begin(store: Store) -> None:
    chunk = FIRST_ORDINAL // ROWS_A_CHUNK + 500
    old = [keys.near(SITE, (chunk - keys.NEAR_CHUNKS + step) * ROWS_A_CHUNK) for step in (0, 1, 2)]
    for key in old:
        await store.link.call("SET", key, "x")
    await set_next_ordinal(store, chunk * ROWS_A_CHUNK)
    await store.submit(signed())
    assert [await store.link.call("EXISTS", key) for key in old] == [0, 1, 1]
    await set_next_ordinal(store, (chunk + 1) * ROWS_A_CHUNK - 1)
    await store.submit(signed())
    await store.submit(signed())
    assert [await store.link.call("EXISTS", key) for key in old] == [0, 0, 1]
    await store.link.call("DEL", old[2])
    newest = await read_newest(store.link, SITE)
    assert len(newest.signatures) == keys.NEAR_CHUNKS * ROWS_A_CHUNK
    assert np.flatnonzero(newest.signatures.any(axis=1)).tolist() == [
        *((keys.NEAR_CHUNKS - 2) * ROWS_A_CHUNK + place for place in (0, ROWS_A_CHUNK - 1, ROWS_A_CHUNK)),
    ]


async def test_nothing_is_kept_without_signatures(store: Store) -> None:
    await store.submit(signed(b""))
    assert await store.link.call("EXISTS", keys.near(SITE, FIRST_ORDINAL)) == 0


@pytest.mark.one_server("one kind of key")
async def test_signatures_go_after_seven_days(store: Store) -> None:
    await store.submit(signed())
    assert 6 * 86_400_000 < await store.link.call("PTTL", keys.near(SITE, FIRST_ORDINAL)) <= 7 * 86_400_000


async def test_what_is_turned_down_is_told_and_taken_back(store: Store) -> None:
    first, second, third = signed(author="a"), signed(author="b"), signed(b"", author="c")
    for each in (first, second, third):
        await store.submit(each)
    await store.decide(first.comment_id, "approve")
    assert await told(store) == []
    await store.decide(second.comment_id, "spam")
    await store.decide(second.comment_id, "reject")
    await store.decide(third.comment_id, "spam")
    assert await told(store) == [(second.comment_id, "b", second.signature)]
    await store.undo(second.comment_id)
    assert len(await told(store)) == 1
    await store.undo(second.comment_id)
    assert await told(store) == [(second.comment_id, "b", second.signature), (second.comment_id, "b", b"")]
    assert 0 < await store.link.call("PTTL", keys.turned_down(SITE)) <= 86_400_000


async def test_no_more_than_the_newest_are_told(store: Store) -> None:
    comment = signed()
    await store.submit(comment)
    for _ in range(300):
        await store.decide(comment.comment_id, "spam")
        await store.decide(comment.comment_id, "approve")
    assert len(await told(store)) == 500
