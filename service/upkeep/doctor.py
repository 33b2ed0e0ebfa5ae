"""Checks whether everything in a live store agrees with its comments, and repairs what does not.

One script compares a comment with its places at one instant. Counters are compared with a count of all comments, which
is of one instant too, see `instant.py`. Every writer changes a comment and its counters in one step, so the error of a
counter does not depend on the instant, and a repair adds it. So a change in progress is never reported as a fault, and
a repair never undoes a change that is made meanwhile.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

from service.audit.signer import faults_of
from service.domain.decision import Decision
from service.domain.routing import Verdict
from service.domain.state import State
from service.errors import RepairError
from service.link.link import Link
from service.store import audit, key_kinds, keys
from service.upkeep import audit_logs, author_ids, examination, installation, instant, lease, streams
from service.upkeep.changes import Changes
from service.upkeep.fault import MEANINGS, Check, Fault, Report
from service.upkeep.survey import Survey, is_examined

Progress = Callable[[int], None]
_STATES = tuple(state.value for state in State)
_COUNTED = {
    "thread": _STATES,
    "author": (*_STATES, "submitted"),
    "totals": (
        *(f"state:{state}" for state in State),
        *(f"submitted:{verdict}" for verdict in Verdict),
        *(f"decided:{decision}" for decision in Decision),
        "undone",
    ),
}
_OF_COMMENTS = (
    Check.RECORD,
    Check.PUBLICATION,
    Check.QUEUE,
    Check.CLAIM,
    Check.ESCALATION,
    Check.REVISION,
    Check.LIST,
    Check.PUBLIC,
)


async def examine(link: Link, on_progress: Progress) -> Report:
    """Returns a report of all faults; `on_progress` is called with the number of keys of each step.

    Raises StoreUnavailableError, and RepairError when the store has another format.
    """
    await _require_one_format(link)
    survey = Survey(link)
    async with Changes(link) as changes:
        await instant.read_all(link, changes, survey.read, concerns=is_examined, on_progress=on_progress)
    faults = [
        *_of_comments(survey),
        *_of_threads(survey),
        *_of_counters(survey),
        *_of_authors(survey),
        *_of_lifetimes(survey),
    ]
    listed, orphans = await _of_places(link, survey)
    counted, of_streams = await _of_streams(link, survey)
    entries, of_logs = await _of_audit_logs(link, survey)
    looked_at = dict.fromkeys(_OF_COMMENTS, len(survey.comments)) | {
        Check.ORPHAN: listed,
        Check.THREAD: sum(key_kinds.parts_of(key).kind == "thread" for key in survey.records),
        Check.COUNTERS: len(survey.records),
        Check.AUTHOR: len(survey.names),
        Check.LIFETIME: len(survey.limited),
        **{check: counted[check] for check in (Check.EVENT, Check.POSITION, Check.LETTERS)},
        Check.AUDIT: entries,
    }
    return Report(looked_at, faults + orphans + of_streams + of_logs)


async def _require_one_format(link: Link) -> None:
    """Raises RepairError unless everything in the store has the format of this version."""
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


def _of_comments(survey: Survey) -> Iterator[Fault]:
    for (site, comment_id), examined in survey.comments.items():
        for name in examined.faults:
            check = Check(name)
            told = f"{examined.state or 'no state'}: not so that {MEANINGS[check]}"
            yield Fault(check, site, comment_id, told=told)


def _of_threads(survey: Survey) -> Iterator[Fault]:
    threads = {(site, examined.home.thread) for (site, _), examined in survey.comments.items() if examined.home.thread}
    for site, thread in threads:
        key = keys.thread_keys(site, thread).thread
        lacking = [name for name in ("created_ms", "version") if name not in survey.records.get(key.encode(), {})]
        if lacking:
            yield Fault(Check.THREAD, site, key, told=f"lacks {' and '.join(lacking)}")


def _of_counters(survey: Survey) -> Iterator[Fault]:
    expected = _recount(survey)
    for key in {*expected, *survey.records}:
        site, kind, _ = key_kinds.parts_of(key)
        stored = survey.records.get(key, {})
        differences = {
            name: expected[key][name] - _number(stored.get(name))
            for name in _COUNTED[kind]
            if _number(stored.get(name)) != expected[key][name]
        }
        if differences:
            told = ", ".join(f"{name} {stored.get(name, 0)} for {expected[key][name]}" for name in differences)
            yield Fault(Check.COUNTERS, site, key.decode(), told=told, differences=differences)


def _number(text: str | None) -> int:
    return int(text) if text and text.removeprefix("-").isdecimal() else 0


def _recount(survey: Survey) -> defaultdict[bytes, Counter[str]]:
    """Returns the right values of the counters of each record, by its key."""
    expected: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
    for (site, _), examined in survey.comments.items():
        totals = expected[keys.totals(site).encode()]
        totals.update((f"state:{examined.state}", f"submitted:{examined.verdict}"))
        totals.update({"undone" if act == "undo" else f"decided:{act}": times for act, times in examined.acts.items()})
        if examined.home.thread:
            expected[keys.thread_keys(site, examined.home.thread).thread.encode()][examined.state] += 1
        if examined.home.author:
            expected[keys.author(site, examined.home.author).encode()].update((examined.state, "submitted"))
    return expected


def _of_authors(survey: Survey) -> Iterator[Fault]:
    for lost in author_ids.find_lost(survey.names, survey.records):
        yield Fault(Check.AUTHOR, lost.site, keys.author(lost.site, lost.author), told=lost.author_id)


def _of_lifetimes(survey: Survey) -> Iterator[Fault]:
    for key, is_for_ever in survey.limited.items():
        if is_for_ever:
            yield Fault(Check.LIFETIME, key_kinds.parts_of(key).site, key.decode(), told="would be kept for ever")


async def _of_places(link: Link, survey: Survey) -> tuple[int, list[Fault]]:
    """Returns how many members were checked, and a fault for each that has no comment."""
    looked_at = 0
    orphans: dict[tuple[bytes, str], Fault] = {}
    for key in survey.places:
        async for ids in examination.members(link, key):
            looked_at += len(ids)
            unknown = [comment_id for comment_id in ids if not survey.is_known(key, comment_id)]
            for orphan in await examination.find_orphans(link, key, unknown):
                orphans[key, orphan] = Fault(Check.ORPHAN, key_kinds.parts_of(key).site, key.decode(), told=orphan)
    return looked_at, list(orphans.values())


async def _of_streams(link: Link, survey: Survey) -> tuple[Counter[Check], list[Fault]]:
    """Returns how many events, consumers and dead letters were checked, and their faults.

    The `told` of a fault is the id of the event or the name of the consumer.
    """
    counted: Counter[Check] = Counter()
    faults: list[Fault] = []
    for key in survey.streams:
        site, kind, _ = key_kinds.parts_of(key)
        if kind in streams.DEAD_LETTERS:
            check, count = Check.LETTERS, await streams.count_letters(link, key)
            wrong = [f"{count} are kept"] if streams.are_too_many(count) else []
        elif kind in streams.EVENTS:
            check, (count, wrong) = Check.EVENT, await streams.find_unreadable(link, key)
        else:
            check, (count, wrong) = Check.POSITION, await streams.find_misplaced(link, key)
        counted[check] += count
        faults += [Fault(check, site, key.decode(), told=told) for told in wrong]
    return counted, faults


async def _of_audit_logs(link: Link, survey: Survey) -> tuple[int, list[Fault]]:
    """Returns how many entries were verified, and what is wrong with them. Nobody can repair that."""
    signers = await audit.read_signers(link)
    faults = [Fault(Check.AUDIT, "", keys.AUDIT_KEYS, told=told) for told in faults_of(signers)]
    entries = 0
    for site in sorted(survey.audit_logs):
        verified = await audit_logs.verify(link, site, signers)
        if verified:
            entries += verified.entries - verified.dropped
            faults += [Fault(Check.AUDIT, site, audit.audit_of(site).head, told=told) for told in verified.faults]
    return entries, faults


async def repair(link: Link, report: Report, now_ms: int, on_progress: Progress, holding: asyncio.Task[None]) -> None:
    """Repairs the faults of a report, inside the `sole_repairer` that gave `holding`.

    A lost text, a record that cannot be read, or an audit log that is not as it was sealed, cannot be repaired. Each
    step is atomic, and a repair that was interrupted can be run again. `on_progress` is called with 1 after each fault.
    """
    for fault in report.faults:
        if holding.done():
            holding.result()
        if fault.check in _OF_COMMENTS:
            fault.is_repaired = await _repair_comment(link, fault, now_ms)
        elif fault.check in _REPAIRS:
            await _REPAIRS[fault.check](link, fault, now_ms)
            fault.is_repaired = True
        on_progress(1)


async def _repair_comment(link: Link, fault: Fault, now_ms: int) -> bool:
    (examined,) = await examination.examine(link, fault.site, [fault.subject])
    return fault.check not in await examination.repair(
        link, fault.site, fault.subject, home=examined.home, now_ms=now_ms
    )


async def _repair_counters(link: Link, fault: Fault, _: int) -> None:
    await examination.adjust(link, fault.subject.encode(), fault.differences)


async def _repair_thread(link: Link, fault: Fault, now_ms: int) -> None:
    await examination.complete_thread(link, fault.subject.encode(), now_ms)


async def _repair_author(link: Link, fault: Fault, _: int) -> None:
    author = key_kinds.parts_of(fault.subject.encode()).name
    await author_ids.repair(link, author_ids.AuthorName(fault.site, author, fault.told))


async def _repair_lifetime(link: Link, fault: Fault, _: int) -> None:
    await examination.limit_lifetime(link, fault.subject.encode())


async def _repair_orphan(link: Link, fault: Fault, _: int) -> None:
    await examination.remove_orphan(link, fault.subject.encode(), fault.told)


async def _repair_event(link: Link, fault: Fault, _: int) -> None:
    await streams.remove_event(link, fault.subject.encode(), fault.told)


async def _repair_position(link: Link, fault: Fault, _: int) -> None:
    await streams.begin_anew(link, fault.subject.encode(), fault.told)


async def _repair_letters(link: Link, fault: Fault, _: int) -> None:
    await streams.trim_letters(link, fault.subject.encode())


_REPAIRS = {
    Check.EVENT: _repair_event,
    Check.POSITION: _repair_position,
    Check.LETTERS: _repair_letters,
    Check.COUNTERS: _repair_counters,
    Check.THREAD: _repair_thread,
    Check.AUTHOR: _repair_author,
    Check.LIFETIME: _repair_lifetime,
    Check.ORPHAN: _repair_orphan,
}


def sole_repairer(link: Link) -> AbstractAsyncContextManager[asyncio.Task[None]]:
    """Gives the right to repair to one process at a time; raises RepairError while another one has it."""
    return lease.sole(link, keys.REPAIRING, RepairError, work="repairing this store")
