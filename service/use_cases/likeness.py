"""Comments that read like one."""

import asyncio

import numpy as np

from classifier import Text
from service.desk import Desk
from service.domain.selection import Listed
from service.domain.times import DAY_MS
from service.errors import InvalidFieldsError
from service.lists.planes import Ordinals
from service.near.likeness import grown_from
from service.store.near import Signed, read_newest
from service.use_cases.rules import signature_of

KEPT_MS = 7 * DAY_MS
"""What was submitted longer ago is not compared."""
_READ_AT_ONCE = 1000


async def find_like(desk: Desk, site: str, comment_id: str) -> list[Listed]:
    """The comments that are like one, grown by likeness, and that one, newest first: of the newest 100,000 and of seven
    days. InvalidFieldsError for an unknown comment, one that cannot be read, and where nothing is compared."""
    signature = await _signature(desk, site, comment_id)
    ordinals = await _grown(await read_newest(desk.link, site), signature)
    own = (await desk.comments.find_home(site, comment_id)).ordinal
    ordinals = np.union1d(ordinals, [own] if own is not None else []).astype(np.int64)
    found: list[Listed] = []
    for start in range(0, len(ordinals), _READ_AT_ONCE):
        found += await desk.lists.comment_ids(site, ordinals[start : start + _READ_AT_ONCE])
    since_ms = desk.now_ms() - KEPT_MS
    return [each for each in reversed(found) if each.submitted_ms >= since_ms or each.comment_id == comment_id]


async def _signature(desk: Desk, site: str, comment_id: str) -> bytes:
    found = await desk.comments.read_some(site, [comment_id], desk.now_ms())
    if not found:
        raise InvalidFieldsError(errors={"like": ["No comment of this site."]})
    comment = found[0]
    scored = await desk.scorer.assess(Text(comment.body, comment.name, comment.website or ""))
    signature = signature_of(desk, scored.readings)
    if not signature:
        raise InvalidFieldsError(errors={"like": ["Comments are not compared here, or this one cannot be read."]})
    return signature


async def _grown(signed: Signed, signature: bytes) -> Ordinals:
    """The ordinals of all that are like the one; others have their turn after each comparison."""
    for found in grown_from(signed.signatures, signature):
        is_like = found
        await asyncio.sleep(0)
    return signed.first + np.flatnonzero(is_like)
