"""The profanity list's words in short sentences, and harmless words in the same: sentences of this project's own.

The list's marks are features of whole words; these teach their parts, for words that are bent or joined.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from classifier.features.lexicon import Mark
from classifier.training.examples.corpus import Example

CORPUS = "listed"

_PATTERNS = ("you {}", "{}", "what a {}", "they are all {}")
_PROFANE = Mark.STRONG | Mark.SEVERE
_HARMLESS_LISTED = (
    "teacher driver neighbour student cook writer player doctor singer farmer nurse friend person bridge garden "
    "letter song morning story idea lake house train window question answer number team bird coffee summer"
)
_HARMLESS = _HARMLESS_LISTED.split()
_TIMES = 8
"""How often each harmless sentence is said: about a quarter of all, so that the set alone tells little."""


def listed_examples(profanities: Iterable[tuple[str, int]]) -> Iterator[Example]:
    """Examples of profanity and of none; profanities: the list's words and their marks, see `wordlist.profanities`."""
    words = dict.fromkeys(word for word, marks in profanities if marks & _PROFANE)
    for word, pattern in product(words, _PATTERNS):
        yield Example(pattern.replace("{}", word), {"profanity": 1.0}, CORPUS)
    for word, pattern in product(_HARMLESS * _TIMES, _PATTERNS):
        yield Example(pattern.replace("{}", word), {"profanity": 0.0}, CORPUS)
