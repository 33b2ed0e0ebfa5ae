"""What the scripts that judge a submission take: the verdict of each mode, the rules that the store decides on, and
those found before."""

from collections.abc import Mapping, Sequence

import orjson

from service.domain.policy import MODES, Mode
from service.domain.routing import Routing
from service.domain.rule import Condition, Fired, Newcomer, OftenRejected, PlacedRule, Repeated, ThreadAge
from service.link.link import Argument
from service.store.record import pack_reasons

_HOUR_MS = 3_600_000


def routing_arguments(routings: Mapping[Mode, Routing]) -> list[Argument]:
    """Of each mode its verdict, whether that is listed, and its reasons as they are stored."""
    arguments: list[Argument] = []
    for mode in MODES:
        verdict, reasons, is_listed = routings[mode]
        arguments += (verdict, int(is_listed), pack_reasons(reasons))
    return arguments


def rule_arguments(rules: Sequence[PlacedRule]) -> list[Argument]:
    """For how long what was said is kept, how many rules there are, and seven arguments of each."""
    if not rules:
        return [0, 0]
    hours = [each.rule.condition.elsewhere_within_hours for each in rules if isinstance(each.rule.condition, Repeated)]
    arguments: list[Argument] = [max(hours, default=0) * _HOUR_MS, len(rules)]
    for place, rule in rules:
        arguments += (place, *_condition_arguments(rule.condition), rule.thread, rule.action)
        arguments.append(b'["rule",' + orjson.dumps(rule.name) + b",")
    return arguments


def _condition_arguments(condition: Condition) -> tuple[str, float, float]:
    """Its kind and two numbers."""
    match condition:
        case Newcomer(approved):
            return "newcomer", approved, 0
        case OftenRejected(share, of_last):
            return "often_rejected", share, of_last
        case ThreadAge(days):
            return "thread_age", days, 0
        case Repeated(hours):
            return "repeated", hours, 0
    raise ValueError(condition)


def pack_fired(fired: Sequence[Fired]) -> bytes:
    """A line each: the rule's place, its action, and its reason as it is stored."""
    return b"".join(b"%d\t%s\t%s\n" % (each.place, each.rule.action.encode(), _reason(each)) for each in fired)


def _reason(fired: Fired) -> bytes:
    return pack_reasons([fired.reason])[1:-1]
