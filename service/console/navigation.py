"""Which pages the console's head leads to."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.caller import Caller, Role
from service.domain.site import Site
from service.texts.sentence import marked


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of each site: what it is called, where it is, and whose roles may open it; an administrator may."""

    name: str
    path: str
    words: str
    roles: frozenset[Role]

    def is_for(self, caller: Caller) -> bool:
        return caller.is_admin or caller.may(*self.roles)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page of a site shows it."""

    name: str
    address: str
    words: str


_MODERATORS = frozenset({Role.MODERATOR})
_READERS = frozenset({Role.MODERATOR, Role.OPERATOR})
_OPERATORS = frozenset({Role.OPERATOR})
ENTRIES: tuple[Entry, ...] = (
    Entry("queue", "/console/{site}", marked("Queue"), _MODERATORS),
    Entry("comments", "/console/{site}/comments", marked("Comments"), _MODERATORS),
    Entry("threads", "/console/{site}/threads", marked("Threads"), _MODERATORS),
    Entry("rules", "/console/{site}/rules", marked("Rules"), _READERS),
    Entry("numbers", "/console/{site}/numbers", marked("Numbers"), _READERS),
    Entry("audit", "/console/{site}/audit", marked("Audit"), _OPERATORS),
    Entry("setup", "/console/{site}/setup", marked("Setup"), frozenset()),
)
"""In the order of the head, which is the same on all pages: queue, comments, threads, rules, numbers, audit, setup."""


def links_of(caller: Caller, site: Site) -> Iterator[Link]:
    """What a caller may open of a site."""
    for entry in ENTRIES:
        if entry.is_for(caller) and caller.may_act_on(site.site):
            yield Link(entry.name, entry.path.format(site=site.site), entry.words)


def first_address(caller: Caller, site: Site) -> str:
    """The first page of a site that a caller may open; "" where there is none."""
    return next((each.address for each in links_of(caller, site)), "")
