"""Rules as they are taken: what a schema cannot tell of them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from schemas.rules import MAX_PHRASES
from service.domain.rule import Domains, EmailDomains, LinkDomains, Pattern, Rule, Words
from service.rules import patterns
from service.rules.domains import listed_as
from service.rules.patterns import PatternError
from service.rules.phrases import Fold, folded_each


class RulesError(ValueError):
    """Rules that are not taken: by field, such as `rules.0.when.pattern.re2`, why in words."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def checked(rules: Sequence[Rule], fold: Fold) -> tuple[Rule, ...]:
    """The rules with their domains in one spelling. RulesError. It takes up to a second: not for the event loop."""
    errors: dict[str, list[str]] = {}
    for field, why in [*_names(rules), *_phrases(rules, fold), *_patterns(rules)]:
        errors.setdefault(field, []).append(why)
    spelled = []
    for index, rule in enumerate(rules):
        try:
            spelled.append(_spelled(rule))
        except RulesError as error:
            errors |= {f"rules.{index}.when.{field}": why for field, why in error.errors.items()}
    if errors:
        raise RulesError(errors)
    return tuple(spelled)


_Errors = Iterator[tuple[str, str]]


def _names(rules: Sequence[Rule]) -> _Errors:
    counted = Counter(rule.name for rule in rules)
    for index, rule in enumerate(rules):
        if counted[rule.name] > 1:
            yield f"rules.{index}.name", "Another rule has this name."


def _phrases(rules: Sequence[Rule], fold: Fold) -> _Errors:
    left = MAX_PHRASES
    for index, rule in enumerate(rules):
        if not isinstance(rule.condition, Words):
            continue
        left -= len(rule.condition.phrases)
        if left < 0:
            yield f"rules.{index}.when.words.phrases", f"All rules together have at most {MAX_PHRASES:,} phrases."
            return
        for place, folded in enumerate(folded_each(rule.condition.phrases, fold)):
            if not folded.strip():
                yield f"rules.{index}.when.words.phrases.{place}", "It has no letter to look for."


def _patterns(rules: Sequence[Rule]) -> _Errors:
    places = {str(index): rule.condition.re2 for index, rule in enumerate(rules) if isinstance(rule.condition, Pattern)}
    try:
        patterns.check(places)
    except PatternError as error:
        yield f"rules.{error.rule}.when.pattern.re2", str(error)


def _spelled(rule: Rule) -> Rule:
    match rule.condition:
        case LinkDomains(domains):
            return rule._replace(condition=LinkDomains(_spelled_domains("link_domains", domains)))
        case EmailDomains(domains):
            return rule._replace(condition=EmailDomains(_spelled_domains("email_domains", domains)))
    return rule


def _spelled_domains(kind: str, domains: Domains) -> Domains:
    field = f"{kind}.{'not_in' if domains.is_inverted else 'in'}"
    spelled, errors = set(), []
    for written in sorted(domains.domains):
        try:
            if name := listed_as(written):
                spelled.add(name)
            else:
                errors.append(f"{written} is no domain.")
        except ValueError:
            errors.append(f"{written} is a suffix of many owners' domains: write *.{written} if you mean them all.")
    if errors:
        raise RulesError({field: errors})
    return domains._replace(domains=frozenset(spelled))
