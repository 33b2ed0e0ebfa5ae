"""The labels that the teacher, a larger network, gave to windows of the training texts; `teacher` makes them."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.error import ModelError
from classifier.features.lexicon import Lexicon
from classifier.features.window import PIECE_SYMBOLS, piece_starts
from classifier.text.view import view_of
from classifier.training.examples.corpus import CORPORA, Example

DIRECTORY = Path(__file__).parent
TAUGHT = ("toxicity", "severe_toxicity", "insult", "profanity", "identity_attack", "threat")
"""The attributes that the teacher labels, in the order of its logits."""

USED = ("toxicity", "severe_toxicity", "insult", "profanity", "identity_attack")
"""The weights learn from the teacher's labels of these. For threats human labels alone do far better; the teacher's are
kept all the same, so that another choice needs no new teacher."""

CORPUS = "windows"
_EXAMPLES = "examples.sha256"
_ARRAYS = ("texts", "windows", "logits")
_STEPS = 8
"""A logit is kept in steps of one eighth."""

_MAX_STEP = 127
_WINDOW_PIECES = 2


class Taught(NamedTuple):
    """The windows that the teacher labelled, and their labels.

    examples: the SHA-256 of the training examples that it labelled, hexadecimal
    texts: (n,) uint32, the index of a window's text among the examples
    windows: (n,) uint16, the index of the window in its text
    logits: (n, len(TAUGHT)) int8, in steps of 1/8
    """

    examples: str
    texts: NDArray[np.uint32]
    windows: NDArray[np.uint16]
    logits: NDArray[np.int8]

    def probabilities(self) -> NDArray[np.float64]:
        """(n, len(TAUGHT)) float64 in (0, 1)."""
        probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-self.logits.astype(np.float64) / _STEPS))
        return probabilities


def rounded(logits: NDArray[np.float32]) -> NDArray[np.int8]:
    """Logits of the same shape, as they are kept."""
    return np.clip(np.rint(logits * _STEPS), -_MAX_STEP, _MAX_STEP).astype(np.int8)


def digest_of(examples: Sequence[Example]) -> str:
    """A SHA-256 over the texts of the sets in their order; the sentences of this project may change without harm."""
    digest = sha256()
    for example in examples:
        if example.corpus in CORPORA:
            digest.update(example.text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def read_taught(directory: Path = DIRECTORY) -> Taught:
    """The labels that `write_taught` wrote into a folder, by default those that come with the code.

    Raises ModelError where they are not: what is installed as a wheel has none.
    """
    try:
        arrays = [np.load(directory / f"{name}.npy", allow_pickle=False) for name in _ARRAYS]
        return Taught((directory / _EXAMPLES).read_text("ascii").strip(), *arrays)
    except FileNotFoundError as error:
        raise ModelError(
            f"There are no labels in {directory}: train from a clone or the source distribution."
        ) from error


def write_taught(directory: Path, taught: Taught) -> None:
    """Writes the labels into a folder: three arrays, and the digest of the examples that they belong to."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _EXAMPLES).write_text(f"{taught.examples}\n", "ascii")
    for name in _ARRAYS:
        np.save(directory / f"{name}.npy", getattr(taught, name), allow_pickle=False)


def windows_of(text: str, lexicon: Lexicon) -> list[str]:
    """The words that begin in each window of a text, as its view has them, with a space between them."""
    view = view_of([text], lexicon)
    symbols = view.symbols.tolist()
    bounds = zip(view.word_starts.tolist(), view.word_ends.tolist(), strict=True)
    words = [(first // PIECE_SYMBOLS, "".join(map(chr, symbols[first:past]))) for first, past in bounds]
    n_windows = max(len(piece_starts(*view.starts)) - 1, 1)
    return [
        " ".join(word for piece, word in words if 0 <= piece - window < _WINDOW_PIECES) for window in range(n_windows)
    ]


def taught_examples(examples: Sequence[Example], lexicon: Lexicon, taught: Taught) -> Iterator[Example]:
    """Each labelled window as an example of its own. It raises ValueError when other examples were labelled."""
    if taught.examples != digest_of(examples):
        raise ValueError("the teacher's labels are of other training data: python -m classifier teach makes them anew")
    windows = {text: windows_of(examples[text].text, lexicon) for text in set(taught.texts.tolist())}
    places = zip(taught.texts.tolist(), taught.windows.tolist(), taught.probabilities().tolist(), strict=True)
    for text, window, row in places:
        yield Example(windows[text][window], {name: row[TAUGHT.index(name)] for name in USED}, CORPUS)
