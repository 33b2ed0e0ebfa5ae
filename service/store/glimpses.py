"""What selecting many comments needs to know of each and of its author, read in steps: far less than all of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from service.domain.reason import Reason
from service.domain.routing import Verdict
from service.domain.selection import Selection
from service.domain.state import State
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL
from service.store import keys, scripts
from service.store.record import unpack_reasons

COMMENTS_A_STEP = 100
"""So many are read in one step: a third of a millisecond of the server's time."""
_FIELDS = ("thread", "author", "state", "verdict", "reasons", "risk", "reason", "ordinal", "revision")
_SHORT = tuple(keys.COMMENT_FIELDS[name] for name in _FIELDS)
_UNASSESSED = frozenset(("not_scored", "language_not_assessed"))
_AUTHOR_FIELDS = ("approved", "author_id")


class Glimpse(NamedTuple):
    """A comment as it is now. `risk` is where it stands in the queue's order by risk."""

    comment_id: str
    thread: str
    author: str
    state: State
    verdict: Verdict
    packed_reasons: bytes
    risk: float
    decision_reason: str
    revision: int
    ordinal: int | None
    """None where an older store's upgrade has not come to it."""

    @property
    def reasons(self) -> Sequence[Reason]:
        return unpack_reasons(self.packed_reasons)

    def passes(self, selection: Selection) -> bool:
        """Whether it passes all filters but those on its time, `query` and `like`. The risk of one that was not
        assessed is between no bounds."""
        return (
            selection.state in {None, self.state}
            and selection.verdict in {None, self.verdict}
            and selection.thread in {None, self.thread}
            and selection.author in {None, self.author}
            and (selection.reason is None or selection.reason in self._codes())
            and (selection.rule is None or selection.rule in self._rules())
            and (not selection.is_of_risk or self._is_between(selection))
            and (selection.revisions is None or selection.revisions.get(self.comment_id) == self.revision)
        )

    def _codes(self) -> set[str]:
        return {self.decision_reason, *(reason.code for reason in self.reasons)}

    def _rules(self) -> set[object]:
        return {reason.values["rule"] for reason in self.reasons if "rule" in reason.values}

    def _is_between(self, selection: Selection) -> bool:
        lowest = -1.0 if selection.risk_above is None else selection.risk_above
        highest = 2.0 if selection.risk_below is None else selection.risk_below
        return lowest < self.risk < highest and not _UNASSESSED & self._codes()


class KnownAuthor(NamedTuple):
    """`author_id` is "" for one whom nobody has named yet."""

    author: str
    approved: int
    author_id: str


async def read_glimpses(link: Link, site: str, ids: Sequence[str]) -> AsyncIterator[Glimpse]:
    """Reads some comments, in order, without those that are gone."""
    for start in range(0, len(ids), COMMENTS_A_STEP):
        step = ids[start : start + COMMENTS_A_STEP]
        found = await scripts.READ_GLIMPSES.run(link, [keys.comment(site, each) for each in step], *_SHORT)
        for comment_id, values in zip(step, found, strict=True):
            if values[0] is not None and values[2] != b"erased":
                yield _glimpse(comment_id, values)


async def read_approved(link: Link, site: str, authors: Sequence[str]) -> list[KnownAuthor]:
    """Reads those of some authors of whom a person approved comments, in order."""
    known = []
    for start in range(0, len(authors), COMMENTS_A_STEP):
        step = authors[start : start + COMMENTS_A_STEP]
        names = [keys.author(site, each) for each in step]
        for author, (approved, author_id) in zip(
            step, await scripts.READ_GLIMPSES.run(link, names, *_AUTHOR_FIELDS), strict=True
        ):
            if int(approved or 0) > 0:
                known.append(KnownAuthor(author, int(approved), (author_id or b"").decode()))
        await asyncio.sleep(0)
    return known


def _glimpse(comment_id: str, values: Sequence[Any]) -> Glimpse:
    thread, author, state, verdict, reasons, risk, decision_reason, from_first, revision = values
    return Glimpse(
        comment_id,
        thread.decode(),
        author.decode(),
        State(state.decode()),
        Verdict(verdict.decode()),
        packed_reasons=reasons,
        risk=float(risk),
        decision_reason=(decision_reason or b"").decode(),
        revision=int(revision),
        ordinal=None if from_first is None else FIRST_ORDINAL + int(from_first),
    )
