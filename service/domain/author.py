"""An author: whoever wrote by the same email address on a site."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.domain.decision import Decision
from service.domain.state import State

FOR_EVER_MS = 253_402_300_799_999
"""The end of the year 9999: until when a ban lasts that has no end."""


class Ban(NamedTuple):
    """Until `until_ms`, None for ever, an author's comments are rejected; `actor` did it at `at_ms`, and says why."""

    until_ms: int | None
    at_ms: int
    actor: str
    reason: str = ""


class Trust(NamedTuple):
    """`actor` trusts an author since `at_ms`."""

    at_ms: int
    actor: str


class AuthorRecord(NamedTuple):
    """What the same email address did on a site, and how it stands there.

    `counts` has how many of the author's comments are in each state, `approved` how many a person approved. `outcomes`
    are the newest decisions on them, at most 20, the newest first. The times are None of somebody who was looked up
    before he sent anything.
    """

    author_id: str
    first_ms: int | None
    last_ms: int | None
    submitted: int
    counts: Mapping[State, int]
    approved: int = 0
    ban: Ban | None = None
    trust: Trust | None = None
    outcomes: Sequence[Decision] = ()
