"""What audit logs say once all is sealed, held against the comments of their site."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from service.audit.line import entry_of
from service.audit.verification import Verification
from service.domain.audit_entry import AuditEntry, Value
from service.link.link import Link
from service.store import audit, consumers
from service.store.record import unpack_history
from service.upkeep import audit_logs
from tests.store.recount import Recount

LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.1
CHANGES = ("submitted", "decided", "undone")
"""What gives a comment its state."""


async def read_sealed(link: Link, site: str) -> list[AuditEntry]:
    """All entries of a log that has nothing wrong with it, as soon as nothing waits to be sealed."""
    async with asyncio.timeout(LONGEST_SECONDS):
        while (await consumers.measure_stream(link, site, 0)).unsealed.behind or not await audit.read_log(link, site):
            await asyncio.sleep(LOOK_SECONDS)
    state = await audit.read_log(link, site)
    assert state is not None
    verification = Verification(site, state, await audit.read_signers(link))
    lines: list[bytes] = []
    async for number, packed in audit_logs.read_segments(link, site, state):
        lines += verification.add_segment(number, packed)
    lines += verification.end()
    assert verification.faults == []
    assert len(lines) == state.entries
    return [entry_of(number, line) for number, line in enumerate(lines)]


async def check_audit(link: Link, site: str, found: Recount) -> None:
    """The log alone tells every comment's state, and each act on it once: what it was, and whose."""
    entries = [each for each in await read_sealed(link, site) if each.act in CHANGES]
    assert states_in(entries) == {comment_id: record["state"] for comment_id, record in found.comments.items()}
    told = Counter((each.subject, each.revision, each.act, each.actor) for each in entries if each.act != "submitted")
    assert told == Counter(
        (comment_id, act.revision, "undone" if act.act == "undo" else "decided", act.member_id)
        for comment_id, record in found.comments.items()
        for act in unpack_history(record.get("history", ""), record.get("forgotten", ""))
    )


def states_in(entries: Iterable[AuditEntry]) -> dict[str, Value]:
    """comment_id -> the state that a log tells last."""
    return {each.subject: each.after for each in entries if each.act in CHANGES}
