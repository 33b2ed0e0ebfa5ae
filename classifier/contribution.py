"""What each word of a text added to its logits, exactly: the words add up to what the hashed features gave."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.hashing import GRAM_SIZES, GRAMS, N_BLOCKS, WORD_GAPS, WORDS, window_ends
from classifier.features.window import blocks_of
from classifier.linear_model import Scored
from classifier.table import Table
from classifier.text.folding import SPACE
from classifier.text.view import View

_SPACE = np.array(SPACE, dtype=np.uint8)
_WORDS_COVERED = tuple(gap + 1 for gap in WORD_GAPS)


class _Cover(NamedTuple):
    """What the features of one block cover in ONE text.

    weights: (n,) how large a part of a feature each symbol, or each word, gets that the feature covers
    sizes: by kind, how many symbols or words a feature covers from its place on
    totals: (n_kinds, n_places), the weights of all that each feature covers together
    """

    weights: NDArray[np.bool_] | NDArray[np.int64]
    sizes: tuple[int, ...]
    totals: NDArray[np.float64]


def word_contributions(table: Table, scored: Scored, *, text: int, columns: list[int]) -> NDArray[np.float64]:
    """(n_columns, n_words): what each word of one text of a batch added to the logits of some attributes.

    A feature gives equal parts to those of its symbols that are in words, hence the sum over words is exact.
    text: its index in the batch; columns: indices of attributes
    """
    features = scored.features
    edges = features.pieces.of_text(text)
    blocks = blocks_of(features.occurrences, edges)
    starts, lengths, is_inside = _words_of(features.view, text)
    grams = _cover_of(is_inside, GRAM_SIZES, blocks[GRAMS].shape[1])
    words = _cover_of(lengths, _WORDS_COVERED, blocks[WORDS].shape[1])
    windows = scored.sums.worst_windows(text, columns)
    values = [scored.sums.values(block, text, windows) for block in range(N_BLOCKS)]
    steps = [table.steps(rows, columns) for rows in blocks]
    worths = np.array(
        [
            _weigh_windows(steps[block], values[block], table.worth[block], columns=columns, places=places)
            for block, places in enumerate(_window_places(edges, windows))
        ]
    )
    by_word: NDArray[np.float64] = np.add.reduceat(_shared_out(steps[GRAMS], grams), starts, axis=1)
    by_word *= worths[GRAMS, :, None]
    of_words = _shared_out(steps[WORDS], words)
    of_words *= worths[WORDS, :, None]
    by_word += of_words
    return by_word


def _words_of(view: View, text: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """(n_words,) where the words of one text start, (n_words,) their lengths, and whether each symbol is in a word."""
    before, past = view.starts[text] - 1, view.starts[text + 1]
    words = slice(*view.word_bounds[text : text + 2])
    starts = view.word_starts[words]
    return starts - before, view.word_ends[words] - starts, view.symbols[before:past] != _SPACE


def _window_places(edges: NDArray[np.int64], windows: list[int]) -> list[list[slice]]:
    """The places of some windows of ONE text, by block, counted from the text's first; edges: those of its pieces."""
    return [
        [slice(known[window] - known[0], known[window : window + 3][-1] - known[0]) for window in windows]
        for known in edges.tolist()
    ]


def _weigh_windows(
    steps: NDArray[np.float64],
    values: list[float],
    worth: list[list[float]],
    *,
    columns: list[int],
    places: list[slice],
) -> list[float]:
    """What one step of a block adds to the logit of each column.

    A feature of the worst window counts in the window and in the whole text, so its steps are raised in place.
    steps: (n_columns, n_kinds, n_places); values, worth: as `Sums.values` and `Table.worth` have them for the block;
    places: the places of the worst window for each column
    """
    in_text, in_window = worth
    whole = [in_text[column] * values[0] for column in columns]
    more = [in_window[column] * value for column, value in zip(columns, values[1:], strict=True)]
    for column_steps, place, added, once in zip(steps, places, more, whole, strict=True):
        in_worst = column_steps[:, place]
        in_worst *= 1 + added / once
    return whole


def _cover_of(weights: NDArray[np.bool_] | NDArray[np.int64], sizes: tuple[int, ...], n_places: int) -> _Cover:
    before = np.zeros(n_places + sizes[-1])
    np.add.accumulate(weights, out=before[1 : len(weights) + 1])
    before[len(weights) + 1 :].fill(before[len(weights)])
    return _Cover(weights, sizes, window_ends(before, sizes, n_places) - before[:n_places])


def _shared_out(steps: NDArray[np.float64], cover: _Cover) -> NDArray[np.float64]:
    """(n_columns, n): the steps of each feature, shared out by weight among what the feature covers.

    steps: (n_columns, n_kinds, n_places), 0 where a feature would reach beyond the text; they are used up
    """
    n, n_places = len(cover.weights), steps.shape[2]
    steps /= cover.totals
    change = np.zeros((len(steps), n_places + cover.sizes[-1]))
    np.add.reduce(steps, axis=1, out=change[:, :n_places])
    for kind, size in enumerate(cover.sizes):
        change[:, size : size + n_places] -= steps[:, kind]
    shares: NDArray[np.float64] = np.add.accumulate(change[:, :n], axis=1)
    shares *= cover.weights
    return shares
