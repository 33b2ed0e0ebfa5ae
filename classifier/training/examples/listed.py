"""Short sentences made for this project from the words of the profanity list, and the same with harmless words.

The marks of the list are features of whole words; these sentences teach the parts of the words, for words that are bent
or joined.
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
"""Each harmless sentence is said so often: they are about a quarter of all, so that the set alone tells little."""


def listed_examples(profanities: Iterable[tuple[str, int]]) -> Iterator[Example]:
    """Examples with profanity and without; profanities: words with their marks, as `profanities` of wordlist.py."""
    words = dict.fromkeys(word for word, marks in profanities if marks & _PROFANE)
    for word, pattern in product(words, _PATTERNS):
        yield Example(pattern.replace("{}", word), {"profanity": 1.0}, CORPUS)
    for word, pattern in product(_HARMLESS * _TIMES, _PATTERNS):
        yield Example(pattern.replace("{}", word), {"profanity": 0.0}, CORPUS)
