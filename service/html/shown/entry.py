"""The reasons of a comment on their way into the list of why it waits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.domain.comment import Comment
from service.domain.reason import Reason, Value
from service.html.shown import reason_words as words
from service.html.shown.piece import Accents, Chip, Family
from service.html.shown.said_where import Said, find_said, foreign_words, read_of
from service.html.shown.special import Looked, look_through
from service.texts.texts import Texts

MAX_COUNTED = 6
"""So many kinds of invisible characters are named."""
CERTAIN, SCORED, SIGN = range(3)
"""How strong a reason is: what was found without a doubt, then scores, then what the text itself shows by chips."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A reason. `strength` puts the strongest first. `marks` are stretches of the body, the weightiest first; `quotes`
    is what else of the body it speaks of, `pieces` what a rule matched that is not found there as it stands."""

    strength: tuple[int, float]
    family: Family
    label: str
    share: str = ""
    detail: str = ""
    rule: str = ""
    marks: tuple[Said, ...] = ()
    quotes: tuple[Said, ...] = ()
    pieces: tuple[str, ...] = ()
    other_id: str = ""
    """The comment that it is like."""


def entries_of(comment: Comment, body: Looked, texts: Texts) -> list[Entry]:
    """The strongest first."""
    entries = [*_certain(comment.reasons, body, texts), *_scored(comment, body, texts), *_signs(body, texts)]
    if look_through(comment.name).places:
        entries.append(Entry((SIGN, len(entries)), Family.NONE, texts.gettext(words.IN_NAME)))
    return sorted(entries, key=lambda entry: entry.strength)


def _certain(reasons: Iterable[Reason], body: Looked, texts: Texts) -> Iterator[Entry]:
    """Rules that fired, and what was found without a doubt, in the order of the reasons."""
    for place, reason in enumerate(reasons):
        if reason.code == words.RULE:
            yield _ruled(place, str(reason.values["rule"]), _listed(reason.values["matched"]), body=body, texts=texts)
        elif reason.code not in words.ROUTES and reason.code != words.SCORE:
            label = texts.gettext(words.FINDINGS.get(reason.code, reason.code))
            count, other_id = reason.values.get("count"), str(reason.values.get("comment_id", ""))
            detail = texts.say_of_many(words.DUPLICATES, int(count)) if isinstance(count, int | float) else ""
            yield Entry((CERTAIN, place), Family.NONE, label, detail=detail, other_id=other_id)


def _listed(value: Value) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _ruled(place: int, rule: str, matched: list[str], *, body: Looked, texts: Texts) -> Entry:
    label = texts.gettext(words.RULE_NAMED) % {"name": look_through(rule).bare}
    found = [(piece, find_said(piece, body)) for piece in matched]
    return Entry(
        (CERTAIN, place),
        Family.RULE,
        label,
        rule=rule,
        marks=tuple(said for _, said in found if said),
        pieces=tuple(piece for piece, said in found if not said),
    )


def _scored(comment: Comment, body: Looked, texts: Texts) -> Iterator[Entry]:
    """The scores that are among the reasons, and those whose spans are marked."""
    named = {
        str(each.values["attribute"]): each.values["score"] for each in comment.reasons if each.code == words.SCORE
    }
    marked = {span.attribute: (comment.scores or {}).get(span.attribute, 0.0) for span in comment.spans}
    for attribute, score in {**marked, **named}.items():
        if isinstance(score, int | float):
            label, family = words.ATTRIBUTES.get(attribute, (attribute, Family.NONE))
            share = texts.share(score) if attribute in (comment.scores or named) else ""
            marks = tuple(_marked(comment, attribute, body))
            yield Entry((SCORED, -score), family, texts.gettext(label), share, marks=marks)


def _marked(comment: Comment, attribute: str, body: Looked) -> Iterator[Said]:
    """What raised an attribute's score, the weightiest first; words that stand side by side are one."""
    spans = [span for span in comment.spans if span.attribute == attribute and span.contribution > 0]
    joined: list[tuple[float, int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(0, span.start), min(span.end, len(body.text))
        weight, begun = span.contribution, start
        if joined and (joined[-1][2] >= start or body.text[joined[-1][2] : start] == " "):
            before, begun, ended = joined.pop()
            weight, end = before + weight, max(end, ended)
        if begun < end:
            joined.append((weight, begun, end))
    for _, start, end in sorted(joined, reverse=True):
        yield Said(start, end, read_of(body, start, end))


def _signs(body: Looked, texts: Texts) -> Iterator[Entry]:
    """What hides how the body is read, which the text itself shows by chips and dotted lines."""
    pieces = [place.piece for place in body.places]
    invisible: dict[str, int] = {}
    for chip in (piece for piece in pieces if isinstance(piece, Chip)):
        invisible[chip.label] = invisible.get(chip.label, 0) + chip.count
    if invisible:
        named = [f"{texts.number(count)} × {label}" for label, count in invisible.items()]
        detail = ", ".join(named[:MAX_COUNTED] + ["…"] * (len(named) > MAX_COUNTED))
        yield Entry((SIGN, 0), Family.NONE, texts.gettext(words.INVISIBLE), detail=detail)
    accents = sum(piece.count for piece in pieces if isinstance(piece, Accents))
    if accents:
        detail = texts.say_of_many(words.UNDRAWN, accents)
        yield Entry((SIGN, 1), Family.NONE, texts.gettext(words.ACCENTS), detail=detail)
    foreign = tuple(foreign_words(body))
    if foreign:
        yield Entry((SIGN, 2), Family.NONE, texts.gettext(words.FOREIGN), quotes=foreign)
