"""The teacher: a small transformer that is fitted to the labels of whole texts and then labels windows of them.

A label belongs to a whole comment; the model that is shipped also looks at its windows, and learns from the teacher
what each of them is worth. This needs the extra `teacher` and a folder with a BERT-like encoder (the labels in this
folder come from all-MiniLM-L6-v2, Apache-2.0). To train or to score, only the labels are needed.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from classifier.features.lexicon import Lexicon
from classifier.training.examples.corpus import Example
from classifier.training.fit import GROUPS
from classifier.training.taught.label import TAUGHT, Taught, digest_of, rounded, windows_of

_SHARES_READ = {
    "jigsaw_wiki": 1.0,
    "civil_toxic_spans": 1.0,
    "civil_balanced": 1.0,
    "paradetox": 0.4,
    "paradetox_cannot_rewrite": 1.0,
    "hatemoji_build": 1.0,
    "edos_sexism": 0.5,
    "templates": 0.2,
}
"""Set -> the share of its texts that the teacher is fitted to."""

_WINDOWS_OF = frozenset(("jigsaw_wiki", "civil_toxic_spans", "civil_balanced"))
_WINDOWS_A_TEXT = 3
_MAX_WINDOWS = 140_000
_MAX_CHARS = 600
_MAX_TOKENS = 96
_BATCH = 32
_POOL = 50
_RATE, _HEAD_RATE, _WARM_UP = 1e-4, 1e-3, 100
_LAST_RATE_SHARE = 0.02
"""The rates fall to this share of themselves towards the end."""

_DROPPED_SHARE = 0.1
_WEIGHT_DECAY = 0.01
_MAX_GRADIENT = 1.0
_MASKED = -1e4
"""The value of a token that is not there, for the maximum over tokens."""

_SEED = 5


def _plain(text: str, corpus: str, draw: Random) -> str:
    """A text in lower case, often without punctuation, news comments more often: style would tell the sets apart."""
    lower = text.lower()
    drops = draw.random() < 0.5 or corpus.startswith("civil")
    kept = re.sub(r"[^\w\s']", " ", lower) if drops and draw.random() < 0.7 else lower
    return kept[:_MAX_CHARS]


def _batches(lengths: Sequence[int], draw: Random) -> list[list[int]]:
    """The indices of all texts in random order, in batches of texts of about equal length."""
    order = list(range(len(lengths)))
    draw.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), _BATCH * _POOL):
        pool = sorted(order[start : start + _BATCH * _POOL], key=lengths.__getitem__)
        some = [pool[place : place + _BATCH] for place in range(0, len(pool), _BATCH)]
        draw.shuffle(some)
        batches += some
    return batches


def _rate_share(step: int, *, n_steps: int) -> float:
    """The share of the highest rate that a step has: it rises for _WARM_UP steps, then falls."""
    return min((step + 1) / _WARM_UP, max(_LAST_RATE_SHARE, (n_steps - step) / (n_steps - _WARM_UP)))


class Teacher:
    """An encoder with one linear head over the mean and the maximum of its token vectors."""

    def __init__(self, base: Path, n_groups: int) -> None:
        """base: a folder with an encoder and its tokenizer; n_groups: how many sets have an offset of their own"""
        torch.manual_seed(_SEED)
        self._tokenizer = AutoTokenizer.from_pretrained(base)
        self._encoder = AutoModel.from_pretrained(base)
        self._encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        self._head = torch.nn.Linear(2 * self._encoder.config.hidden_size, len(TAUGHT))
        self._drop = torch.nn.Dropout(_DROPPED_SHARE)
        self._offsets = torch.nn.Embedding(n_groups, len(TAUGHT))
        torch.nn.init.zeros_(self._offsets.weight)

    def _logits(self, texts: Sequence[str]) -> Any:
        """(n_texts, len(TAUGHT)) float32, a tensor."""
        encoded = self._tokenizer(
            list(texts), truncation=True, max_length=_MAX_TOKENS, padding=True, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16):
            states = self._encoder(**encoded).last_hidden_state
            mask = encoded["attention_mask"][..., None]
            mean = (states * mask).sum(1) / mask.sum(1)
            largest = states.masked_fill(mask == 0, _MASKED).amax(1)
            return self._head(self._drop(torch.cat([mean, largest], 1))).float()

    def fit(self, texts: list[str], labels: NDArray[np.float32], groups: NDArray[np.int64]) -> Iterator[str]:
        """Fits the network in one pass over the texts, and yields how far it is.

        labels: (n, len(TAUGHT)), nan where unknown; groups: (n,) the index of the set that each text comes from
        """
        batches = _batches([len(text) for text in texts], Random(_SEED))
        heads = [*self._head.parameters(), *self._offsets.parameters()]
        body = [weight for weight in self._encoder.parameters() if weight.requires_grad]
        optimiser = torch.optim.AdamW(
            [{"params": body, "lr": _RATE}, {"params": heads, "lr": _HEAD_RATE}], weight_decay=_WEIGHT_DECAY
        )
        rates = torch.optim.lr_scheduler.LambdaLR(optimiser, partial(_rate_share, n_steps=len(batches)))
        wanted, sets = torch.from_numpy(labels), torch.from_numpy(groups)
        self._encoder.train()
        for step, places in enumerate(batches):
            logits = self._logits([texts[place] for place in places]) + self._offsets(sets[places])
            known = ~torch.isnan(wanted[places])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[known], wanted[places][known])
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], _MAX_GRADIENT)
            optimiser.step()
            optimiser.zero_grad()
            rates.step()
            yield f"reading {step + 1} of {len(batches)}"

    def label(self, texts: list[str]) -> Iterator[NDArray[np.float32]]:
        """(n_batch, len(TAUGHT)) logits of one batch of texts after the other; texts sorted by length go fastest."""
        self._encoder.eval()
        self._drop.eval()
        with torch.inference_mode():
            for start in range(0, len(texts), 2 * _BATCH):
                yield self._logits([text or "." for text in texts[start : start + 2 * _BATCH]]).numpy()


def _drawn_windows(examples: Sequence[Example], lexicon: Lexicon) -> list[tuple[int, int, str]]:
    """Some windows of texts that have several: the index of the text, the index of the window, and its words."""
    draw = Random(_SEED)
    drawn = []
    for place, example in enumerate(examples):
        if example.corpus in _WINDOWS_OF:
            windows = windows_of(example.text, lexicon)
            if len(windows) > 1:
                some = sorted(draw.sample(range(len(windows)), min(len(windows), _WINDOWS_A_TEXT)))
                drawn += [(place, window, windows[window]) for window in some]
    draw.shuffle(drawn)
    return sorted(drawn[:_MAX_WINDOWS], key=lambda window: len(window[2]))


def _read(teacher: Teacher, examples: Sequence[Example], groups: list[str]) -> Iterator[str]:
    """Fits the teacher to a share of the examples, and yields how far it is."""
    draw = Random(_SEED)
    read = [example for example in examples if draw.random() < _SHARES_READ.get(example.corpus, 0)]
    texts = [_plain(example.text, example.corpus, draw) for example in read]
    labels = np.array([[example.labels.get(name, np.nan) for name in TAUGHT] for example in read], np.float32)
    sets = np.array([groups.index(GROUPS.get(example.corpus, example.corpus)) for example in read])
    yield from teacher.fit(texts, labels, sets)


def teach(examples: Sequence[Example], lexicon: Lexicon, base: Path) -> Iterator[str | Taught]:
    """Fits a teacher and labels windows with it, an hour on one core; yields how far it is, and at last the labels."""
    groups = sorted({GROUPS.get(corpus, corpus) for corpus in _SHARES_READ})
    teacher = Teacher(base, len(groups))
    yield from _read(teacher, examples, groups)
    drawn = _drawn_windows(examples, lexicon)
    parts = []
    for part in teacher.label([words for _, _, words in drawn]):
        parts.append(part)
        yield f"labelling {len(parts) * 2 * _BATCH} of {len(drawn)}"
    texts, windows = np.array([place for place, _, _ in drawn]), np.array([window for _, window, _ in drawn])
    yield Taught(
        digest_of(examples), texts.astype(np.uint32), windows.astype(np.uint16), rounded(np.concatenate(parts))
    )
