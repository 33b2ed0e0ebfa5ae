"""What `audit` does."""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from service.audit import export
from service.audit.checkpoint import key_id_of
from service.audit.signer import Signer, faults_of
from service.commands.store import known_vault, run, settings_with, shared_store
from service.link.link import Link
from service.settings import Settings
from service.store import audit
from service.store.consumers import INSTALLATION
from service.upkeep import audit_logs
from service.upkeep.audit_logs import Verified

OF_INSTALLATION = "-"
"""How the installation's log is named on the command line."""
Heads = dict[str, dict[int, bytes]]


def verify_logs(site: str | None, kept: Path | None, redis_url: str | None, *, is_json: bool) -> None:
    """Verifies the logs, prints what was found, and ends the process with 1 when something is wrong."""
    found, faults = run(_verify(settings_with(redis_url), site, _heads_in(kept) if kept else {}))
    is_right = not faults and not any(verified.faults for verified in found.values())
    click.echo(_as_json(found, faults, is_right=is_right) if is_json else _as_text(found, faults, is_right=is_right))
    if not is_right:
        sys.exit(1)


def _heads_in(file: Path) -> Heads:
    """The heads of the checkpoints in a file, by site and number of entries; other lines are passed over."""
    heads: Heads = {}
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                told = json.loads(line)
                if told.get("record", told.get("event")) in ("checkpoint", "audit_checkpoint"):
                    heads.setdefault(told["site"], {})[int(told["entries"])] = bytes.fromhex(told["head"])
            except (ValueError, AttributeError, KeyError, TypeError):
                continue
    if not heads:
        raise click.ClickException(f"There are no checkpoints in {file}.")
    return heads


async def _verify(settings: Settings, site: str | None, kept: Heads) -> tuple[dict[str, Verified], list[str]]:
    """What was found of each log, and what is wrong beside them."""
    async with shared_store(settings) as link:
        signers = await audit.read_signers(link)
        faults = faults_of(signers) + _faults_of_own_key(settings, signers)
        found = {
            name: await audit_logs.verify(link, name, signers, kept.get(name, {})) for name in await _wanted(link, site)
        }
    missing = [name for name, verified in found.items() if verified is None and (name in kept or site is not None)]
    faults += [f"there is no log of {_named(name)}" for name in missing]
    return {name: verified for name, verified in found.items() if verified is not None}, faults


def _faults_of_own_key(settings: Settings, signers: Mapping[str, Signer]) -> list[str]:
    """A fault where none of the keys follows from a secret that is known here."""
    vault = known_vault(settings)
    if vault is None or not signers:
        return []
    own = {key_id_of(key.public_key()).hex() for key in vault.audit_keys}
    return [] if own & signers.keys() else ["none of the keys follows from the secret that is known here"]


async def _wanted(link: Link, site: str | None) -> list[str]:
    if site is not None:
        return [INSTALLATION if site == OF_INSTALLATION else site]
    return [INSTALLATION, *await audit_logs.sites_of(link)]


def _named(name: str) -> str:
    return name or "the installation"


def _as_json(found: Mapping[str, Verified], faults: list[str], *, is_right: bool) -> str:
    logs = {
        name or OF_INSTALLATION: {
            "entries": verified.entries,
            "dropped": verified.dropped,
            "signed": verified.signed,
            "faults": verified.faults,
        }
        for name, verified in found.items()
    }
    return json.dumps({"is_right": is_right, "faults": faults, "logs": logs}, indent=2)


def _as_text(found: Mapping[str, Verified], faults: list[str], *, is_right: bool) -> str:
    lines = [f"{'log':<24}{'entries':>12}{'dropped':>12}{'signed':>12}{'faults':>8}"]
    for name, verified in found.items():
        numbers = f"{verified.entries:>12}{verified.dropped:>12}{verified.signed:>12}{len(verified.faults):>8}"
        lines.append(f"{_named(name):<24}{numbers}")
    for name, verified in found.items():
        lines += [f"  {_named(name)}: {fault}" for fault in verified.faults]
    lines += [f"  {fault}" for fault in faults]
    return "\n".join([*lines, "All is as it was sealed." if is_right else "Not all is as it was sealed."])


def export_logs(
    site: str | None, redis_url: str | None, *, kind: str, since: datetime | None, until: datetime | None
) -> None:
    """Writes the logs to standard output."""
    run(_export(settings_with(redis_url), site, kind, _ms(since), _ms(until)))


def _ms(time: datetime | None) -> int | None:
    if time is None:
        return None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


async def _export(settings: Settings, site: str | None, kind: str, since_ms: int | None, until_ms: int | None) -> None:
    written = export.as_csv_row if kind == "csv" else export.as_json_line
    if kind == "csv":
        sys.stdout.write(export.csv_header())
    async with shared_store(settings) as link:
        async for record in _records(link, await _wanted(link, site), since_ms, until_ms):
            sys.stdout.write(written(record))
    sys.stdout.flush()


async def _records(
    link: Link, sites: list[str], since_ms: int | None, until_ms: int | None
) -> AsyncIterator[dict[str, Any]]:
    for signer in (await audit.read_signers(link)).values():
        yield export.key_record(signer)
    for site in sites:
        async for record in audit_logs.records_of(link, site, since_ms, until_ms):
            yield record
