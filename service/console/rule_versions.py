"""The versions of a site's rules: who changed what and when, the difference between two, and the way back."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.console_rules import RestoreForm, VersionsFilters
from service.console.frame import page, texts_at
from service.console.operation import console_page
from service.console.repeats import new_key, replay_of_form
from service.console.rule_words import RuleRow, rule_row
from service.console.thread import MODE_WORDS
from service.domain.caller import Role
from service.domain.policy import Mode
from service.domain.policy_difference import Difference, FieldChange, difference_of, written_difference
from service.domain.policy_version import VersionNote
from service.domain.rule import Rule
from service.errors import InvalidFieldsError, PolicyVersionNotFoundError, StalePolicyError
from service.html.shown.composition import Shown, shown
from service.texts.texts import Texts
from service.use_cases import policies
from service.web.answer import Answer
from service.web.call import Call
from service.web.problems import status_of

SHOWN_AT_ONCE = 50
MOST_WRITTEN = 600
"""So many lines of a difference are shown as they are written."""
MAX_LINE_CHARS = 400
MOST_NOTES = 20
"""So many versions between two are named with who made them."""
_TWO = re.compile(r"([1-9][0-9]{0,8})\.\.([1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """A difference in words: fields with what was and what is, and rules as the table of the rules has them."""

    fields: Sequence[tuple[str, str, str]]
    added: Sequence[RuleRow]
    removed: Sequence[RuleRow]
    changed: Sequence[tuple[RuleRow, RuleRow]]
    is_reordered: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the difference as it is written."""

    kind: str
    text: Shown


@console_page("List the versions of a site's rules", query=VersionsFilters)
async def read_versions(call: Call) -> Answer:
    below = int(call.query["below"]) if call.query["below"] else None
    return await _list(call, below)


@console_page("Compare two versions of a site's rules")
async def compare_versions(call: Call) -> Answer:
    """PolicyVersionNotFoundError for one that never was, or is not kept."""
    numbers = _TWO.fullmatch(call.request.match_info["versions"])
    if numbers is None:
        raise PolicyVersionNotFoundError
    return await _compare(call, *map(int, numbers.groups()))


@console_page("Make an older version the rules again", form=RestoreForm)
async def restore_version(call: Call) -> Answer:
    """Those between stay in the list. Where its rules are not taken any more, or others are in force than the page
    showed, nothing changes."""
    desk, site, version, seen = (
        call.desk,
        call.known_site,
        int(call.body["version"]),
        int(call.body["seen"] or 0) or None,
    )
    try:
        await policies.restore_version(desk, site, version, call.known_caller, replay=replay_of_form(call), seen=seen)
    except InvalidFieldsError as error:
        return await _list(call, None, refused=version, status=status_of(error))
    except StalePolicyError as error:
        await desk.registry.read_site(site.site)
        in_force = desk.registry.site(site.site).policy_version
        return await _compare(call, version, in_force, missed_since=seen, status=status_of(error))
    return Answer(303, headers={"Location": f"/console/{site.site}/rules?saved=1"})


async def _compare(call: Call, one: int, other: int, *, missed_since: int | None = None, status: int = 200) -> Answer:
    """What is different, and who made the versions between; `missed_since` is the version after which somebody changed
    the rules while another wanted to."""
    desk, site = call.desk, call.known_site
    before, after = [await policies.read_version(desk, site, number) for number in (one, other)]
    lines = await asyncio.to_thread(written_difference, before.policy, after.policy)
    return page(
        call,
        "console/rules-difference.html",
        here="rules",
        status=status,
        before=before.version,
        after=after.version,
        notes=await _notes_between(call, before.version, after.version),
        missed_since=missed_since,
        told=told(difference_of(before.policy, after.policy), texts_at(call)),
        written=[Written(line.kind, shown(line.text[:MAX_LINE_CHARS])) for line in lines[:MOST_WRITTEN]],
        more=max(0, len(lines) - MOST_WRITTEN),
        may_write=call.known_caller.is_admin or call.known_caller.may(Role.OPERATOR),
        in_force=desk.registry.site(site.site).policy_version,
        key=new_key(),
    )


def told(difference: Difference, texts: Texts) -> Told:
    """A difference in the words of the page."""

    def row(rule: Rule) -> RuleRow:
        return rule_row(0, rule, texts)

    return Told(
        [(change.name, *_values(change, texts)) for change in difference.fields],
        added=[row(rule) for rule in difference.added],
        removed=[row(rule) for rule in difference.removed],
        changed=[(row(change.before), row(change.after)) for change in difference.changed],
        is_reordered=difference.is_reordered,
    )


def _values(change: FieldChange, texts: Texts) -> tuple[str, str]:
    return _value(change.name, change.before, texts), _value(change.name, change.after, texts)


def _value(name: str, value: object, texts: Texts) -> str:
    if value is None:
        return texts.gettext("no limit")
    if name == "mode":
        return texts.gettext(MODE_WORDS[Mode(str(value))])
    return texts.exact(value) if isinstance(value, float) else texts.number(int(str(value)))


async def _notes_between(call: Call, before: int, after: int) -> Sequence[VersionNote]:
    """Of the versions after one and up to another the newest few."""
    found = await policies.read_versions(call.desk, call.known_site, below=after + 1, limit=MOST_NOTES)
    return [note for note in found.notes if note.version > before]


async def _list(call: Call, below: int | None, *, refused: int | None = None, status: int = 200) -> Answer:
    found = await policies.read_versions(call.desk, call.known_site, below=below, limit=SHOWN_AT_ONCE)
    return page(
        call,
        "console/rules-versions.html",
        here="rules",
        status=status,
        notes=found.notes,
        oldest=found.notes[-1].version if found.notes else 0,
        last=found.last,
        is_first=below is None,
        refused=refused,
        in_force=call.desk.registry.site(call.known_site.site).policy_version,
    )
