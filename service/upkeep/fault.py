"""What the doctor reports: the checks, what each means, and the faults that they found."""

from dataclasses import dataclass, field
from enum import StrEnum


class Check(StrEnum):
    """The name of a check; `MEANINGS` says what must be true."""

    RECORD = "record"
    PUBLICATION = "publication"
    QUEUE = "queue"
    CLAIM = "claim"
    ESCALATION = "escalation"
    REVISION = "revision"
    LIST = "list"
    PUBLIC = "public"
    ORPHAN = "orphan"
    THREAD = "thread"
    COUNTERS = "counters"
    AUTHOR = "author"
    LIFETIME = "lifetime"
    EVENT = "event"
    POSITION = "position"
    LETTERS = "letters"
    AUDIT = "audit"


MEANINGS = {
    Check.RECORD: "a comment's record can be read",
    Check.PUBLICATION: "published comments, and no others, are in their thread's list, at their time",
    Check.QUEUE: "every view of the queue has the same comments, all that are held among them",
    Check.CLAIM: "claims are on queued comments, each with its holder",
    Check.ESCALATION: "escalations are of queued comments, each with who made it",
    Check.REVISION: "a comment's revision is that of its history",
    Check.LIST: "a comment has its place in the lists of its site, and is found there by what it is",
    Check.PUBLIC: "a comment has the text that readers see",
    Check.ORPHAN: "whatever is listed has a comment, of that thread",
    Check.THREAD: "a thread with comments has its own record",
    Check.COUNTERS: "counters of sites, threads and authors equal a recount",
    Check.AUTHOR: "an author_id leads to the author who has it",
    Check.LIFETIME: "what is to be forgotten has a lifetime",
    Check.EVENT: "every event can be read",
    Check.POSITION: "every consumer of events is at a place in its stream",
    Check.LETTERS: "of events that were given up the newest are kept",
    Check.AUDIT: "every entry of the audit logs is as it was sealed, and signed",
}


@dataclass(slots=True)
class Fault:
    """`subject` is a comment_id for checks of comments, or else a key; `told` describes the fault in a few words.

    Of a fault of counters, `differences` has what to add to each.
    """

    check: Check
    site: str
    subject: str
    told: str
    differences: dict[str, int] = field(default_factory=dict)
    is_repaired: bool = False


@dataclass(slots=True)
class Report:
    """How many keys, members or events each check looked at, and all faults."""

    looked_at: dict[Check, int]
    faults: list[Fault]

    @property
    def is_healthy(self) -> bool:
        """Whether every fault is repaired, or there is none."""
        return all(fault.is_repaired for fault in self.faults)
