"""What a comment waits for first of all, as far as comments can be told apart by it."""

from typing import NamedTuple

from service.domain.comment import Comment
from service.html.shown import reason_words as words
from service.html.shown.special import look_through
from service.texts.sentence import marked
from service.texts.texts import Texts

_ATTRIBUTE = "score"
_NOTHING = marked("Nothing stood out.")


class Kind(NamedTuple):
    """A rule, a finding or an attribute by its name; each "" where nothing stood out."""

    of: str
    name: str

    def __str__(self) -> str:
        """As addresses have it."""
        return f"{self.of}:{self.name}"


def kind_of(comment: Comment) -> Kind:
    """The first of what was found without a doubt, in the order of the reasons, else the attribute of the highest
    score: what the list of reasons begins with, but for the signs that a text shows by itself."""
    for reason in comment.reasons:
        if reason.code == words.RULE:
            return Kind(words.RULE, str(reason.values["rule"]))
        if reason.code in words.FINDINGS:
            return Kind("found", reason.code)
    scores = [
        (reason.values["score"], str(reason.values["attribute"]))
        for reason in comment.reasons
        if reason.code == words.SCORE
    ]
    highest = max(scores, default=None, key=lambda each: float(str(each[0])))
    return Kind(_ATTRIBUTE, highest[1]) if highest else Kind("", "")


def kind_words(kind: Kind, texts: Texts) -> str:
    """What a kind is called; a rule's name without what cannot be seen in it."""
    if kind.of == words.RULE:
        return texts.gettext(words.RULE_NAMED) % {"name": look_through(kind.name).bare}
    if kind.of == _ATTRIBUTE:
        return (
            texts.gettext(words.ATTRIBUTES[kind.name][0])
            if kind.name in words.ATTRIBUTES
            else look_through(kind.name).bare
        )
    return texts.gettext(words.FINDINGS.get(kind.name, _NOTHING))
