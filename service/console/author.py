"""An author: his record, his newest comments, and what moderators do about him."""

from collections.abc import Mapping
from functools import partial

from schemas.authors import BanRequestSchema, LookUpSchema
from schemas.console_forms import ActForm, BanForm, LookUpForm, NoteForm
from schemas.loader import Loader
from schemas.notes import NewNoteSchema
from service.console.addresses import own_next
from service.console.frame import page, texts_at
from service.console.notes import shown_notes
from service.console.operation import console_page
from service.console.places import author_address, comments_address, thread_address
from service.console.repeats import new_key, replay_of_form
from service.domain.author import AuthorRecord
from service.errors import AuthorNotFoundError, InvalidFieldsError, MemberNotFoundError, RequestError, StoreFullError
from service.html.shown.author import masked_email, record_of
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import moment
from service.html.shown.row import row_of
from service.texts.sentence import marked
from service.use_cases import authors, notes
from service.use_cases.members import find_member
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import checked
from service.web.problems import status_of, words_of

_BAN, _NOTE, _LOOK_UP = Loader(BanRequestSchema()), Loader(NewNoteSchema()), Loader(LookUpSchema())
_MISTAKES = {
    "until": marked("Choose a day in the future, or none."),
    "reason": marked("Write one line, 200 characters at most."),
    "note": marked("Write something, 2,000 characters at most."),
    "email": marked("Write an email address."),
}


@console_page("Read an author")
async def read_author(call: Call) -> Answer:
    return await _draw(call)


@console_page("Show the page to find an author")
async def read_look_up(call: Call) -> Answer:
    return await _draw_look_up(call)


@console_page("Find an author by his email", form=LookUpForm)
async def look_up_author(call: Call) -> Answer:
    """The address stands in no address of a page, and the audit log has the author's id in its place."""
    site = call.known_site.site
    try:
        email = checked(_LOOK_UP, {"email": call.body["email"]})["email"]
        found = await authors.look_up_author(
            call.desk, site, email, creates=False, actor=call.known_caller.actor, replay=replay_of_form(call)
        )
    except (InvalidFieldsError, AuthorNotFoundError) as error:
        return await _draw_look_up(call, error)
    return Answer(303, headers={"Location": author_address(site, found.record.author_id)})


@console_page("Show an author's email", form=ActForm)
async def show_email(call: Call) -> Answer:
    """That it was shown is in the audit log before anybody sees it."""
    site, author_id = call.known_site.site, call.author_id
    await authors.tell_email_shown(call.desk, site, author_id, actor=call.known_caller.actor)
    return await _draw(call, is_email_shown=True)


@console_page("Ban an author", form=BanForm)
async def ban_author(call: Call) -> Answer:
    try:
        given = {"until": f"{call.body['until']}T23:59:59Z"} if call.body["until"] else {}
        body = checked(_BAN, given | {"reason": call.body["reason"]})
        await authors.ban_author(
            call.desk,
            call.known_site.site,
            call.author_id,
            until=body["until"],
            reason=body["reason"] or "",
            actor=call.known_caller.actor,
        )
    except InvalidFieldsError as error:
        return await _draw(call, refused=error)
    return _to_author(call)


@console_page("End a ban", form=ActForm)
async def unban_author(call: Call) -> Answer:
    await authors.unban_author(call.desk, call.known_site.site, call.author_id, actor=call.known_caller.actor)
    return _to_author(call)


@console_page("Trust an author", form=ActForm)
async def trust_author(call: Call) -> Answer:
    await authors.trust_author(call.desk, call.known_site.site, call.author_id, actor=call.known_caller.actor)
    return _to_author(call)


@console_page("Take trust back", form=ActForm)
async def untrust_author(call: Call) -> Answer:
    await authors.untrust_author(call.desk, call.known_site.site, call.author_id, actor=call.known_caller.actor)
    return _to_author(call)


@console_page("Write a note on an author", form=NoteForm)
async def note_author(call: Call) -> Answer:
    try:
        note = checked(_NOTE, {"note": call.body["note"]})["note"]
        site, author_id = call.known_site.site, call.author_id
        await notes.note_author(call.desk, site, call.known_caller, author_id, note, replay_of_form(call))
    except (InvalidFieldsError, StoreFullError) as error:
        return await _draw(call, refused=error)
    return _to_author(call, "#notes")


async def _draw(call: Call, *, refused: RequestError | None = None, is_email_shown: bool = False) -> Answer:
    """The author's page as it is now. AuthorNotFoundError."""
    site, texts, now_ms = call.known_site.site, texts_at(call), call.desk.now_ms()
    author = await authors.read_author(call.desk, site, call.author_id)
    email, record = author.email, author.record
    newest = author.comments[0].name if author.comments else ""
    return page(
        call,
        "console/author.html",
        here="comments",
        waiting=await count_waiting(call.desk, site),
        status=status_of(refused) if refused else 200,
        refused=refused and words_of(refused, texts),
        mistakes=_said(call, refused),
        typed=call.body,
        name=shown(newest) if newest else None,
        author=record,
        record=record_of(record, texts),
        email=email and (shown(email) if is_email_shown else masked_email(email)),
        is_email_shown=is_email_shown,
        acts=await _who(call, record),
        since=record.first_ms and moment(record.first_ms, now_ms, texts),
        last=record.last_ms and moment(record.last_ms, now_ms, texts),
        ban_reason=shown(record.ban.reason) if record.ban and record.ban.reason else None,
        found=[row_of(comment, now_ms, texts) for comment in author.comments],
        notes=shown_notes(author.notes, now_ms, texts),
        address=author_address(site, call.author_id),
        all_address=comments_address(site, author=call.author_id),
        thread_at=partial(thread_address, site),
        key=new_key(),
    )


async def _draw_look_up(call: Call, refused: RequestError | None = None) -> Answer:
    texts = texts_at(call)
    return page(
        call,
        "console/look-up.html",
        here="comments",
        waiting=await count_waiting(call.desk, call.known_site.site),
        status=status_of(refused) if refused else 200,
        mistakes=_said(call, refused),
        is_unknown=isinstance(refused, AuthorNotFoundError),
        words=refused and words_of(refused, texts),
        typed=call.body,
        key=new_key(),
    )


def _said(call: Call, refused: RequestError | None) -> Mapping[str, str]:
    """The mistakes of a form by its fields."""
    names = (refused.errors or {}) if refused else {}
    return {name: texts_at(call).gettext(_MISTAKES[name]) for name in names if name in _MISTAKES}


async def _who(call: Call, record: AuthorRecord) -> dict[str, Shown]:
    """The names of who banned the author and of who trusts him."""
    acts = {"ban": record.ban, "trust": record.trust}
    return {name: shown(await _name_of(call, act.actor)) for name, act in acts.items() if act}


async def _name_of(call: Call, member_id: str) -> str:
    """A member's name; his id where he is gone."""
    try:
        return (await find_member(call.desk, member_id)).member.name
    except MemberNotFoundError:
        return member_id


def _to_author(call: Call, fragment: str = "") -> Answer:
    """To the page that had the form; without one to the author's own."""
    address = own_next(call.body["back"]) or author_address(call.known_site.site, call.author_id) + fragment
    return Answer(303, headers={"Location": address})
