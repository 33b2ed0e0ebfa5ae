"""All rules of a site, made ready once and held against each submission."""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from service.domain.rule import (
    DisposableEmail,
    EmailDomains,
    Fired,
    Hours,
    LinkDomains,
    Links,
    Pattern,
    Rule,
    Words,
)
from service.rules.domains import ascii_name, meets
from service.rules.hours import is_outside
from service.rules.links import hosts_of
from service.rules.patterns import Patterns
from service.rules.phrases import Fold, Phrases

MOST_MATCHED = 5
MAX_MATCHED_CHARS = 100
"""What a rule found is told in so many pieces of so many characters."""

_Found = list[str] | None
"""What met a condition; None where nothing did."""


class Said(NamedTuple):
    """What of a submission rules look at. `folded` gives the body as the classifier reads it, when it is asked for."""

    thread: str
    body: str
    website: str
    email: str
    folded: Callable[[], Iterable[str]]
    now_ms: int


class Rules:
    """A site's rules, in their order. Those about the author, the thread's age or repeats are not looked at here: the
    store knows, and they are `left`."""

    def __init__(self, rules: Sequence[Rule], fold: Fold, disposable: Container[str]) -> None:
        """disposable: domains whose addresses are thrown away after use, as `domains.ascii_name` writes them"""
        self._disposable = disposable
        self._here = [rule for rule in rules if isinstance(rule.condition, tuple(_LOOKED_AT))]
        self.left = [rule for rule in rules if rule not in self._here]
        self._phrases = Phrases(
            {rule.name: rule.condition.phrases for rule in rules if isinstance(rule.condition, Words)}, fold
        )
        self._patterns = Patterns(
            {rule.name: rule.condition.re2 for rule in rules if isinstance(rule.condition, Pattern)}
        )
        self._has_words = any(isinstance(rule.condition, Words) for rule in self._here)
        self._has_patterns = any(isinstance(rule.condition, Pattern) for rule in self._here)
        self._has_links = any(isinstance(rule.condition, Links | LinkDomains) for rule in self._here)

    def met_by(self, said: Said) -> list[Fired]:
        """The rules that a submission meets, in their order, each with what met it."""
        if not self._here:
            return []
        looked = _Looked(
            self._phrases.find(said.folded()) if self._has_words else {},
            self._patterns.find(said.body) if self._has_patterns else {},
            hosts_of(f"{said.body}\n{said.website}") if self._has_links else [],
            said,
            self._disposable,
        )
        fired = []
        for rule in self._here:
            if rule.thread in ("", said.thread):
                found = _LOOKED_AT[type(rule.condition)](rule, looked)
                if found is not None:
                    fired.append(Fired(rule, tuple(piece[:MAX_MATCHED_CHARS] for piece in found[:MOST_MATCHED])))
        return fired


class _Looked(NamedTuple):
    """A submission, and what was found in it for all rules together."""

    phrases: dict[str, list[str]]
    patterns: dict[str, list[str]]
    hosts: list[str]
    said: Said
    disposable: Container[str]

    @property
    def email_domain(self) -> str:
        return ascii_name(self.said.email.rpartition("@")[2])


def _words(rule: Rule, looked: _Looked) -> _Found:
    return looked.phrases.get(rule.name)


def _pattern(rule: Rule, looked: _Looked) -> _Found:
    return looked.patterns.get(rule.name)


def _links(rule: Rule, looked: _Looked) -> _Found:
    assert isinstance(rule.condition, Links)
    return [str(len(looked.hosts))] if len(looked.hosts) > rule.condition.more_than else None


def _link_domains(rule: Rule, looked: _Looked) -> _Found:
    assert isinstance(rule.condition, LinkDomains)
    domains = rule.condition.domains
    return [host for host in dict.fromkeys(looked.hosts) if meets(domains, host)] or None


def _email_domains(rule: Rule, looked: _Looked) -> _Found:
    assert isinstance(rule.condition, EmailDomains)
    domain = looked.email_domain
    return [domain] if meets(rule.condition.domains, domain) else None


def _disposable(_: Rule, looked: _Looked) -> _Found:
    domain = looked.email_domain
    parts = domain.split(".")
    above = (".".join(parts[begin:]) for begin in range(len(parts) - 1))
    return [domain] if any(each in looked.disposable for each in above) else None


def _hours(rule: Rule, looked: _Looked) -> _Found:
    assert isinstance(rule.condition, Hours)
    return [] if is_outside(rule.condition, looked.said.now_ms) else None


_LOOKED_AT: dict[type, Callable[[Rule, _Looked], _Found]] = {
    Words: _words,
    Pattern: _pattern,
    Links: _links,
    LinkDomains: _link_domains,
    EmailDomains: _email_domains,
    DisposableEmail: _disposable,
    Hours: _hours,
}
