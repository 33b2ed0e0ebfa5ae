"""A comment as its moderator has it before him: what was written, what stands around it, and what is known of its
author."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from service.console.places import author_address, comment_address, thread_address
from service.console.repeats import new_key
from service.desk import Desk
from service.domain.author import AuthorRecord
from service.domain.comment import Comment, FullComment
from service.domain.note import Note
from service.domain.thread import Thread
from service.errors import RequestError
from service.html.shown.author import Record, masked_email, record_of
from service.html.shown.comment import ShownComment, shown_body, shown_comment
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.texts.texts import Texts
from service.use_cases.lists import read_comments
from service.use_cases.threads import read_settings

MOST_BYTES = 66_000
"""Of all sheets on one page: with what stands around them, style and scripts it is at most 150 KB."""
_SHEET_BYTES = 4_900
"""Of a sheet and what stands beside it, without what others wrote."""
_PIECE_BYTES = 100
"""Of markup around a mark or a chip."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote, and when."""

    name: Shown
    body: Shown
    moment: Moment


@dataclass(frozen=True, slots=True)
class Sheet:
    """A comment and all that stands beside it. `key` tells its form from the same form of another page; `number` is its
    place among those that the moderator holds."""

    site: str
    number: int
    comment: Comment
    shown: ShownComment
    moment: Moment
    thread: Thread
    title: Shown
    parent: Said | None
    author: AuthorRecord
    record: Record
    email: Shown
    notes: Sequence[Said]
    escalations: Sequence[Said]
    key: str

    @property
    def size_bytes(self) -> int:
        """About how many bytes of its page it takes."""
        texts = [self.shown.body, *(said.body for said in (self.parent, *self.notes, *self.escalations) if said)]
        return _SHEET_BYTES + sum(2 * text.size_chars + _PIECE_BYTES * len(text.pieces) for text in texts)

    @property
    def address(self) -> str:
        return comment_address(self.site, self.comment.comment_id)

    @property
    def author_address(self) -> str:
        return author_address(self.site, self.author.author_id)

    @property
    def thread_address(self) -> str:
        return thread_address(self.site, self.comment.thread)

    @property
    def other_address(self) -> str:
        """Where the comment is that this one nearly repeats; "" where it repeats none."""
        why = self.shown.why
        other_id = next((line.other_id for line in (*why.lines, *why.more) if line.other_id), "")
        return comment_address(self.site, other_id) if other_id else ""

    @property
    def first_reason(self) -> str:
        """Why it is here, in a word or two; none of the comment's own."""
        why = self.shown.why
        return why.lines[0].label if why.lines else (why.routes[0] if why.routes else "")


async def sheets_of(desk: Desk, comments: Sequence[tuple[str, FullComment]], texts: Texts) -> list[Sheet]:
    """Comments, each behind its site, with their parents and threads: the first, and as many after it as a page has
    room for. Others have their turn while they are drawn."""
    of_sites: dict[str, list[FullComment]] = {}
    for site, full in comments:
        of_sites.setdefault(site, []).append(full)
    found = await asyncio.gather(*(_around(desk, site, each) for site, each in of_sites.items()))
    around = dict(zip(of_sites, found, strict=True))
    now_ms, sheets, left_bytes = desk.now_ms(), list[Sheet](), MOST_BYTES
    for number, (site, full) in enumerate(comments, start=1):
        parents, threads = around[site]
        sheet = _sheet(site, number, full, parents, threads, now_ms=now_ms, texts=texts)
        left_bytes -= sheet.size_bytes
        if sheets and left_bytes < 0:
            break
        sheets.append(sheet)
        await asyncio.sleep(0)
    return sheets


def _sheet(
    site: str,
    number: int,
    full: FullComment,
    parents: dict[str, Comment],
    threads: dict[str, Thread],
    *,
    now_ms: int,
    texts: Texts,
) -> Sheet:
    comment = full.comment
    parent, thread = parents.get(comment.parent_id or ""), threads[comment.thread]
    return Sheet(
        site,
        number,
        comment,
        shown_comment(comment, texts),
        moment(comment.submitted_ms, now_ms, texts),
        thread,
        shown(thread.title or comment.thread),
        _said(parent.name, parent.body, parent.submitted_ms, now_ms, texts) if parent else None,
        full.author,
        record_of(full.author, texts),
        masked_email(full.email),
        [_note(each, now_ms, texts) for each in full.notes.notes],
        [_said(each.moderator, each.note, each.at_ms, now_ms, texts) for each in comment.escalations],
        new_key(),
    )


def _note(note: Note, now_ms: int, texts: Texts) -> Said:
    return _said(note.moderator, note.note, note.at_ms, now_ms, texts)


def _said(name: str, body: str, at_ms: int, now_ms: int, texts: Texts) -> Said:
    return Said(shown(name), shown_body(body), moment(at_ms, now_ms, texts))


async def _around(
    desk: Desk, site: str, comments: Sequence[FullComment]
) -> tuple[dict[str, Comment], dict[str, Thread]]:
    """The parents of a site's comments by their ids, and their threads."""
    return await asyncio.gather(_parents(desk, site, comments), _threads(desk, site, comments))


async def _parents(desk: Desk, site: str, comments: Sequence[FullComment]) -> dict[str, Comment]:
    ids = {each.comment.parent_id for each in comments if each.comment.parent_id}
    found = await read_comments(desk, site, sorted(ids))
    return {each.comment_id: each for each in found}


async def _threads(desk: Desk, site: str, comments: Sequence[FullComment]) -> dict[str, Thread]:
    names = sorted({each.comment.thread for each in comments})
    found = await asyncio.gather(*(_thread(desk, site, each) for each in names))
    return dict(zip(names, found, strict=True))


async def _thread(desk: Desk, site: str, thread: str) -> Thread:
    try:
        return await read_settings(desk, site, thread)
    except RequestError:
        return Thread(thread, "", "", closed=False, mode=None, counts={})
