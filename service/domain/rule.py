"""A site's own rules: what to do with a comment that meets a condition."""

from collections.abc import Sequence
from datetime import time
from enum import StrEnum
from typing import NamedTuple

from service.domain.reason import Reason


class Action(StrEnum):
    """What a rule does: with `note` nothing but standing among the reasons."""

    HOLD = "hold"
    REJECT = "reject"
    NOTE = "note"


class Words(NamedTuple):
    """The body says one of the phrases, in whole words; a `*` at the end of one stands for any rest of its last word.
    Case, accents and disguises make no difference."""

    phrases: tuple[str, ...]


class Pattern(NamedTuple):
    """The body has a match of a regular expression as RE2 writes them."""

    re2: str


class Links(NamedTuple):
    """The body and the website together have more than so many links."""

    more_than: int


class Domains(NamedTuple):
    """Domains in ASCII (IDNA), lower case: each stands for itself and what is below it; `*.` before one stands for what
    is below it alone. A name is met that is among them, or where `is_inverted` one that is not."""

    domains: frozenset[str]
    is_inverted: bool = False


class LinkDomains(NamedTuple):
    """A link of the body, or the website, leads to one of the domains."""

    domains: Domains


class EmailDomains(NamedTuple):
    """The sender's email is of one of the domains."""

    domains: Domains


class DisposableEmail(NamedTuple):
    """The sender's email is of a domain whose addresses are thrown away after use."""


class Newcomer(NamedTuple):
    """The author has fewer approved comments than this."""

    approved_fewer_than: int


class OftenRejected(NamedTuple):
    """More than this share, from 0 to 1, of the author's last so many comments was rejected or spam."""

    share_above: float
    of_last: int


class ThreadAge(NamedTuple):
    """The thread was made, by its first comment or before that by its website, more than so many days ago."""

    above_days: int


class Hours(NamedTuple):
    """It is sent outside of these hours of the day, which may cross midnight, in a time zone of the IANA database."""

    begin: time
    end: time
    time_zone: str


class Repeated(NamedTuple):
    """The same author sent the same body to another thread within so many hours."""

    elsewhere_within_hours: int


Condition = (
    Words
    | Pattern
    | Links
    | LinkDomains
    | EmailDomains
    | DisposableEmail
    | Newcomer
    | OftenRejected
    | ThreadAge
    | Hours
    | Repeated
)


class Rule(NamedTuple):
    """`thread` "" is every thread of the site. `name` tells the rule from the site's others."""

    name: str
    condition: Condition
    action: Action
    thread: str = ""


OF_THE_STORE = (Newcomer, OftenRejected, ThreadAge, Repeated)
"""Conditions on what the store alone knows."""


class PlacedRule(NamedTuple):
    """A rule at its place among its site's."""

    place: int
    rule: Rule


class Fired(NamedTuple):
    """A rule whose condition a comment met, and by what: at most a few short pieces."""

    place: int
    rule: Rule
    matched: Sequence[str] = ()

    @property
    def reason(self) -> Reason:
        return Reason("rule", {"rule": self.rule.name, "matched": list(self.matched)})
