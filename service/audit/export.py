"""Audit logs as a file that can be read, and verified, without the service: records of JSON, or rows of CSV.

| record | has |
| --- | --- |
| key | `key_id`, `public_key`, `since_ms`; of each but the first `predecessor`, `vouched`, `vouching` |
| start | `entries`: how many come before the first that is here; `head` after them |
| entry | the entry's fields, and `line`: the bytes over which the chain is made, as text |
| checkpoint | `entries`, `head`, `at_ms`, `key_id`, `signature` |

What is bytes is in hex.
"""

import csv
import io
import json
from typing import Any

from service.audit.checkpoint import Checkpoint
from service.audit.line import entry_of
from service.audit.signer import Signer

COLUMNS = (
    *("record", "site", "number", "at", "act", "followed", "actor", "subject", "thread", "revision", "before", "after"),
    *("detail", "line", "entries", "head", "at_ms", "key_id", "signature", "public_key", "since_ms", "predecessor"),
    *("vouched", "vouching"),
)
"""Of a CSV."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula: it gets an apostrophe before it."""

Record = dict[str, Any]


def told_of(checkpoint: Checkpoint) -> Record:
    """The fields of a checkpoint, as the log of the service has them too."""
    return {
        "entries": checkpoint.entries,
        "head": checkpoint.head.hex(),
        "at_ms": checkpoint.at_ms,
        "key_id": checkpoint.key_id.hex(),
        "signature": checkpoint.signature.hex(),
    }


def checkpoint_record(site: str, checkpoint: Checkpoint) -> Record:
    return {"record": "checkpoint", "site": site} | told_of(checkpoint)


def start_record(site: str, entries: int, head: bytes) -> Record:
    return {"record": "start", "site": site, "entries": entries, "head": head.hex()}


def key_record(signer: Signer) -> Record:
    told: Record = {"record": "key", "key_id": signer.key_id, "public_key": signer.key.public_bytes_raw().hex()}
    told["since_ms"] = signer.since_ms
    if signer.predecessor:
        told |= {"predecessor": signer.predecessor}
        told |= {"vouched": signer.vouched.hex(), "vouching": signer.vouching.hex()}
    return told


def entry_record(site: str, number: int, line: bytes) -> Record:
    """An entry with its line; of a line that cannot be read that alone."""
    told: Record = {"record": "entry", "site": site, "number": number, "line": line.decode(errors="replace")}
    try:
        entry = entry_of(number, line)
    except ValueError:
        return told
    return told | entry.told


def as_json_line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def csv_header() -> str:
    return _csv_row(COLUMNS)


def as_csv_row(record: Record) -> str:
    return _csv_row([_cell(record.get(column)) for column in COLUMNS])


def _cell(value: Any) -> str:
    if value is None or value in ({}, []):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_row(cells: Any) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue()
