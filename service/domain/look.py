"""How the console looks and is worked at, as each moderator chose it in his browser."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from service.domain.queue import QueueOrder

LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""What an act can be given as its key; digits, `?` and Esc keep their meaning."""
GO = "g"
"""Begins the ways to other pages, and so is no act's own."""
_PARTS, _GIVES, _PAIRS, _MEANS = "&", "=", "+", ":"


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    ROOMY = "roomy"
    COMPACT = "compact"


class Keys(StrEnum):
    """Whether single keys work, and whether each stands on its button."""

    ON = "on"
    QUIET = "quiet"
    OFF = "off"


class View(StrEnum):
    ONE = "one"
    LIST = "list"


class Start(StrEnum):
    """What the queue begins with where nothing is claimed: a page that says how many wait, or the first comments."""

    PAGE = "page"
    COMMENT = "comment"


class Veil(StrEnum):
    """Whether marked words are blurred until they are asked for."""

    OFF = "off"
    ON = "on"


class Marks(StrEnum):
    """Whether marks stand in a text at once, or when they are asked for."""

    ON = "on"
    OFF = "off"


class Pause(StrEnum):
    """After how many minutes of work a pause is proposed."""

    AFTER_25 = "25"
    AFTER_50 = "50"
    AFTER_90 = "90"
    NEVER = "never"


class Act(StrEnum):
    """What has a key of its own."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    LEAVE = "leave"
    UNDO = "undo"
    NEXT = "next"
    BEFORE = "before"
    CONTEXT = "context"
    MARKS = "marks"
    INVISIBLE = "invisible"
    SHOW = "show"
    NOTE = "note"
    AUTHOR = "author"
    THREAD = "thread"
    SELECT = "select"
    LIKE = "like"
    VIEW = "view"
    PAUSE = "pause"


DEFAULT_KEYS: Mapping[Act, str] = MappingProxyType(dict(zip(Act, "arseujkcmihnotxlvp", strict=True)))


@dataclass(frozen=True, slots=True)
class Look:
    """What a moderator chose; each value is one of few, and what he never chose has its default. `language` is a tag
    such as `de`, "" for that of the browser. `letters` are the keys that he gave to acts in the place of theirs."""

    theme: Theme = Theme.SYSTEM
    density: Density = Density.ROOMY
    keys: Keys = Keys.ON
    view: View = View.ONE
    order: QueueOrder = QueueOrder.RISKIEST
    start: Start = Start.PAGE
    veil: Veil = Veil.OFF
    marks: Marks = Marks.ON
    pause: Pause = Pause.AFTER_50
    language: str = ""
    letters: Mapping[Act, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def acts(self) -> tuple[Act, ...]:
        """All that have keys."""
        return tuple(Act)

    def key(self, act: str) -> str:
        """The key of an act, ValueError for what is none; no two acts have the same."""
        return self.letters.get(Act(act)) or DEFAULT_KEYS[Act(act)]


CHOICES: Mapping[str, type[StrEnum]] = MappingProxyType(
    {
        "theme": Theme,
        "density": Density,
        "keys": Keys,
        "view": View,
        "order": QueueOrder,
        "start": Start,
        "veil": Veil,
        "marks": Marks,
        "pause": Pause,
    }
)
"""The fields of a look that take one of few values."""
_PLAIN = Look()


def look_of(written: str, languages: frozenset[str]) -> Look:
    """The look that `write_look` wrote; whatever it could not have written is the default. A language is one of those
    given."""
    given = dict(part.partition(_GIVES)[::2] for part in written.split(_PARTS))
    return chosen_look(given, languages, _read_letters(given.get("letters", "")))


def chosen_look(given: Mapping[str, str], languages: frozenset[str], letters: Mapping[Act, str]) -> Look:
    """The look of values by the names of its fields; one that is none is the default, and letters that would leave
    two acts the same key are none."""
    chosen = {name: kind(given[name]) for name, kind in CHOICES.items() if given.get(name) in set(kind)}
    language = given.get("language", "")
    is_fit = not clashes(letters)
    return Look(
        **chosen,  # type: ignore[arg-type] # each is of its field's kind
        language=language if language in languages else "",
        letters=MappingProxyType({act: letter for act, letter in letters.items() if is_fit}),
    )


def clashes(letters: Mapping[Act, str]) -> list[Act]:
    """The acts that were given a letter which another act has, or which nothing can be given."""
    keys = {**DEFAULT_KEYS, **letters}
    taken = list(keys.values())
    fit = set(LETTERS) - {GO}
    return [act for act in letters if letters[act] not in fit or taken.count(letters[act]) > 1]


def write_look(look: Look) -> str:
    """What differs from the defaults, in characters that a cookie takes."""
    names = (*CHOICES, "language")
    parts = [f"{name}{_GIVES}{getattr(look, name)}" for name in names if getattr(look, name) != getattr(_PLAIN, name)]
    if look.letters:
        parts.append(f"letters{_GIVES}{write_letters(look)}")
    return _PARTS.join(parts)


def write_letters(look: Look) -> str:
    """The letters that acts were given in the place of theirs: `approve:f+reject:d`."""
    return _PAIRS.join(f"{act}{_MEANS}{letter}" for act, letter in sorted(look.letters.items()))


def _read_letters(written: str) -> dict[Act, str]:
    pairs = (pair.partition(_MEANS)[::2] for pair in written.split(_PAIRS)[: len(Act)])
    return {Act(act): letter for act, letter in pairs if act in set(Act)}
