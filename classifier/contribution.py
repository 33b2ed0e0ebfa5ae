"""What each word of a text added to its logits, exactly: the words add up to what the hashed features gave."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.hashing import GRAM_SIZES, GRAMS, WORD_GAPS, WORDS, window_ends
from classifier.features.window import blocks_of, window_places
from classifier.linear_model import Scored
from classifier.table import Table
from classifier.text.folding import SPACE
from classifier.text.view import View

_SPACE = np.array(SPACE, dtype=np.uint8)
_WORDS_COVERED = tuple(gap + 1 for gap in WORD_GAPS)


class _Words(NamedTuple):
    """The words of ONE text.

    starts, ends: (n_words,) int64, half-open positions among the symbols of the text
    is_inside: (n_symbols,) bool, whether each symbol belongs to a word
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    is_inside: NDArray[np.bool_]


def word_contributions(table: Table, scored: Scored, *, text: int, columns: list[int]) -> NDArray[np.float64]:
    """(n_columns, n_words): what each word of one text of a batch added to the logits of some attributes.

    text: its index in the batch; columns: indices of attributes
    """
    features, sums = scored.features, scored.sums
    edges = features.pieces.of_text(text)
    windows = sums.worst_windows(text, columns)
    steps, worths = [], []
    for block, rows in enumerate(blocks_of(features.occurrences, edges)):
        in_text, *in_windows = sums.values(block, text, windows)
        step_in_text, step_in_window = table.worth[block]
        worths.append([step_in_text[column] * in_text for column in columns])
        more = [step_in_window[column] * value for column, value in zip(columns, in_windows, strict=True)]
        steps.append(table.steps(rows, columns))
        places = window_places(edges[block], windows)
        for column_steps, place, in_window, in_all in zip(steps[-1], places, more, worths[-1], strict=True):
            in_worst = column_steps[:, place]
            in_worst *= 1 + in_window / in_all  # the features of the worst window count in it and in the text
    return _by_word(_words_of(features.view, text), steps, np.array(worths))


def _words_of(view: View, text: int) -> _Words:
    first, past = view.starts[text : text + 2]
    words = slice(*view.word_bounds[text : text + 2])
    before = first - 1
    return _Words(view.word_starts[words] - before, view.word_ends[words] - before, view.symbols[before:past] != _SPACE)


def _by_word(words: _Words, steps: list[NDArray[np.float64]], worths: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_columns, n_words): each word's part of the logits.

    steps: by block, (n_columns, n_kinds, n_places), the steps of each feature, 0 where one would reach beyond the text;
        used up
    worths: (N_BLOCKS, n_columns), what one step of each block adds to the logit

    A feature gives equal parts to those of its symbols that are in words, hence the sum over words is exact.
    """
    by_symbol = _shared_out(steps[GRAMS], words.is_inside, GRAM_SIZES)
    by_word: NDArray[np.float64] = np.add.reduceat(by_symbol, words.starts, axis=1)
    by_word *= worths[GRAMS, :, None]
    of_words = _shared_out(steps[WORDS], words.ends - words.starts, _WORDS_COVERED)
    of_words *= worths[WORDS, :, None]
    by_word += of_words
    return by_word


def _shared_out(
    steps: NDArray[np.float64], weights: NDArray[np.bool_] | NDArray[np.int64], sizes: tuple[int, ...]
) -> NDArray[np.float64]:
    """(n_columns, len(weights)): the steps of each feature, shared out by weight among what the feature covers.

    steps: (n_columns, n_kinds, n_places), used up; sizes: how many symbols or words a feature of each kind covers, from
    its place on
    """
    n_places = steps.shape[2]
    before = np.zeros(n_places + sizes[-1])
    np.add.accumulate(weights, out=before[1 : len(weights) + 1])
    before[len(weights) + 1 :].fill(before[len(weights)])
    steps /= window_ends(before, sizes, n_places) - before[:n_places]
    change = np.zeros((len(steps), n_places + sizes[-1]))
    np.add.reduce(steps, axis=1, out=change[:, :n_places])
    for kind, size in enumerate(sizes):
        change[:, size : size + n_places] -= steps[:, kind]
    shares: NDArray[np.float64] = np.add.accumulate(change[:, : len(weights)], axis=1)
    shares *= weights
    return shares
