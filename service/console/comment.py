"""One comment: its text, what the machine and people made of it, and what can be done now."""

from collections.abc import Iterator

from schemas.console_forms import DidQuery, NoteForm
from schemas.loader import Loader
from schemas.notes import NewNoteSchema
from service.console.frame import page, texts_at
from service.console.last_act import find_last_act
from service.console.notes import shown_notes
from service.console.operation import console_page
from service.console.places import author_address, comment_address, thread_address
from service.console.repeats import new_key, replay_of_form
from service.domain.comment import FullComment
from service.errors import InvalidFieldsError, RequestError, StoreFullError
from service.html.shown.author import masked_email, record_of
from service.html.shown.comment import shown_comment
from service.html.shown.composition import shown
from service.html.shown.reason_titles import known_titles, reason_titles
from service.html.shown.reason_words import ATTRIBUTES
from service.html.shown.row import changing, row_of
from service.html.shown.time_line import has_decision, time_line
from service.texts.texts import Texts
from service.use_cases import moderation, notes
from service.use_cases.site_queues import count_waiting
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import checked
from service.web.problems import status_of, words_of

_NOTE = Loader(NewNoteSchema())


@console_page("Read a comment", query=DidQuery)
async def read_comment(call: Call) -> Answer:
    return await draw_comment(call)


@console_page("Write a note on a comment", form=NoteForm)
async def note_comment(call: Call) -> Answer:
    site, comment_id = call.known_site.site, call.comment_id
    try:
        note = checked(_NOTE, {"note": call.body["note"]})["note"]
        await notes.note_comment(call.desk, site, call.known_caller, comment_id, note, replay_of_form(call))
    except (InvalidFieldsError, StoreFullError) as error:
        return await draw_comment(call, refused=error)
    return Answer(303, headers={"Location": f"{comment_address(site, comment_id)}#notes"})


async def draw_comment(call: Call, refused: RequestError | None = None) -> Answer:
    """The comment's page as it is now; with what was refused, and what was typed in its form. CommentNotFoundError."""
    site, texts, now_ms = call.known_site, texts_at(call), call.desk.now_ms()
    full = await moderation.read_comment(call.desk, site.site, call.comment_id)
    return page(
        call,
        "console/comment.html",
        here="comments",
        waiting=await count_waiting(call.desk, site.site),
        status=status_of(refused) if refused else 200,
        refused=refused and words_of(refused, texts),
        wrong=set(refused.errors or {}) if refused else set(),
        typed=call.body,
        comment=full.comment,
        row=row_of(full.comment, now_ms, texts),
        shown_comment=shown_comment(full.comment, texts),
        decisions=changing(full.comment.state),
        reasons=reason_titles(site, texts),
        happened=time_line(full, known_titles(site, texts), now_ms, texts),
        scores=list(_scores(full, texts)),
        model=shown(full.model),
        email=masked_email(full.email) if full.email else None,
        record=record_of(full.author, texts),
        notes=shown_notes(full.notes, now_ms, texts),
        address=comment_address(site.site, call.comment_id),
        author_address=author_address(site.site, full.author.author_id),
        thread_address=thread_address(site.site, full.comment.thread),
        parent_address=comment_address(site.site, full.comment.parent_id) if full.comment.parent_id else "",
        can_undo=has_decision(full.history),
        did=await find_last_act(call, call.query.get("did", "")),
        key=new_key(),
    )


def _scores(full: FullComment, texts: Texts) -> Iterator[tuple[str, str, float]]:
    """The name of each score, as it is written and as a share, the highest first."""
    scores = full.comment.scores or {}
    for attribute, score in sorted(scores.items(), key=lambda each: -each[1]):
        label, _ = ATTRIBUTES.get(attribute, (attribute, None))
        yield texts.gettext(label), texts.share(score), score
