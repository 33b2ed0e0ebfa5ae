"""How the console looks and is worked at, as each moderator chose it in his browser."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from service.domain.queue import QueueOrder

_FREE = frozenset("abcdefhijklmnopqrstuvwxyz")
"""What an act can be given as its key; digits, `?` and Esc keep their meaning, and `g` begins the ways to other
pages."""
_MOST_CHARS = 1000
"""Of a cookie; ours has at most 400."""
_LOOKS_KEPT = 256
"""A page asks for its look eight times."""
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


class Signs(StrEnum):
    """Whether signs stand in a text for what cannot be seen in it, and foreign letters are underlined."""

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
    signs: Signs = Signs.ON
    pause: Pause = Pause.AFTER_50
    language: str = ""
    letters: Mapping[Act, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def acts(self) -> tuple[Act, ...]:
        """All that have keys."""
        return tuple(Act)

    def key(self, act: str) -> str:
        """The key of an act, ValueError for what is none; no two acts have the same."""
        known = Act(act)
        return self.letters.get(known) or DEFAULT_KEYS[known]


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
        "signs": Signs,
        "pause": Pause,
    }
)
"""The fields of a look that take one of few values."""
_PLAIN = Look()


def changed_look(look: Look, given: Mapping[str, str], letters: Mapping[Act, str]) -> Look:
    """A look with other values by the names of its fields, each one that there is (see `unknown_choices`), and with
    other keys, of which no two are the same (see `clashes`). An act that gets its own key back has it."""
    chosen: dict[str, Any] = {name: kind(given[name]) for name, kind in CHOICES.items() if name in given}
    if "language" in given:
        chosen["language"] = given["language"]
    others = {act: letter for act, letter in {**look.letters, **letters}.items() if letter != DEFAULT_KEYS[act]}
    return replace(look, **chosen, letters=MappingProxyType(others))


def unknown_choices(given: Mapping[str, str], languages: frozenset[str]) -> list[str]:
    """The names of fields whose value is none that there is; a language is "" or one of those given."""
    return [name for name, value in given.items() if not _is_known(name, value, languages)]


def clashes(letters: Mapping[Act, str]) -> list[Act]:
    """The acts with a key that another act has, or that nothing can be given, where these acts have these keys and
    all others their own."""
    taken = Counter({**DEFAULT_KEYS, **letters}.values())
    return [act for act, letter in letters.items() if letter not in _FREE or taken[letter] > 1]


@lru_cache(_LOOKS_KEPT)
def read_look(written: str, languages: frozenset[str]) -> Look:
    """The look that `write_look` wrote; whatever it could not have written is the default."""
    given = dict(part.partition(_GIVES)[::2] for part in written[:_MOST_CHARS].split(_PARTS))
    letters = _read_letters(given.pop("letters", ""))
    known = {name: value for name, value in given.items() if _is_known(name, value, languages)}
    return changed_look(_PLAIN, known, {} if clashes(letters) else letters)


def write_look(look: Look) -> str:
    """What differs from the defaults, in characters that a cookie takes."""
    names = (*CHOICES, "language")
    parts = [f"{name}{_GIVES}{getattr(look, name)}" for name in names if getattr(look, name) != getattr(_PLAIN, name)]
    if look.letters:
        letters = _PAIRS.join(f"{act}{_MEANS}{letter}" for act, letter in sorted(look.letters.items()))
        parts.append(f"letters{_GIVES}{letters}")
    return _PARTS.join(parts)


def _is_known(name: str, value: str, languages: frozenset[str]) -> bool:
    if name == "language":
        return not value or value in languages
    return name in CHOICES and value in set(CHOICES[name])


def _read_letters(written: str) -> dict[Act, str]:
    pairs = (pair.partition(_MEANS)[::2] for pair in written.split(_PAIRS))
    return {Act(act): letter for act, letter in pairs if act in set(Act)}
