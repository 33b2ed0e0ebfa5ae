"""A site's rules: its mode, thresholds and limits, the rules in the order in which they run, and where to try them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from schemas.console_rules import (
    NewRuleForm,
    PolicySettingsForm,
    RuleActForm,
    RulesQuery,
    RulesTextForm,
    TrialForm,
)
from schemas.policies import PolicyTestSchema
from service.api.policies import MAX_POLICY_BYTES
from service.console.frame import page, texts_at
from service.console.operation import console_page
from service.console.places import comments_address
from service.console.rule_form import (
    faults_of,
    mistakes_of_new,
    mistakes_of_settings,
    told_settings,
    typed_rules,
    typed_settings,
    wanted_rules,
    wanted_settings,
    with_rule,
)
from service.console.rule_words import ACTION_WORDS, rule_row
from service.console.thread import MODE_WORDS
from service.console.trial import Tried, tried
from service.domain.caller import Role
from service.domain.policy import MODES, PolicyChange, fields_of
from service.domain.policy_version import VersionNote
from service.domain.submission import Submission
from service.errors import InvalidFieldsError, StalePolicyError
from service.texts.sentence import marked
from service.use_cases import policies, rule_hits, rules
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import checked
from service.web.problems import status_of

MOST_MISSED = 20
"""So many changes of others are told to one whose change came too late."""
_TRIAL = PolicyTestSchema()
_EMPTY_RULE = {"rule_name": "", "kind": "words", "values": "", "action": "hold", "rule_thread": ""}
_EMPTY_TRIAL = {"name": "", "email": "", "body": "", "thread": ""}
_KINDS = (
    ("words", marked("It says one of these words or phrases")),
    ("link_domains", marked("It links to one of these domains")),
    ("email_domains", marked("The email is of one of these domains")),
    ("disposable", marked("The email is thrown away after use")),
    ("links", marked("It has more links than this number")),
    ("newcomer", marked("Its author has fewer approved comments than this number")),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the forms of the page, and what is wrong with it; None stands for what is in force."""

    settings: Mapping[str, str] | None = None
    text: str | None = None
    rule: Mapping[str, str] = field(default_factory=lambda: _EMPTY_RULE)
    trial: Mapping[str, str] = field(default_factory=lambda: _EMPTY_TRIAL)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    missed: list[VersionNote] = field(default_factory=list)
    result: Tried | None = None
    is_refused: bool = False


@console_page("Show a site's rules", query=RulesQuery)
async def read_rules(call: Call) -> Answer:
    return await _draw(call, Typed(), is_saved=bool(call.query["saved"]))


@console_page("Change how a site moderates", form=PolicySettingsForm)
async def save_settings(call: Call) -> Answer:
    return await _save(
        call,
        lambda: wanted_settings(call.body),
        lambda error: Typed(settings=call.body, mistakes=mistakes_of_settings(error, texts_at(call))),
        Typed(settings=call.body),
    )


@console_page("Replace a site's rules", form=RulesTextForm, max_body_bytes=3 * MAX_POLICY_BYTES)
async def save_rules(call: Call) -> Answer:
    """A text in a form takes up to three times its bytes."""
    text = call.body["rules"]
    return await _save(
        call,
        lambda: wanted_rules(text),
        lambda error: Typed(text=text, mistakes=mistakes_of_settings(error, texts_at(call)), faults=faults_of(error)),
        Typed(text=text),
    )


@console_page("Add a rule to a site", form=NewRuleForm, max_body_bytes=3 * MAX_POLICY_BYTES)
async def add_rule(call: Call) -> Answer:
    known = fields_of(call.known_site.policy)["rules"]
    return await _save(
        call,
        lambda: with_rule(known, call.body),
        lambda error: Typed(rule=call.body, mistakes=mistakes_of_new(error, texts_at(call))),
        Typed(rule=call.body),
    )


@console_page("Move a rule, or take it out", form=RuleActForm)
async def change_rule(call: Call) -> Answer:
    known, place, act = list(fields_of(call.known_site.policy)["rules"]), int(call.body["place"]), call.body["act"]
    moved, after = known.pop(place) if place < len(known) else None, max(0, place + (-1 if act == "up" else 1))
    if moved is not None and act != "remove":
        known.insert(after, moved)
    return await _save(
        call,
        lambda: {"rules": known},
        lambda error: Typed(mistakes=mistakes_of_settings(error, texts_at(call)), faults=faults_of(error)),
        Typed(),
        at="" if act == "remove" else f"#at-{after}",
    )


@console_page("Try a site's rules on a comment", form=TrialForm, is_scored=True)
async def try_rules(call: Call) -> Answer:
    """Nothing of the comment is kept."""
    given = {name: value for name, value in call.body.items() if value}
    try:
        wanted = checked(_TRIAL, given)
    except InvalidFieldsError as error:
        mistakes = mistakes_of_settings(error, texts_at(call))
        return await _draw(call, Typed(trial=call.body, mistakes=mistakes, is_refused=True), 422)
    said = Submission(wanted["name"], wanted["email"], wanted["body"], "")
    trial = await rules.try_policy(call.desk, call.known_site, wanted["thread"], said)
    result = tried(trial, said, wanted["thread"], call.desk.now_ms(), texts_at(call))
    return await _draw(call, Typed(trial=call.body, result=result))


async def _save(
    call: Call,
    wanted: Callable[[], PolicyChange],
    refused: Callable[[InvalidFieldsError], Typed],
    kept: Typed,
    *,
    at: str = "",
) -> Answer:
    """Changes the policy that the page showed, and leads to the place `at` in it; where it is another by now, says what
    others changed."""
    site, seen = call.known_site, int(call.body["version"] or 0) or None
    try:
        await policies.change_policy(call.desk, site, wanted(), call.known_caller, seen=seen)
    except InvalidFieldsError as error:
        return await _draw(call, replace(refused(error), is_refused=True), 422)
    except StalePolicyError as error:
        await call.desk.registry.read_site(site.site)
        found = await policies.read_versions(call.desk, site, below=None, limit=MOST_MISSED)
        missed = [note for note in found.notes if note.version > (seen or 0)]
        return await _draw(call, replace(kept, missed=missed, is_refused=True), status_of(error))
    return Answer(303, headers={"Location": f"/console/{site.site}/rules?saved=1{at}"})


async def _draw(call: Call, typed: Typed, status: int = 200, *, is_saved: bool = False) -> Answer:
    site, texts, caller = call.desk.registry.site(call.known_site.site), texts_at(call), call.known_caller
    hits = await rule_hits.count_hits(call.desk, site)
    may_write = caller.is_admin or caller.may(Role.OPERATOR)
    return page(
        call,
        "console/rules.html",
        here="rules",
        status=status,
        version=site.policy_version,
        typed=typed,
        settings=typed.settings or (typed_settings(site.policy) if may_write else told_settings(site.policy, texts)),
        hits=[(hits.by_rule[rule.name], comments_address(site.site, rule=rule.name)) for rule in site.policy.rules],
        may_moderate=caller.is_admin or caller.may(Role.MODERATOR),
        hits_since_ms=hits.since_ms,
        rows=[rule_row(place, rule, texts) for place, rule in enumerate(site.policy.rules)],
        text=typed_rules(site.policy) if typed.text is None else typed.text,
        modes=[(mode, texts.gettext(MODE_WORDS[mode])) for mode in MODES],
        kinds=[(kind, texts.gettext(words)) for kind, words in _KINDS],
        actions=[(action, texts.gettext(words)) for action, words in ACTION_WORDS.items()],
        may_write=may_write,
        is_saved=is_saved,
    )
