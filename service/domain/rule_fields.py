"""A rule field by field, as it is stored and as `schemas.rules.RuleSchema` has it."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from service.domain.rule import (
    Action,
    Condition,
    DisposableEmail,
    Domains,
    EmailDomains,
    Hours,
    LinkDomains,
    Links,
    Newcomer,
    OftenRejected,
    Pattern,
    Repeated,
    Rule,
    ThreadAge,
    Words,
)

Fields = dict[str, Any]


def fields_of_rule(rule: Rule) -> Fields:
    """`thread` is left out where the rule is for every thread."""
    fields: Fields = {"name": rule.name, "when": _fields_of(rule.condition), "action": rule.action.value}
    return fields | {"thread": rule.thread} if rule.thread else fields


def rule_of(fields: Mapping[str, Any]) -> Rule:
    """The opposite of `fields_of_rule`. KeyError, ValueError or TypeError for what is none."""
    ((kind, values),) = fields["when"].items()
    return Rule(fields["name"], _condition_of(kind, values), Action(fields["action"]), fields.get("thread", ""))


def _fields_of(condition: Condition) -> Fields:
    match condition:
        case Words(phrases):
            return {"words": {"phrases": list(phrases)}}
        case Pattern(pattern):
            return {"pattern": {"re2": pattern}}
        case Links(more_than):
            return {"links": {"more_than": more_than}}
        case LinkDomains(domains):
            return {"link_domains": _fields_of_domains(domains)}
        case EmailDomains(domains):
            return {"email_domains": _fields_of_domains(domains)}
        case DisposableEmail():
            return {"email_domains": {"disposable": True}}
        case Newcomer(approved):
            return {"author": {"approved_fewer_than": approved}}
        case OftenRejected(share, of_last):
            return {"author": {"rejected_share_above": share, "of_last": of_last}}
        case ThreadAge(above):
            return {"thread_age_days": {"above": above}}
        case Hours(begin, end, zone):
            return {"hours": {"outside": f"{begin:%H:%M}-{end:%H:%M}", "time_zone": zone}}
        case Repeated(hours):
            return {"repeated": {"elsewhere_within_hours": hours}}


def _condition_of(kind: str, values: Mapping[str, Any]) -> Condition:
    match kind:
        case "words":
            return Words(tuple(values["phrases"]))
        case "pattern":
            return Pattern(values["re2"])
        case "links":
            return Links(values["more_than"])
        case "link_domains":
            return LinkDomains(_domains_of(values))
        case "email_domains":
            return DisposableEmail() if "disposable" in values else EmailDomains(_domains_of(values))
        case "author":
            return _author_of(values)
        case "thread_age_days":
            return ThreadAge(values["above"])
        case "hours":
            begin, _, end = values["outside"].partition("-")
            return Hours(time.fromisoformat(begin), time.fromisoformat(end), values["time_zone"])
        case "repeated":
            return Repeated(values["elsewhere_within_hours"])
    raise ValueError(kind)


def _author_of(values: Mapping[str, Any]) -> Condition:
    if "approved_fewer_than" in values:
        return Newcomer(values["approved_fewer_than"])
    return OftenRejected(values["rejected_share_above"], values["of_last"])


def _fields_of_domains(domains: Domains) -> Fields:
    return {"not_in" if domains.is_inverted else "in": sorted(domains.domains)}


def _domains_of(values: Mapping[str, Any]) -> Domains:
    ((word, domains),) = values.items()
    return Domains(frozenset(domains), is_inverted=word == "not_in")
