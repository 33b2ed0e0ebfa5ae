"""Why a comment waits: its reasons as a numbered list with quotes, and the stretches of its text that they speak of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.comment import Comment
from service.domain.reason import Reason
from service.html.shown import reason_words as words
from service.html.shown.composition import Shown, Stretch, shown
from service.html.shown.entry import Entry, entries_of
from service.html.shown.piece import Family
from service.html.shown.said_where import Said
from service.html.shown.special import Looked
from service.texts.texts import Texts

MAX_LINES = 6
"""So many reasons stand there at once; the others are behind “3 more”."""
MAX_MARKS = 8
MAX_QUOTES = 3
MAX_QUOTE_CHARS = 80


class Quote(NamedTuple):
    """What a reason speaks of; `reads_as` is what it passes for, None where it is what it says."""

    said: Shown
    reads_as: Shown | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One reason. `share` is a score as the language writes it, or ""; `rule` the name of the rule that it tells of;
    `other_id` the comment that this one is like, or ""."""

    number: int
    family: Family
    label: str
    share: str
    detail: str
    rule: Shown | None
    quotes: tuple[Quote, ...]
    other_id: str


@dataclass(frozen=True, slots=True)
class Why:
    """What stood out, the strongest first; `routes` are sentences that say how the comment was routed. `risk` is as the
    language writes it, "" where it is not known, and `risk_share` from 0 to 1. A blind one tells nothing."""

    lines: tuple[Line, ...] = ()
    more: tuple[Line, ...] = ()
    routes: tuple[str, ...] = ()
    risk: str = ""
    risk_share: float = 0
    is_blind: bool = False


BLIND = Why(is_blind=True)
"""Of a comment that is decided without the machine's help."""


def explain(comment: Comment, body: Looked, texts: Texts) -> tuple[Why, list[Stretch]]:
    """The reasons of a comment, and the stretches of its body to mark: at most MAX_MARKS, none over another."""
    entries = entries_of(comment, body, texts)
    lines = tuple(_line(number, entry, body.text) for number, entry in enumerate(entries, start=1))
    why = Why(
        lines[:MAX_LINES],
        lines[MAX_LINES:],
        routes=tuple(_routes(comment.reasons, texts)),
        risk="" if comment.risk is None else texts.share(comment.risk),
        risk_share=comment.risk or 0,
    )
    return why, _stretches(entries)


def _line(number: int, entry: Entry, body: str) -> Line:
    quotes = [*_quotes(entry.marks, body), *_quotes(entry.quotes, body), *(Quote(_cut(each)) for each in entry.pieces)]
    return Line(
        number,
        entry.family,
        entry.label,
        entry.share,
        entry.detail,
        rule=shown(entry.rule) if entry.rule else None,
        quotes=tuple(quotes[:MAX_QUOTES]),
        other_id=entry.other_id,
    )


def _quotes(said: Iterable[Said], body: str) -> Iterator[Quote]:
    """Each stretch once, in the order of the text."""
    told = set()
    for each in sorted(said):
        source = body[each.start : each.end]
        if source not in told:
            told.add(source)
            reads_as = None if each.reads_as.casefold() == source.casefold() else _cut(each.reads_as)
            yield Quote(_cut(source), reads_as)


def _cut(text: str) -> Shown:
    return shown(text if len(text) <= MAX_QUOTE_CHARS else f"{text[: MAX_QUOTE_CHARS - 1]}…")


def _routes(reasons: Iterable[Reason], texts: Texts) -> Iterator[str]:
    for reason in reasons:
        message, threshold = words.ROUTES.get(reason.code), reason.values.get("threshold")
        if message and isinstance(threshold, int | float):
            yield texts.gettext(message) % {"threshold": texts.share(threshold)}
        elif message:
            yield texts.gettext(message)


def _stretches(entries: Sequence[Entry]) -> list[Stretch]:
    """The marks of the stronger reasons, and of each the weightier ones."""
    chosen: list[Stretch] = []
    for number, entry in enumerate(entries, start=1):
        for said in entry.marks:
            is_free = all(said.end <= each.start or each.end <= said.start for each in chosen)
            if is_free and len(chosen) < MAX_MARKS:
                chosen.append(Stretch(said.start, said.end, entry.family, number, entry.label))
    return chosen
