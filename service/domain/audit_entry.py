"""An entry of an audit log, as it is read."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from service.domain.times import rfc3339

Value = str | dict[str, Any]
"""What there was before or after an act: a code, or the fields that changed."""


class OwnKind(StrEnum):
    """What a log tells of itself, of which there is no event: it begins, and `detail` has how many events there had
    been; events were gone before they were sealed, and `detail` has how many; one could not be read, of this id."""

    LOG_BEGUN = "log_begun"
    EVENTS_LOST = "events_lost"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was done, by whom and to what, as `domain/event.py` tells it. `number` counts the entries of its log from 0.

    There are ids, codes and numbers in it; where an event had a text, the entry has `~` and a digest of it. `kinds` has
    the act first and then what followed from it.
    """

    number: int
    at_ms: int
    kinds: tuple[str, ...]
    actor: str
    subject: str = ""
    thread: str = ""
    revision: int | None = None
    before: Value = ""
    after: Value = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def act(self) -> str:
        """What was done; "" where an older version did not write it."""
        return self.kinds[0] if self.kinds else ""

    @property
    def told(self) -> dict[str, Any]:
        """All of it by its names in the API and in exports."""
        return {
            "number": self.number,
            "at": rfc3339(self.at_ms),
            "act": self.act,
            "followed": list(self.kinds[1:]),
            "actor": self.actor,
            "subject": self.subject,
            "thread": self.thread,
            "revision": self.revision,
            "before": self.before,
            "after": self.after,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: of this actor, of this act or with this in what followed from it, from `since_ms` on,
    before `until_ms`; None is no condition."""

    actor: str | None = None
    act: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def has(self, entry: AuditEntry) -> bool:
        return (
            (self.actor is None or entry.actor == self.actor)
            and (self.act is None or self.act in entry.kinds)
            and (self.since_ms is None or entry.at_ms >= self.since_ms)
            and (self.until_ms is None or entry.at_ms < self.until_ms)
        )


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first. `before` is the number of the entry that the next page ends before; None when nothing
    is left to look at. Few or no entries with a `before` mean that so much was looked through for one call."""

    entries: list[AuditEntry]
    before: int | None
