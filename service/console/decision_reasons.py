"""A site's reasons for decisions: read by its moderators, set by its operators."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.console_reasons import ReasonActForm, ReasonForm, ReasonsForm, ReasonsQuery
from schemas.reasons import NewDecisionReasonsSchema
from service.api.wire_reasons import reason_of, reasons_json
from service.console.frame import page, texts_at
from service.console.operation import console_page
from service.console.rule_form import paths_of
from service.domain.caller import Role
from service.domain.decision_reason import MOST_REASONS, DecisionReason
from service.domain.reasons_difference import ReasonsDifference, reasons_difference
from service.errors import InvalidFieldsError, StaleReasonsError
from service.html.shown.composition import Shown, shown
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.use_cases import reasons
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked
from service.web.problems import status_of

_REASONS = NewDecisionReasonsSchema()
MAX_FORM_BYTES = 128_000
"""Fifty reasons whose letters take nine bytes each in a form."""
_NEW: Json = {"was": "", "reason_code": "", "title": "", "public": False}
_SAID = {
    "code": marked("Write 1 to 40 small letters, digits and underscores that no other reason has."),
    "title": marked("Write what moderators read: one line of 1 to 100 characters."),
    "reasons": marked("There are 50 reasons already: switch one off first."),
}
"""What is said of each field of the API's call; `reasons` is the list as a whole."""
_FIELDS = {"code": "reason_code"}
"""Fields of the call that the form has under another name: a `code` that was typed is shown on no page again."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason as the page has it."""

    code: str
    title: Shown
    is_public: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """What another changed meanwhile, as the page has it."""

    added: Sequence[ReasonRow]
    removed: Sequence[ReasonRow]
    changed: Sequence[tuple[ReasonRow, ReasonRow]]
    is_reordered: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of one reason, what is wrong with it, and what another changed meanwhile."""

    reason: Json = field(default_factory=lambda: _NEW)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    missed: ReasonsDifference | None = None
    is_open: bool = False


@console_page("Show a site's reasons for decisions", query=ReasonsQuery)
async def read_reasons(call: Call) -> Answer:
    known = {reason.code: reason for reason in reasons.reasons_of(call.known_site)}
    chosen = known.get(call.query["change"])
    typed = Typed(_typed(chosen), is_open=True) if chosen else Typed()
    return _draw(call, typed, is_saved=bool(call.query["saved"]))


@console_page("Add a reason for decisions, or change one", form=ReasonForm, max_body_bytes=MAX_FORM_BYTES)
async def save_reason(call: Call) -> Answer:
    typed, seen = call.body, _seen(call)
    given = {name: typed[name] for name in ("title", "public")}
    if typed["was"]:
        wanted = [each | given if each["code"] == typed["was"] else each for each in _shown_then(call, seen)]
    else:
        wanted = [*_shown_then(call, seen), {"code": typed["reason_code"].strip(), **given}]
    return await _save(call, seen, wanted, Typed(typed, is_open=True))


@console_page("Move a reason for decisions, switch it off or on", form=ReasonActForm, max_body_bytes=MAX_FORM_BYTES)
async def move_reason(call: Call) -> Answer:
    """Decisions that carry the code of one that is switched off keep it."""
    seen, body = _seen(call), call.body
    wanted = _shown_then(call, seen)
    for act in ("up", "down", "off"):
        wanted = _moved(wanted, act, body[act])
    if body["on"] and body["on"] not in {each["code"] for each in wanted}:
        site = call.known_site
        known = (*reasons.reasons_of(site), *reasons.switched_off(site))
        wanted = [*wanted, *reasons_json([each for each in known if each.code == body["on"]])["reasons"]]
    return await _save(call, seen, wanted, Typed(), at=body["up"] or body["down"] or body["on"])


@console_page("Bring the default reasons back", form=ReasonsForm, max_body_bytes=MAX_FORM_BYTES)
async def restore_reasons(call: Call) -> Answer:
    return await _save(call, _seen(call), None, Typed())


def _typed(reason: DecisionReason) -> Json:
    """A reason as the fields of the form have it."""
    return {"was": reason.code, "reason_code": reason.code, "title": reason.title, "public": reason.is_public}


def _seen(call: Call) -> list[Json] | None:
    """The reasons of their own that the page showed; None for the default ones. InvalidFieldsError for what no page of
    ours sent."""
    try:
        seen = json.loads(call.body["seen"])
    except (ValueError, RecursionError) as error:
        raise InvalidFieldsError(errors={"seen": [f"Not JSON: {error}"]}) from error
    found: list[Json] | None = checked(_REASONS, {"reasons": seen})["reasons"]
    return found


def _shown_then(call: Call, seen: list[Json] | None) -> list[Json]:
    return reasons_json(reasons.default_reasons(call.known_site))["reasons"] if seen is None else seen


def _moved(known: list[Json], act: str, code: str) -> list[Json]:
    """Without one reason, or with it one place further up or down; as it was where none has that code."""
    place = next((place for place, each in enumerate(known) if each["code"] == code), None)
    if place is None:
        return known
    others = known[:place] + known[place + 1 :]
    if act != "off":
        others.insert(max(0, place + (-1 if act == "up" else 1)), known[place])
    return others


async def _save(call: Call, seen: list[Json] | None, wanted: list[Json] | None, kept: Typed, *, at: str = "") -> Answer:
    """Changes the reasons that the page showed, and leads to the row of the code `at`; where they are others by now,
    says what another changed."""
    desk, site = call.desk, call.known_site
    try:
        made = _read(checked(_REASONS, {"reasons": wanted})["reasons"])
        await reasons.change_reasons(desk, site, made, seen=_read(seen), actor=call.known_caller.actor)
    except InvalidFieldsError as error:
        return _draw(call, replace(kept, mistakes=_mistakes_of(error, texts_at(call))), 422)
    except StaleReasonsError as error:
        await desk.registry.read_site(site.site)
        now = reasons.reasons_of(desk.registry.site(site.site))
        before = _read(_shown_then(call, seen)) or ()
        return _draw(call, replace(kept, missed=reasons_difference(before, now)), status_of(error))
    return Answer(
        303, headers={"Location": f"/console/{site.site}/rules/reasons?saved=1" + (f"#at-{at}" if at else "")}
    )


def _read(given: Sequence[Json] | None) -> Sequence[DecisionReason] | None:
    return None if given is None else [reason_of(each) for each in given]


def _mistakes_of(error: InvalidFieldsError, texts: Texts) -> Mapping[str, str]:
    """The others were taken before, so what is wrong is of the reason in the form, or the list has too many."""
    wrong = dict.fromkeys(path[-1] for path in paths_of(error.errors or {}))
    return {_FIELDS.get(name, "title"): texts.gettext(_SAID.get(name, error.title)) for name in wrong}


def _draw(call: Call, typed: Typed, status: int = 200, *, is_saved: bool = False) -> Answer:
    site, caller = call.desk.registry.site(call.known_site.site), call.known_caller
    known = reasons.reasons_of(site)
    return page(
        call,
        "console/rules-reasons.html",
        here="rules",
        status=status,
        typed=typed,
        rows=[_row(reason) for reason in known],
        off=[_row(reason) for reason in reasons.switched_off(site)],
        missed=_told(typed.missed) if typed.missed else None,
        seen=json.dumps(None if site.reasons is None else reasons_json(site.reasons)["reasons"]),
        is_default=site.reasons is None,
        is_full=len(known) >= MOST_REASONS,
        may_write=caller.is_admin or caller.may(Role.OPERATOR),
        is_saved=is_saved,
    )


def _row(reason: DecisionReason) -> ReasonRow:
    return ReasonRow(reason.code, shown(reason.title), reason.is_public)


def _told(difference: ReasonsDifference) -> Missed:
    return Missed(
        [_row(reason) for reason in difference.added],
        [_row(reason) for reason in difference.removed],
        changed=[(_row(was), _row(now)) for was, now in difference.changed],
        is_reordered=difference.is_reordered,
    )
