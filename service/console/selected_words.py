"""What was selected, in words: one line for each thing that was asked for. The state is chosen anew beside them."""

from collections.abc import Iterator
from typing import NamedTuple

from service.console.comments import MACHINE
from service.console.frame import texts_at
from service.console.places import author_address, comment_address, thread_address
from service.console.selected import Selected
from service.html.shown.composition import Shown, shown
from service.texts.sentence import Plural
from service.texts.texts import Texts
from service.use_cases.lists import read_comments
from service.web.call import Call

_PICKED = Plural("the one that you ticked", "the %(count)s that you ticked")
_LEFT_OUT = Plural("one comment", "%(count)s comments")


class Pair(NamedTuple):
    """What was asked for, in words of ours or of somebody's own, and where there is more of it, "" for nowhere."""

    label: str
    words: str = ""
    said: Shown | None = None
    address: str = ""


async def pairs_of(call: Call, selected: Selected) -> list[Pair]:
    """A line for each."""
    texts = texts_at(call)
    like = [await _like(call, selected.like, texts)] if selected.like else []
    return like + list(_pairs(selected, texts))


async def _like(call: Call, comment_id: str, texts: Texts) -> Pair:
    site = call.known_site.site
    found = await read_comments(call.desk, site, [comment_id])
    said = shown(found[0].name) if found else None
    address = comment_address(site, comment_id) if found else ""
    return Pair(texts.gettext("Nearly the same as the one by"), said=said, address=address, words="–")


def _pairs(selected: Selected, texts: Texts) -> Iterator[Pair]:
    filters = selected.filters
    site = filters.site
    if selected.picked:
        yield Pair(texts.gettext("Comments"), texts.say_of_many(_PICKED, len(selected.picked)))
    if filters.by == MACHINE:
        yield Pair(texts.gettext("Decided by"), texts.gettext("the machine"))
    if filters.q:
        yield Pair(texts.gettext("Words"), said=shown(filters.q))
    if filters.since:
        yield Pair(texts.gettext("Since"), said=shown(filters.since))
    if filters.thread:
        yield Pair(texts.gettext("Under"), said=shown(filters.thread), address=thread_address(site, filters.thread))
    if filters.author:
        yield Pair(texts.gettext("Author"), texts.gettext("one alone"), address=author_address(site, filters.author))
    if selected.left_out:
        yield Pair(texts.gettext("Left out"), texts.say_of_many(_LEFT_OUT, len(selected.left_out)))
