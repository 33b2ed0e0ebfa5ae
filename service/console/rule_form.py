"""What is typed into the forms of rules, as fields of the API's calls; and what is said of those that are wrong."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from schemas.administration import PolicyChangeSchema
from service.domain.policy import Policy, fields_of
from service.errors import InvalidFieldsError
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.web.call import Json
from service.web.operation import checked

SETTINGS = (
    "mode",
    "publish_below",
    "reject_above",
    "reader_rate_per_minute",
    "reader_burst",
    "site_rate_per_minute",
    "site_burst",
    "stranger_rate_per_minute",
    "stranger_burst",
    "close_after_days",
)
_SHARES = frozenset({"publish_below", "reject_above"})
_CHANGE = PolicyChangeSchema()
_MOST_TOLD = 5
_RATE = marked("Write a whole number from 1 to 1,000,000, or nothing for no limit.")
_BURST = marked("Write a whole number from 1 to 1,000,000.")
_SAID = {
    "mode": marked("Choose one of these."),
    "publish_below": marked("Write a number from 0 to 1 that is not above the one for rejecting, such as 0.05."),
    "reject_above": marked("Write a number from 0 to 1, such as 0.98."),
    "reader_rate_per_minute": _RATE,
    "site_rate_per_minute": _RATE,
    "stranger_rate_per_minute": _RATE,
    "reader_burst": _BURST,
    "site_burst": _BURST,
    "stranger_burst": _BURST,
    "close_after_days": marked("Write a number of days from 1 to 36,500, or nothing for never."),
    "rules": marked("These rules cannot be taken."),
    "rule_name": marked("Write a name of one line, up to 64 characters, that no other rule has."),
    "kind": marked("Choose one of these."),
    "values": marked("Write what it looks for: phrases or domains, one a line, or a whole number."),
    "action": marked("Choose one of these."),
    "rule_thread": marked("That can be no thread."),
    "name": marked("Write a name of one line, up to 100 characters."),
    "email": marked("Write an email address such as name@example.org."),
    "body": marked("Write a comment of 1 to 10,000 characters."),
    "thread": marked("That can be no thread."),
}
_OF_NEW_RULE = {"name": "rule_name", "when": "values", "action": "action", "thread": "rule_thread"}


def typed_settings(policy: Policy) -> dict[str, str]:
    """A policy without its rules as the fields of the form have it."""
    fields = fields_of(policy)
    return {name: "" if fields[name] is None else str(fields[name]) for name in SETTINGS}


def told_settings(policy: Policy, texts: Texts) -> dict[str, str]:
    """The same for who may not change them, with numbers as the language writes them."""
    return {name: _told(value, texts) for name, value in fields_of(policy).items() if name in SETTINGS}


def _told(value: object, texts: Texts) -> str:
    match value:
        case float():
            return texts.exact(value)
        case int():
            return texts.number(value)
    return "" if value is None else str(value)


def typed_rules(policy: Policy) -> str:
    """The rules as JSON that a person may change."""
    return json.dumps(fields_of(policy)["rules"], ensure_ascii=False, indent=1)


def wanted_settings(typed: Mapping[str, str]) -> Json:
    """The change that a form asks for. InvalidFieldsError names each field that is wrong."""
    return checked(_CHANGE, {name: _setting(name, typed[name].strip()) for name in SETTINGS})


def _setting(name: str, typed: str) -> object:
    if name == "mode":
        return typed
    if not typed:
        return None
    # People write 0,05 where their language does.
    return _number(typed.replace(",", "."), float) if name in _SHARES else _number(typed, int)


def _number(typed: str, kind: Callable[[str], float]) -> object:
    """The number, or what was typed, which the schema then refuses."""
    try:
        return kind(typed) if typed.isascii() else typed
    except ValueError:
        return typed


def wanted_rules(typed: str) -> Json:
    """The change to the rules of a text. InvalidFieldsError names what is wrong with which rule."""
    try:
        rules = json.loads(typed)
    except (ValueError, RecursionError) as error:
        raise InvalidFieldsError(errors={"rules": [f"Not JSON: {error}"]}) from error
    return checked(_CHANGE, {"rules": rules})


def with_rule(known: Sequence[Json], typed: Mapping[str, str]) -> Json:
    """The change that adds the rule of a form after the others. InvalidFieldsError."""
    return checked(_CHANGE, {"rules": [*known, _new_rule(typed)]})


def _new_rule(typed: Mapping[str, str]) -> Json:
    """The fields of a rule of one of the common kinds. InvalidFieldsError names fields of the form."""
    lines = [line.strip() for line in typed["values"].splitlines() if line.strip()]
    first = _number(lines[0], int) if len(lines) == 1 else None
    kinds: Mapping[str, Json] = {
        "words": {"words": {"phrases": lines}},
        "link_domains": {"link_domains": {"in": lines}},
        "email_domains": {"email_domains": {"in": lines}},
        "disposable": {"email_domains": {"disposable": True}},
        "links": {"links": {"more_than": first}},
        "newcomer": {"author": {"approved_fewer_than": first}},
    }
    if typed["kind"] not in kinds:
        raise InvalidFieldsError(errors={"kind": ["Must be one of: " + ", ".join(kinds) + "."]})
    rule = {"name": typed["rule_name"], "when": kinds[typed["kind"]], "action": typed["action"]}
    return rule | ({"thread": typed["rule_thread"].strip()} if typed["rule_thread"].strip() else {})


def mistakes_of_new(error: InvalidFieldsError, texts: Texts) -> dict[str, str]:
    """Of the form of a new rule, whose call has it as the last of all."""
    wrong = [part for part in paths_of(error.errors or {}) if part]
    names = [next((_OF_NEW_RULE[each] for each in path if each in _OF_NEW_RULE), path[0]) for path in wrong]
    return {("values" if name == "rules" else name): texts.gettext(_SAID.get(name, error.title)) for name in names}


def mistakes_of_settings(error: InvalidFieldsError, texts: Texts) -> dict[str, str]:
    """What is said of each field by its name in the form."""
    names = dict.fromkeys(path[0] for path in paths_of(error.errors or {}))
    return {name: texts.gettext(_SAID.get(name, error.title)) for name in names}


def faults_of(error: InvalidFieldsError) -> list[str]:
    """Where in a text of rules what is wrong, as the API says it: the first few."""
    return [f"{'.'.join(path)}: {said}" for path, said in _leaves(error.errors or {})][:_MOST_TOLD]


def paths_of(errors: object) -> list[tuple[str, ...]]:
    """Each place of nested errors, as the names on the way to it."""
    return [path for path, _ in _leaves(errors)]


def _leaves(errors: object, path: tuple[str, ...] = ()) -> Sequence[tuple[tuple[str, ...], str]]:
    """Each place of nested errors, and what is said of it."""
    if isinstance(errors, Mapping):
        return [leaf for name, each in errors.items() for leaf in _leaves(each, (*path, *str(name).split(".")))]
    said: Any = errors if isinstance(errors, list | tuple) else [errors]
    return [(path, " ".join(map(str, said)))]
