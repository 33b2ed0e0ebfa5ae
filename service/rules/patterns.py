"""Regular expressions that operators write, by RE2: their time grows with the text alone, not with their nesting.

A set of them is still tried before it is taken: a wide one costs a microsecond and more a character.
"""

import random
import string
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import re2

MAX_PATTERNS = 100
MAX_PROGRAM = 2_000
"""Instructions of one compiled pattern: `\\p{L}{100}` has 119,704."""
TRIAL_CHARS = 10_000
MAX_TRIAL_SECONDS = 0.005
"""Of processor time that all patterns together may take for the longest comment."""
_TRIES = 3
_SET_BYTES = 8 << 20


class PatternError(ValueError):
    """A pattern that is not taken: its rule, and why in words."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(why)
        self.rule = rule


class Patterns:
    """Patterns of several rules, looked for in one walk over the text. `unreadable` are the names of those that another
    RE2 than this one took: they are not looked for."""

    def __init__(self, by_rule: Mapping[str, str]) -> None:
        """by_rule: the name of a rule -> its pattern, which `check` has passed"""
        compiled = {rule: _compiled(pattern) for rule, pattern in by_rule.items()}
        self.unreadable = [rule for rule, pattern in compiled.items() if pattern is None]
        self._each = [pattern for pattern in compiled.values() if pattern is not None]
        self._names = [rule for rule, pattern in compiled.items() if pattern is not None]
        try:
            self._all = _set_of([by_rule[rule] for rule in self._names])
        except re2.error:  # together they need more memory than one may have
            self._all, self.unreadable = None, list(by_rule)

    def find(self, body: str) -> dict[str, list[str]]:
        """The rules whose pattern the body has a match of, each with the first match."""
        if self._all is None:
            return {}
        return {self._names[index]: [self._first(index, body)] for index in sorted(self._all.Match(body) or ())}

    def _first(self, index: int, body: str) -> str:
        match = self._each[index].search(body)
        return str(match.group()) if match else ""


def _compiled(pattern: str) -> Any:
    """None for one that is no pattern to this RE2."""
    try:
        return re2.compile(pattern, _options())
    except re2.error:
        return None


def check(by_rule: Mapping[str, str]) -> None:
    """PatternError for the first pattern that is none, is too large, or for the slowest where all together take too
    long on a hostile text. It takes up to a second: not for the event loop."""
    if len(by_rule) > MAX_PATTERNS:
        raise PatternError(list(by_rule)[MAX_PATTERNS], f"A site has at most {MAX_PATTERNS} patterns.")
    for rule, pattern in by_rule.items():
        _check_one(rule, pattern)
    texts = _hostile_texts()
    if by_rule and _seconds_of(_set_of(by_rule.values()), texts) > MAX_TRIAL_SECONDS:
        slowest = max(by_rule, key=lambda rule: _seconds_of(_set_of([by_rule[rule]]), texts))
        raise PatternError(slowest, "The patterns take too long together; this one takes the longest.")


def _check_one(rule: str, pattern: str) -> None:
    try:
        compiled = re2.compile(pattern, _options())
    except re2.error as error:
        raise PatternError(rule, f"Not a pattern of RE2: {_words_of(error)}") from error
    if compiled.programsize > MAX_PROGRAM:
        raise PatternError(rule, f"Too large: {compiled.programsize:,} instructions, {MAX_PROGRAM:,} are allowed.")
    if compiled.search("") is not None:
        raise PatternError(rule, "It matches everything: also a text of nothing.")


def _words_of(error: re2.error) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _SET_BYTES
    return options


def _set_of(patterns: Collection[str]) -> re2.Set | None:
    """None where there are none."""
    if not patterns:
        return None
    found = re2.Set.SearchSet(_options())
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


def _hostile_texts() -> list[str]:
    """Texts on which automata are slow: of random signs, of one letter, and of words."""
    signs = random.Random(1)  # noqa: S311 always the same text, so that the same set is taken again
    printable = string.ascii_letters + string.digits + string.punctuation + " \n" + "äöüßéčжшת字"
    return [
        "".join(signs.choices(printable, k=TRIAL_CHARS)),
        "a" * TRIAL_CHARS,
        " ".join("".join(signs.choices(string.ascii_lowercase, k=6)) for _ in range(TRIAL_CHARS // 7)),
    ]


def _seconds_of(patterns: re2.Set | None, texts: Sequence[str]) -> float:
    """Of the slowest text, the best of a few tries."""
    return max(min(_seconds_once(patterns, text) for _ in range(_TRIES)) for text in texts)


def _seconds_once(patterns: re2.Set | None, text: str) -> float:
    begun = time.thread_time()
    if patterns is not None:
        patterns.Match(text)
    return time.thread_time() - begun
