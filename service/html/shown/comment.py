"""A comment as a page of the console shows it: its name, its text with marks, and why it waits."""

from dataclasses import dataclass

from service.domain.comment import Comment
from service.html.shown.composition import MAX_CHARS, Shown, compose, shown
from service.html.shown.fold import fold_place
from service.html.shown.special import look_through
from service.html.shown.why import BLIND, Why, explain
from service.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class ShownComment:
    """What its author wrote, drawn, and what the machine says of it."""

    name: Shown
    website: Shown | None
    body: Shown
    why: Why


def shown_comment(comment: Comment, texts: Texts) -> ShownComment:
    """A comment with its marks and reasons."""
    looked = look_through(comment.body[:MAX_CHARS])
    why, stretches = explain(comment, looked, texts)
    is_cut = len(comment.body) > MAX_CHARS
    body = compose(looked, stretches, fold_place(looked.text), is_cut=is_cut)
    return ShownComment(shown(comment.name), _website(comment), body, why)


def shown_blindly(comment: Comment) -> ShownComment:
    """A comment without marks, reasons and risk, for one who decides without the machine's help."""
    return ShownComment(shown(comment.name), _website(comment), shown_body(comment.body), BLIND)


def shown_body(text: str) -> Shown:
    """A long text without marks, folded where it is long: an earlier revision, a parent, a note."""
    looked = look_through(text[:MAX_CHARS])
    return compose(looked, (), fold_place(looked.text), is_cut=len(text) > MAX_CHARS)


def _website(comment: Comment) -> Shown | None:
    return shown(comment.website) if comment.website else None
