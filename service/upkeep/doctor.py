"""Whether everything in the store agrees with the comments, on a live store, and how to make it agree again.

A comment is held against its places by one script, at one instant. Counters are held against a count of all comments
that is of one instant too, see `store/instant.py`; as every writer changes a comment and its counters in one step, how
much a counter is off does not depend on the instant, and is what a repair adds. So nothing is reported that is only
under way, and nothing is repaired that somebody else changes meanwhile.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.decision import Decision
from service.domain.routing import Verdict
from service.domain.state import State
from service.errors import RepairError
from service.link.link import Link
from service.store import keys
from service.upkeep import examination, installation, instant, lease
from service.upkeep.changes import Changes

Progress = Callable[[int], None]
_LIMITED = ("repeat", "idempotency", "rate-reader", "rate-site", "rate-stranger")
_COUNTING = ("thread", "author", "totals")
_PLACES = (*examination.HASHES, *examination.SORTED_SETS)
_STATES = tuple(state.value for state in State)
_COUNTED = {
    "thread": _STATES,
    "author": (*_STATES, "submitted"),
    "totals": (
        *(f"state:{each}" for each in State),
        *(f"submitted:{each}" for each in Verdict),
        *(f"decided:{each}" for each in Decision),
        "undone",
    ),
}


class Check(StrEnum):
    RECORD = "record"
    PUBLICATION = "publication"
    QUEUE = "queue"
    CLAIM = "claim"
    REVISION = "revision"
    PUBLIC = "public"
    ORPHAN = "orphan"
    THREAD = "thread"
    COUNTERS = "counters"
    LIFETIME = "lifetime"


MEANINGS = {
    Check.RECORD: "a comment's record can be read",
    Check.PUBLICATION: "published comments, and no others, are in their thread's list, at their time",
    Check.QUEUE: "every view of the queue has the same comments, all that are held among them",
    Check.CLAIM: "claims are on queued comments, each with its holder",
    Check.REVISION: "a comment's revision is that of its history",
    Check.PUBLIC: "a comment has the text that readers see",
    Check.ORPHAN: "whatever is listed has a comment, of that thread",
    Check.THREAD: "a thread with comments has its own record",
    Check.COUNTERS: "counters of sites, threads and authors equal a recount",
    Check.LIFETIME: "what is to be forgotten has a lifetime",
}
_OF_COMMENTS = (Check.RECORD, Check.PUBLICATION, Check.QUEUE, Check.CLAIM, Check.REVISION, Check.PUBLIC)


@dataclass(slots=True)
class Fault:
    """`subject` is a comment_id for checks of comments, or else a key; `told` says what is wrong in few words."""

    check: Check
    site: str
    subject: str
    told: str
    differences: dict[str, int] = field(default_factory=dict)
    is_repaired: bool = False


@dataclass(slots=True)
class Report:
    looked_at: dict[Check, int]
    faults: list[Fault]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong, or no longer."""
        return all(fault.is_repaired for fault in self.faults)


class _Survey:
    """What was read: each comment with its site and id, each record with counters, the keys of all places."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.comments: dict[tuple[str, str], examination.Examined] = {}
        self.records: dict[bytes, dict[str, str]] = {}
        self.places: set[bytes] = set()
        self.limited: dict[bytes, bool] = {}

    async def read(self, names: list[bytes]) -> None:
        by_kind: dict[str, list[bytes]] = defaultdict(list)
        for name in names:
            by_kind[keys.parts_of(name).kind].append(name)
        for kind, mine in by_kind.items():
            if kind == "comment":
                await self._read_comments(mine)
            elif kind in _COUNTING:
                self.records.update(zip(mine, await examination.read_records(self._link, mine), strict=True))
            elif kind in _LIMITED:
                self.limited.update(zip(mine, await examination.are_for_ever(self._link, mine), strict=True))
            else:
                self.places.update(mine)

    async def _read_comments(self, names: list[bytes]) -> None:
        by_site: dict[str, list[str]] = defaultdict(list)
        for site, _, comment_id in map(keys.parts_of, names):
            by_site[site].append(comment_id)
        for site, ids in by_site.items():
            found = await examination.examine(self._link, site, ids)
            self.comments.update(zip(((site, each) for each in ids), found, strict=True))

    def is_known(self, key: bytes, comment_id: str) -> bool:
        """Whether the comment belongs in this place."""
        site, kind, name = keys.parts_of(key)
        examined = self.comments.get((site, comment_id))
        return examined is not None and (not kind.startswith("thread-") or examined.home.thread == name)


async def examine(link: Link, on_progress: Progress) -> Report:
    """All that is wrong. StoreUnavailableError, RepairError when the store is of another format. `on_progress` hears
    how many more keys were looked at."""
    await _demand_one_format(link)
    survey = _Survey(link)
    async with Changes(link) as changes:
        await instant.read_all(link, changes, survey.read, concerns=_concerns, on_progress=on_progress)
    faults = [*_of_comments(survey), *_of_threads(survey), *_of_counters(survey), *_of_lifetimes(survey)]
    listed, orphans = await _of_places(link, survey)
    looked_at = dict.fromkeys(_OF_COMMENTS, len(survey.comments)) | {
        Check.ORPHAN: listed,
        Check.THREAD: sum(keys.parts_of(key).kind == "thread" for key in survey.records),
        Check.COUNTERS: len(survey.records),
        Check.LIFETIME: len(survey.limited),
    }
    return Report(looked_at, faults + orphans)


async def _demand_one_format(link: Link) -> None:
    """RepairError unless everything in the store is of our format."""
    formats = await installation.read_formats(link)
    written = formats.written
    if formats.is_mixed:
        raise RepairError(
            f"This store is being upgraded from format {formats.oldest} to {written}, while a service runs on it: "
            "`upgrade` in /readyz tells how far it is. Run the doctor when that is done."
        )
    if written != installation.FORMAT:
        raise RepairError(
            f"This store has format {written}, and this version of commentdesk looks at {installation.FORMAT}. "
            "A start of the service upgrades an older one."
        )


def _concerns(name: bytes) -> bool:
    return keys.parts_of(name).kind in {"comment", *_COUNTING, *_LIMITED, *_PLACES}


def _of_comments(survey: _Survey) -> Iterator[Fault]:
    for (site, comment_id), examined in survey.comments.items():
        for name in examined.faults:
            check = Check(name)
            yield Fault(check, site, comment_id, f"{examined.state or 'no state'}: not so that {MEANINGS[check]}")


def _of_threads(survey: _Survey) -> Iterator[Fault]:
    for site, thread in {(site, each.home.thread) for (site, _), each in survey.comments.items() if each.home.thread}:
        key = keys.thread_keys(site, thread).thread
        lacking = [name for name in ("created_ms", "version") if name not in survey.records.get(key.encode(), {})]
        if lacking:
            yield Fault(Check.THREAD, site, key, f"lacks {' and '.join(lacking)}")


def _of_counters(survey: _Survey) -> Iterator[Fault]:
    right = _recount(survey)
    for key in {*right, *survey.records}:
        site, kind, _ = keys.parts_of(key)
        stored = survey.records.get(key, {})
        differences = {
            name: right[key][name] - _number(stored.get(name))
            for name in _COUNTED[kind]
            if _number(stored.get(name)) != right[key][name]
        }
        if differences:
            told = ", ".join(f"{name} {stored.get(name, 0)} for {right[key][name]}" for name in differences)
            yield Fault(Check.COUNTERS, site, key.decode(), told, differences)


def _number(text: str | None) -> int:
    return int(text) if text and text.removeprefix("-").isdecimal() else 0


def _recount(survey: _Survey) -> defaultdict[bytes, Counter[str]]:
    """What the counters of each record must be."""
    right: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
    for (site, _), each in survey.comments.items():
        totals = right[keys.totals(site).encode()]
        totals.update((f"state:{each.state}", f"submitted:{each.verdict}"))
        totals.update({"undone" if act == "undo" else f"decided:{act}": times for act, times in each.acts.items()})
        if each.home.thread:
            right[keys.thread_keys(site, each.home.thread).thread.encode()][each.state] += 1
        if each.home.author:
            right[keys.author(site, each.home.author).encode()].update((each.state, "submitted"))
    return right


def _of_lifetimes(survey: _Survey) -> Iterator[Fault]:
    for key, is_for_ever in survey.limited.items():
        if is_for_ever:
            yield Fault(Check.LIFETIME, keys.parts_of(key).site, key.decode(), "would be kept for ever")


async def _of_places(link: Link, survey: _Survey) -> tuple[int, list[Fault]]:
    """How many members were looked at, and those without a comment."""
    looked_at = 0
    orphans: dict[tuple[bytes, str], Fault] = {}
    for key in survey.places:
        async for ids in examination.members(link, key):
            looked_at += len(ids)
            strange = [each for each in ids if not survey.is_known(key, each)]
            for each in await examination.find_orphans(link, key, strange):
                orphans[key, each] = Fault(Check.ORPHAN, keys.parts_of(key).site, key.decode(), each)
    return looked_at, list(orphans.values())


async def repair(link: Link, report: Report, now_ms: int, on_progress: Progress, holding: asyncio.Task[None]) -> None:
    """Puts right what can be, within a `sole_repairer` who examined: a text that is lost cannot, nor a record that
    cannot be read. Each step is atomic, and cut off at any point it can be run again."""
    for fault in report.faults:
        if holding.done():
            holding.result()
        if fault.check in _OF_COMMENTS:
            fault.is_repaired = await _repair_comment(link, fault)
        else:
            await _REPAIRS[fault.check](link, fault, now_ms)
            fault.is_repaired = True
        on_progress(1)


async def _repair_comment(link: Link, fault: Fault) -> bool:
    (examined,) = await examination.examine(link, fault.site, [fault.subject])
    return fault.check not in await examination.repair(link, fault.site, fault.subject, examined.home)


async def _repair_counters(link: Link, fault: Fault, _: int) -> None:
    await examination.adjust(link, fault.subject.encode(), fault.differences)


async def _repair_thread(link: Link, fault: Fault, now_ms: int) -> None:
    await examination.complete_thread(link, fault.subject.encode(), now_ms)


async def _repair_lifetime(link: Link, fault: Fault, _: int) -> None:
    await examination.limit_lifetime(link, fault.subject.encode())


async def _repair_orphan(link: Link, fault: Fault, _: int) -> None:
    await examination.remove_orphan(link, fault.subject.encode(), fault.told)


_REPAIRS = {
    Check.COUNTERS: _repair_counters,
    Check.THREAD: _repair_thread,
    Check.LIFETIME: _repair_lifetime,
    Check.ORPHAN: _repair_orphan,
}


def sole_repairer(link: Link) -> AbstractAsyncContextManager[asyncio.Task[None]]:
    """For as long as this lasts nobody else repairs. RepairError."""
    return lease.sole(link, keys.REPAIRING, RepairError, "repairing this store")
