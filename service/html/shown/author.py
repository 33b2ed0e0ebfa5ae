"""An author as moderators see him beside a comment: a masked email, and his record in words and as a bar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from service.domain.author import AuthorRecord, Ban
from service.domain.state import State
from service.html.shown.composition import Shown, shown
from service.texts.sentence import Plural, marked
from service.texts.texts import Texts

_GAP = "…"
_MIN_BOTH_ENDS = 4
_COUNTED = {
    State.PUBLISHED: Plural("%(count)s published", "%(count)s published"),
    State.REJECTED: Plural("%(count)s rejected", "%(count)s rejected"),
    State.SPAM: Plural("%(count)s as spam", "%(count)s as spam"),
    State.HELD: Plural("%(count)s waiting", "%(count)s waiting"),
}
_NONE_DECIDED = marked("No decided comment yet")
_WHOLE = 100
"""The width of the bar in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the bar, from `x` on, in hundredths of it."""

    state: State
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Record:
    """What became of an author's comments. `words` tell all that `bars` show; `standing` says that he is banned or
    trusted, or ""."""

    words: str
    standing: str
    bars: tuple[Bar, ...]


def masked_email(email: str) -> Shown:
    """An address that tells nobody who is not known already: `a…n@mail.example`. Of a short name the first letter is
    left alone, of a single letter none."""
    name, at, domain = email.rpartition("@")
    last = name[-1] if len(name) >= _MIN_BOTH_ENDS else ""
    first = name[0] if len(name) > 1 else ""
    return shown(f"{first}{_GAP}{last}{at}{domain}" if at else _GAP)


def record_of(author: AuthorRecord, texts: Texts) -> Record:
    """An author's record in the language of the texts."""
    counts = {state: author.counts.get(state, 0) for state in _COUNTED}
    told = [texts.say_of_many(_COUNTED[state], count) for state, count in counts.items() if count]
    if not any(counts[state] for state in _COUNTED if state is not State.HELD):
        told.insert(0, texts.gettext(_NONE_DECIDED))
    if author.first_ms is not None:
        told.append(texts.gettext("first seen %(date)s") % {"date": _date(author.first_ms, texts)})
    return Record(", ".join(told), _standing(author, texts), tuple(_bars(counts)))


def _standing(author: AuthorRecord, texts: Texts) -> str:
    if author.ban:
        return _banned(author.ban, texts)
    return texts.gettext("Trusted") if author.trust else ""


def _banned(ban: Ban, texts: Texts) -> str:
    if ban.until_ms is None:
        return texts.gettext("Banned")
    return texts.gettext("Banned until %(date)s") % {"date": _date(ban.until_ms, texts)}


def _date(at_ms: int, texts: Texts) -> str:
    return texts.date(datetime.fromtimestamp(at_ms / 1000, UTC))


def _bars(counts: dict[State, int]) -> Iterator[Bar]:
    total, x = sum(counts.values()), 0.0
    for state, count in counts.items():
        if count:
            width = round(_WHOLE * count / total, 2)
            yield Bar(state, round(x, 2), width)
            x += width
