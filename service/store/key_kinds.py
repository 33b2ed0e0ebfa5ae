"""What a key is, by its name alone: whose, of which kind and type, and whether it lasts. `keys.py` makes them."""

import re
from enum import StrEnum
from typing import NamedTuple

from schemas.fields import SITE_PATTERN
from service.store import keys


class KeyType(StrEnum):
    """What a key is to Redis, in its own words."""

    STRING = "string"
    HASH = "hash"
    SORTED_SET = "zset"
    STREAM = "stream"


INSTALLATION_KINDS = {
    "installation": KeyType.HASH,
    "sites": KeyType.HASH,
    "tokens": KeyType.HASH,
    "policy-versions:": KeyType.HASH,
    "members": KeyType.HASH,
    "members-seen": KeyType.HASH,
    "changes": KeyType.STREAM,
    "change-consumers": KeyType.HASH,
    "change-dead-letters": KeyType.STREAM,
    "change-audit-head": KeyType.HASH,
    "change-audit-tail": KeyType.STRING,
    "change-audit-checkpoints": KeyType.STRING,
    "change-audit:": KeyType.STRING,
    "audit-keys": KeyType.HASH,
    "idempotency:": KeyType.STRING,
}
"""Every kind of key of the installation that lasts, and so is in a backup; with a colon where a name follows."""
SITE_KINDS = {
    "thread:": KeyType.HASH,
    "thread-comments:": KeyType.HASH,
    "thread-published:": KeyType.SORTED_SET,
    "thread-published-later:": KeyType.SORTED_SET,
    "thread-queue:": KeyType.SORTED_SET,
    "comment:": KeyType.HASH,
    "comment-notes:": KeyType.HASH,
    "author-notes:": KeyType.HASH,
    "author:": KeyType.HASH,
    "author-of:": KeyType.STRING,
    "queue": KeyType.SORTED_SET,
    "queue-risk": KeyType.SORTED_SET,
    "queue-uncertainty": KeyType.SORTED_SET,
    "claims": KeyType.SORTED_SET,
    "claim-holders": KeyType.HASH,
    "escalated": KeyType.SORTED_SET,
    "escalations": KeyType.HASH,
    "totals": KeyType.HASH,
    "list-rows:": KeyType.STRING,
    "list-planes:": KeyType.HASH,
    "list-bits:": KeyType.STRING,
    "list-thread:": KeyType.STRING,
    "list-thread-below:": KeyType.STRING,
    "list-author:": KeyType.STRING,
    "list-author-below:": KeyType.STRING,
    "series": KeyType.STREAM,
    "series-hours": KeyType.STREAM,
    "series-base": KeyType.HASH,
    "events": KeyType.STREAM,
    "consumers": KeyType.HASH,
    "dead-letters": KeyType.STREAM,
    "near:": KeyType.STRING,
    "turned-down": KeyType.STREAM,
    "audit-head": KeyType.HASH,
    "audit-tail": KeyType.STRING,
    "audit-checkpoints": KeyType.STRING,
    "audit:": KeyType.STRING,
    "bulk:": KeyType.HASH,
    "bulks": KeyType.SORTED_SET,
    "repeat:": KeyType.STRING,
    "said:": KeyType.STRING,
    "idempotency:": KeyType.STRING,
    "rate-reader:": KeyType.STRING,
    "rate-site": KeyType.STRING,
    "rate-stranger": KeyType.STRING,
}
"""The same of a site."""
PASSING_KINDS = (
    "audit-sealing",
    "backed-up",
    "change-consuming",
    "probe",
    "process",
    "repairing",
    "rotating",
    "salt",
    "salted",
    "session",
    "sessions-of",
    "sign-in-link",
    "store-sizes",
    "upgrade",
    "upgrading",
)
"""Kinds of the installation that are true of the running store alone, and so are in no backup."""
SITE_PASSING_KINDS = ("consuming", "bulk-runner", "bulks-running")
"""The same of a site."""
MAX_NAME_BYTES = 4096
"""What follows a kind is shorter: of a thread's id, the longest, at most 1,024."""


class Parts(NamedTuple):
    """What a key is made of; the installation's are of the site INSTALLATION_TAG; `name` is empty for an only one."""

    site: str
    kind: str
    name: str


def parts_of(key: bytes) -> Parts:
    """What a key of `keys.py` was made of; Parts("", "", "") for any other."""
    opening, brace, rest = key.decode("utf-8", "surrogateescape").partition("}:")
    if not brace or not opening.startswith(f"{keys.PREFIX}{{"):
        return Parts("", "", "")
    kind, _, name = rest.partition(":")
    return Parts(opening[len(keys.PREFIX) + 1 :], kind, name)


def type_of(key: bytes) -> KeyType | None:
    """The type of a key that is one of ours and lasts; None of any other."""
    site, kind, name = parts_of(key)
    if not re.match(SITE_PATTERN, site) or not _is_name(name):
        return None
    kind += ":" if name else ""
    # A site may have the installation's name.
    return SITE_KINDS.get(kind) or (INSTALLATION_KINDS.get(kind) if site == keys.INSTALLATION_TAG else None)


def _is_name(name: str) -> bool:
    try:
        return len(name.encode()) <= MAX_NAME_BYTES
    except UnicodeEncodeError:  # what stood there was no UTF-8
        return False


def is_passing(key: bytes) -> bool:
    """Whether it is one of ours that is in no backup."""
    site, kind, _ = parts_of(key)
    if kind in SITE_PASSING_KINDS:
        return re.match(SITE_PATTERN, site) is not None
    return kind in PASSING_KINDS and (site == keys.INSTALLATION_TAG or site.startswith(f"{keys.INSTALLATION_TAG}."))
