"""Labels that a teacher, a larger network, gave to windows of the training texts: see `teacher.py`."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.lexicon import Lexicon
from classifier.features.window import PIECE_SYMBOLS, piece_starts
from classifier.text.view import view_of
from classifier.training.examples.corpus import CORPORA, Example

DIRECTORY = Path(__file__).parent
TAUGHT = ("toxicity", "severe_toxicity", "insult", "profanity", "identity_attack", "threat")
"""The attributes that the teacher knows, in the order of its logits."""

USED = ("toxicity", "severe_toxicity", "insult", "profanity", "identity_attack")
"""Those of them that the weights learn from: for threats human labels alone do better, by far. Their logits are kept,
so that another choice needs no new teacher."""

CORPUS = "windows"
_EXAMPLES = "examples.sha256"
_ARRAYS = ("texts", "windows", "logits")
_STEPS = 8
_LARGEST = 127


class Taught(NamedTuple):
    """What the teacher said.

    examples: SHA-256 of the training examples that it labelled, hexadecimal
    texts: (n,) uint32, places in them; windows: (n,) uint16, the window of that text
    logits: (n, len(TAUGHT)) int8, in steps of 1/8
    """

    examples: str
    texts: NDArray[np.uint32]
    windows: NDArray[np.uint16]
    logits: NDArray[np.int8]

    def probabilities(self) -> NDArray[np.float64]:
        """(n, len(TAUGHT)) in (0, 1)."""
        probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-self.logits.astype(np.float64) / _STEPS))
        return probabilities


def rounded(logits: NDArray[np.float32]) -> NDArray[np.int8]:
    """Logits as they are kept."""
    return np.clip(np.rint(logits * _STEPS), -_LARGEST, _LARGEST).astype(np.int8)


def digest_of(examples: Sequence[Example]) -> str:
    """Names the sets' texts and their order; sentences of our own may change without a new teacher."""
    digest = sha256()
    for example in examples:
        if example.corpus in CORPORA:
            digest.update(example.text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def read_taught(directory: Path = DIRECTORY) -> Taught:
    """The labels as `write_taught` left them."""
    arrays = (np.load(directory / f"{name}.npy", allow_pickle=False) for name in _ARRAYS)
    return Taught((directory / _EXAMPLES).read_text("ascii").strip(), *arrays)


def write_taught(directory: Path, taught: Taught) -> None:
    """Three arrays in a folder, and what they are of."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _EXAMPLES).write_text(f"{taught.examples}\n", "ascii")
    for name in _ARRAYS:
        np.save(directory / f"{name}.npy", getattr(taught, name), allow_pickle=False)


def windows_of(text: str, lexicon: Lexicon) -> list[str]:
    """The words that begin in each window of a text, as the view has them."""
    view = view_of([text], lexicon)
    symbols = view.symbols.tolist()
    bounds = zip(view.word_starts.tolist(), view.word_ends.tolist(), strict=True)
    words = [(first // PIECE_SYMBOLS, "".join(map(chr, symbols[first:past]))) for first, past in bounds]
    n_windows = max(len(piece_starts(*view.starts)) - 1, 1)
    return [" ".join(word for piece, word in words if 0 <= piece - window < 2) for window in range(n_windows)]


def taught_examples(examples: Sequence[Example], lexicon: Lexicon, taught: Taught) -> Iterator[Example]:
    """Each window as an example of its own, in the order of `taught`; ValueError when that is of other examples."""
    if taught.examples != digest_of(examples):
        raise ValueError("the teacher's labels are of other training data: python -m classifier teach makes them anew")
    windows = {text: windows_of(examples[text].text, lexicon) for text in set(taught.texts.tolist())}
    places = zip(taught.texts.tolist(), taught.windows.tolist(), taught.probabilities().tolist(), strict=True)
    for text, window, row in places:
        yield Example(windows[text][window], {name: row[TAUGHT.index(name)] for name in USED}, CORPUS)
