"""What `doctor` finds and repairs, told as text or as JSON."""

import json
import sys
from collections import Counter
from typing import Any

import click

from service.commands.store import run, settings_with, shared_store
from service.desk import clock_ms
from service.link.link import Link
from service.settings import Settings
from service.upkeep import doctor as use_case
from service.upkeep import instant
from service.upkeep.fault import MEANINGS, Check, Fault, Report

_BEYOND_REPAIR = (Check.RECORD, Check.PUBLIC, Check.AUDIT)
EXAMPLES = 5
"""How many faults of each check are listed; `--json` lists all."""


def look_after(redis_url: str | None, *, is_repairing: bool, is_json: bool) -> None:
    """Examines the store, prints what is wrong, and ends the process with 1 when something stays so."""
    report = run((_repair if is_repairing else _examine)(settings_with(redis_url)))
    click.echo(json.dumps(_as_json(report), indent=2) if is_json else _as_text(report))
    if not report.is_healthy:
        sys.exit(1)


async def _examine(settings: Settings) -> Report:
    async with shared_store(settings) as link:
        return await _examine_shown(link)


async def _repair(settings: Settings) -> Report:
    async with shared_store(settings) as link, use_case.sole_repairer(link) as holding:
        report = await _examine_shown(link)
        with _progress("Repairing", len(report.faults)) as shown:
            await use_case.repair(link, report, clock_ms(), on_progress=shown.update, holding=holding)
        return report


async def _examine_shown(link: Link) -> Report:
    with _progress("Examining keys", await instant.count_all_keys(link)) as shown:
        return await use_case.examine(link, shown.update)


def _progress(label: str, length: int) -> Any:
    return click.progressbar(length=length, label=label, show_pos=True, file=sys.stderr)


def _as_json(report: Report) -> dict[str, Any]:
    counts = Counter(fault.check for fault in report.faults)
    return {
        "is_healthy": report.is_healthy,
        "checks": {
            check: {"meaning": MEANINGS[check], "looked_at": report.looked_at[check], "faults": counts[check]}
            for check in Check
        },
        "faults": [
            {
                "check": fault.check,
                "site": fault.site,
                "subject": fault.subject,
                "told": fault.told,
                "is_repaired": fault.is_repaired,
            }
            for fault in report.faults
        ],
    }


def _as_text(report: Report) -> str:
    counts = Counter(fault.check for fault in report.faults)
    repaired = Counter(fault.check for fault in report.faults if fault.is_repaired)
    lines = [f"{'check':<12}{'looked at':>12}{'faults':>8}{'repaired':>10}  what should be"]
    for check in Check:
        numbers = f"{report.looked_at[check]:>12}{counts[check]:>8}{repaired[check]:>10}"
        lines.append(f"{check:<12}{numbers}  {MEANINGS[check]}")
    for check in Check:
        faults = [fault for fault in report.faults if fault.check is check]
        lines += [_line(fault) for fault in faults[:EXAMPLES]]
        lines += [f"  {check}: {len(faults) - EXAMPLES} more, see --json"] if len(faults) > EXAMPLES else []
    lines.append(_conclusion(report))
    return "\n".join(lines)


def _line(fault: Fault) -> str:
    done = "repaired" if fault.is_repaired else "found"
    return f"  {fault.check}: {fault.site} {fault.subject}: {fault.told} ({done})"


def _conclusion(report: Report) -> str:
    if not report.faults:
        return "All is well."
    left = sum(not fault.is_repaired for fault in report.faults)
    if left == 0:
        return "All faults were repaired."
    cannot = sum(fault.check in _BEYOND_REPAIR for fault in report.faults if not fault.is_repaired)
    advice = "doctor --repair puts them right" if cannot == 0 else f"of them {cannot} only a backup can bring back"
    return f"{left} faults; {advice}."
