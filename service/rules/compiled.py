"""All rules of a site, made ready once and held against each submission."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from service.domain.rule import (
    OF_THE_STORE,
    Action,
    DisposableEmail,
    EmailDomains,
    Fired,
    Hours,
    LinkDomains,
    Links,
    Pattern,
    PlacedRule,
    Repeated,
    Rule,
    Words,
)
from service.rules.domains import ascii_name, meets
from service.rules.hours import is_known, is_outside
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
    store knows, and they are `left`. Those that cannot be read any more, as another RE2 took them or another
    database of time zones had theirs, are `unreadable`: whatever they concern is held."""

    def __init__(self, rules: Sequence[Rule], fold: Fold, disposable: Container[str]) -> None:
        """disposable: domains whose addresses are thrown away after use, as `domains.ascii_name` writes them"""
        self._disposable = disposable
        placed = [PlacedRule(place, rule) for place, rule in enumerate(rules)]
        self.left = [each for each in placed if isinstance(each.rule.condition, OF_THE_STORE)]
        self.asks_what_was_said = any(isinstance(rule.condition, Repeated) for rule in rules)
        # All phrases are found in one walk, and so are all patterns: the rules that had none need not be asked.
        self._searched = {each.rule.name: each for each in placed if isinstance(each.rule.condition, Words | Pattern)}
        self._others = [each for each in placed if not isinstance(each.rule.condition, (Words, Pattern, *OF_THE_STORE))]
        self._phrases = Phrases(
            {rule.name: rule.condition.phrases for rule in rules if isinstance(rule.condition, Words)}, fold
        )
        self._patterns = Patterns(
            {rule.name: rule.condition.re2 for rule in rules if isinstance(rule.condition, Pattern)}
        )
        lost = {rule.name for rule in rules if _is_of_unknown_zone(rule)} | {*self._patterns.unreadable}
        self.unreadable = [each for each in placed if each.rule.name in lost]
        self._others = [each for each in self._others if each.rule.name not in lost]
        self._has_links = any(isinstance(rule.condition, Links | LinkDomains) for rule in rules)
        self._has_emails = any(isinstance(rule.condition, EmailDomains | DisposableEmail) for rule in rules)

    def met_by(self, said: Said) -> list[Fired]:
        """The rules that a submission meets, in their order, each with what met it."""
        hosts = hosts_of(f"{said.body}\n{said.website}") if self._has_links else []
        email_domain = ascii_name(said.email.rpartition("@")[2]) if self._has_emails else ""
        looked = _Looked(hosts, email_domain, said.now_ms, self._disposable)
        found = [(self._searched[name], pieces) for name, pieces in self._in_text(said)]
        found += [(each, pieces) for each in self._others if (pieces := _found(each.rule, looked)) is not None]
        found += [(PlacedRule(place, rule._replace(action=Action.HOLD)), []) for place, rule in self.unreadable]
        fired = [
            Fired(place, rule, tuple(piece[:MAX_MATCHED_CHARS] for piece in pieces[:MOST_MATCHED]))
            for (place, rule), pieces in found
            if rule.thread in ("", said.thread)
        ]
        return sorted(fired, key=lambda each: each.place)

    def _in_text(self, said: Said) -> Iterator[tuple[str, list[str]]]:
        """The names of rules whose phrases or pattern the body has, and what of them."""
        if self._phrases:
            yield from self._phrases.find(said.folded()).items()
        yield from self._patterns.find(said.body).items()


class _Looked(NamedTuple):
    """What of a submission all rules together look at: the hosts that its links lead to, and its email's."""

    hosts: list[str]
    email_domain: str
    now_ms: int
    disposable: Container[str]


def _is_of_unknown_zone(rule: Rule) -> bool:
    return isinstance(rule.condition, Hours) and not is_known(rule.condition.time_zone)


def _found(rule: Rule, looked: _Looked) -> _Found:
    """What of a submission meets the rule's condition, where it is not one on the text as a whole."""
    match rule.condition:
        case Links(more_than):
            return [str(len(looked.hosts))] if len(looked.hosts) > more_than else None
        case LinkDomains(domains):
            return [host for host in dict.fromkeys(looked.hosts) if meets(domains, host)] or None
        case EmailDomains(domains):
            return [looked.email_domain] if meets(domains, looked.email_domain) else None
        case DisposableEmail():
            return _disposable(looked)
        case Hours() as hours:
            return [] if is_outside(hours, looked.now_ms) else None
    return None


def _disposable(looked: _Looked) -> _Found:
    parts = looked.email_domain.split(".")
    above = (".".join(parts[begin:]) for begin in range(len(parts) - 1))
    return [looked.email_domain] if any(each in looked.disposable for each in above) else None
