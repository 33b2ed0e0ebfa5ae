"""Many comments, looked at before anything is decided on them, and the decision that begins there."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.bulk import BulkRequestSchema
from schemas.console_bulk import ManyForm
from schemas.loader import Loader
from service.console.addresses import own_next
from service.console.comments import said_of_filters
from service.console.frame import page, texts_at
from service.console.operation import console_page
from service.console.places import author_address, bulk_address, comment_address
from service.console.repeats import new_key, replay_of_form
from service.console.selected import NOT_ONE, Selected, selected_of
from service.console.selected_words import pairs_of
from service.domain.bulk import ApprovedAuthor, BulkOrder, Preview
from service.domain.decision import Decision
from service.domain.replay import NO_REPLAY
from service.errors import InvalidFieldsError
from service.html.shown.composition import Shown, shown
from service.html.shown.reason_titles import reason_titles
from service.html.shown.row import Row, row_of
from service.texts.sentence import marked
from service.use_cases import bulk
from service.use_cases.bulk_preview import preview
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import checked
from service.web.problems import status_of

_ORDER = Loader(BulkRequestSchema())
_NOTHING_TICKED = marked("Nothing is selected: tick the boxes of some comments first.")
WAITED_SECONDS = 0.5
"""So long the answer waits for the end, so that few are done when their page comes."""
_NOT_ONE = marked("Tick one comment: all that are like it are looked for.")
_MISTAKES = {
    "like": marked("No comment can be compared with that one."),
    "preview_token": marked("That look is older than half an hour, or was decided on already. This is how it is now."),
    "reason": marked("Write one line, 200 characters at most."),
    "note": marked("Write 2,000 characters at most."),
    "decision": marked("Choose what is to become of them."),
}


@dataclass(frozen=True, slots=True)
class Warned:
    """An author who may not be meant: of whom people approved so many comments."""

    name: Shown
    address: str
    approved: int


@console_page("Look at many comments before a decision", form=ManyForm)
async def look_at_many(call: Call) -> Answer:
    """Nothing is decided yet."""
    return await _draw(call)


@console_page("Decide on many comments", form=ManyForm)
async def start_bulk(call: Call) -> Answer:
    """What was looked at is decided on, once however often the form comes; where that look is too old, it is shown how
    it is now, and nothing is done."""
    site = call.known_site.site
    try:
        started = await bulk.start(call.desk, site, call.known_caller, _order(call), replay=replay_of_form(call))
    except InvalidFieldsError as error:
        return await _draw(call, refused=error)
    await bulk.wait_for(call.desk, site, started.bulk_id, seconds=WAITED_SECONDS)
    return Answer(303, headers={"Location": bulk_address(site, started.bulk_id)})


def _order(call: Call) -> BulkOrder:
    """What is to be done; nothing is approved for a reason. InvalidFieldsError names what is wrong as the API does."""
    given = {name: call.body[name] for name in ("decision", "reason", "note") if call.body[name]}
    if call.body["decision"] == Decision.APPROVE:
        given.pop("reason", None)
    body = checked(_ORDER, given | {"preview_token": call.bulk_id})
    return BulkOrder(
        body["preview_token"],
        Decision(body["decision"]),
        body["reason"],
        body["note"],
        call.known_site.reason_code(body["reason"]),
    )


async def _draw(call: Call, refused: InvalidFieldsError | None = None) -> Answer:
    """What is selected, as it is now."""
    selected, texts = selected_of(call), texts_at(call)
    mistakes = dict(_said(call, refused))
    found = None
    if selected.mistake:
        mistakes["pick"] = texts.gettext(_NOT_ONE if selected.mistake == NOT_ONE else _NOTHING_TICKED)
    else:
        try:
            found = await _look(call, selected)
        except InvalidFieldsError as error:
            mistakes |= _said(call, error)
    return await _drawn(call, selected, found, mistakes)


async def _look(call: Call, selected: Selected) -> Preview:
    selection = await selected.selection(call.desk)
    return await preview(call.desk, call.known_site.site, selection, frozenset(selected.left_out), replay=NO_REPLAY)


async def _drawn(call: Call, selected: Selected, found: Preview | None, mistakes: Mapping[str, str]) -> Answer:
    site, texts = call.known_site, texts_at(call)
    decision = call.body["decision"]
    return page(
        call,
        "console/bulk.html",
        here="comments",
        waiting=await count_waiting(call.desk, site.site),
        status=status_of(InvalidFieldsError()) if mistakes else 200,
        selected=selected,
        pairs=await pairs_of(call, selected),
        found=found,
        examples=_examples(call, found) if found else [],
        warned=[_warned(site.site, each) for each in found.warned] if found else [],
        decision=decision if decision in set(Decision) else "",
        reasons=reason_titles(site, texts),
        typed=call.body,
        mistakes=mistakes,
        is_shorter=bool(call.body["leave_out"]),
        back=own_next(call.body["back"]) or f"/console/{site.site}?view=list",
        key=new_key(),
    )


def _examples(call: Call, found: Preview) -> list[Row]:
    """The least alike first, then the typical one."""
    comments = [*found.strange, *([found.typical] if found.typical else [])]
    return [row_of(each, call.desk.now_ms(), texts_at(call)) for each in comments]


def _warned(site: str, author: ApprovedAuthor) -> Warned:
    address = author_address(site, author.author_id) if author.author_id else comment_address(site, author.comment_id)
    return Warned(shown(author.name), address, author.approved)


def _said(call: Call, error: InvalidFieldsError | None) -> Mapping[str, str]:
    """What is wrong with each field."""
    if error is None:
        return {}
    own = {name: texts_at(call).gettext(_MISTAKES[name]) for name in error.errors or {} if name in _MISTAKES}
    rest = {name: said for name, said in (error.errors or {}).items() if name not in _MISTAKES}
    return own | said_of_filters(InvalidFieldsError(errors=rest), texts_at(call))
