"""What is different between two policies: field by field, rule by rule, and as they are written."""

import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from service.domain.policy import Policy, fields_of
from service.domain.rule import Rule

MOST_COMPARED = 400
"""So many lines that differ are matched with each other, which takes their number squared; of more than that all that
were there before stand above all that are there now."""
CONTEXT = 3
"""So many lines that are the same stand before and after those that are not."""


class FieldChange(NamedTuple):
    """A field that is another, in the values of `fields_of`."""

    name: str
    before: object
    after: object


class RuleChange(NamedTuple):
    """A rule that is another under the same name."""

    before: Rule
    after: Rule


class Difference(NamedTuple):
    """What came, went and changed from one policy to another; `is_reordered` where rules that stayed have another
    order."""

    fields: Sequence[FieldChange]
    added: Sequence[Rule]
    removed: Sequence[Rule]
    changed: Sequence[RuleChange]
    is_reordered: bool


class WrittenLine(NamedTuple):
    """A line of JSON: `kind` is "in", "out", or "" where it is in both."""

    kind: str
    text: str


def difference_of(before: Policy, after: Policy) -> Difference:
    """Rules are told apart by their names, which are unique in a site."""
    old, new = fields_of(before), fields_of(after)
    changes = [FieldChange(name, old[name], new[name]) for name in new if name != "rules" and old[name] != new[name]]
    had, has = ({rule.name: rule for rule in policy.rules} for policy in (before, after))
    return Difference(
        changes,
        added=[rule for name, rule in has.items() if name not in had],
        removed=[rule for name, rule in had.items() if name not in has],
        changed=[RuleChange(had[name], rule) for name, rule in has.items() if name in had and had[name] != rule],
        is_reordered=[name for name in had if name in has] != [name for name in has if name in had],
    )


def written_difference(before: Policy, after: Policy) -> list[WrittenLine]:
    """The policies as JSON, line by line: what is the same is left out but for CONTEXT lines around what is not."""
    old, new = _lines(before), _lines(after)
    head = _same(old, new)
    tail = min(_same(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    middle = _compared(old[head : len(old) - tail], new[head : len(new) - tail])
    if not middle:
        return []
    above, below = old[max(0, head - CONTEXT) : head], old[len(old) - tail :][:CONTEXT]
    return [*(WrittenLine("", line) for line in above), *middle, *(WrittenLine("", line) for line in below)]


def _lines(policy: Policy) -> list[str]:
    return json.dumps(fields_of(policy), ensure_ascii=False, indent=2).splitlines()


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _compared(old: list[str], new: list[str]) -> list[WrittenLine]:
    if max(len(old), len(new)) > MOST_COMPARED:
        return [*(WrittenLine("out", line) for line in old), *(WrittenLine("in", line) for line in new)]
    found: list[WrittenLine] = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [WrittenLine("", line) for line in old[first:last]]
        else:
            found += [WrittenLine("out", line) for line in old[first:last]]
            found += [WrittenLine("in", line) for line in new[begin:end]]
    return found
