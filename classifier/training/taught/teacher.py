"""A teacher: a small transformer, fitted to the same labels, that says what it thinks of windows of the texts.

A label speaks of a whole comment; the model that is shipped also looks at its windows, and learns from the teacher
what each of them is worth. Needs the extra `teacher` and a folder with a BERT-like encoder (the labels in `taught/`
come from all-MiniLM-L6-v2, Apache-2.0). Nothing of it is needed to train or to score: only the labels are kept.
"""

import re
from collections.abc import Iterator, Sequence
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

_PARTS_READ = {
    "jigsaw_wiki": 1.0,
    "civil_toxic_spans": 1.0,
    "civil_balanced": 1.0,
    "paradetox": 0.4,
    "paradetox_cannot_rewrite": 1.0,
    "hatemoji_build": 1.0,
    "edos_sexism": 0.5,
    "templates": 0.2,
}
"""Which part of each set the teacher reads."""

_WINDOWS_OF = frozenset(("jigsaw_wiki", "civil_toxic_spans", "civil_balanced"))
_WINDOWS_A_TEXT = 3
_MAX_WINDOWS = 140_000
_MAX_CHARS = 600
_MAX_TOKENS = 96
_BATCH = 32
_POOL = 50
_RATE, _HEAD_RATE, _WARM_UP = 1e-4, 1e-3, 100
_SEED = 5


def _plain(text: str, corpus: str, draw: Random) -> str:
    """In lower case, a third of them without punctuation, of news comments more: style would tell the sets apart."""
    lower = text.lower()
    drops = draw.random() < 0.5 or corpus.startswith("civil")
    kept = re.sub(r"[^\w\s']", " ", lower) if drops and draw.random() < 0.7 else lower
    return kept[:_MAX_CHARS]


def _batches(lengths: Sequence[int], draw: Random) -> list[list[int]]:
    """Places in random batches of about equal length."""
    order = list(range(len(lengths)))
    draw.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), _BATCH * _POOL):
        pool = sorted(order[start : start + _BATCH * _POOL], key=lengths.__getitem__)
        some = [pool[place : place + _BATCH] for place in range(0, len(pool), _BATCH)]
        draw.shuffle(some)
        batches += some
    return batches


class Teacher:
    """An encoder with one linear head over the mean and the maximum of its token vectors."""

    def __init__(self, base: Path, n_groups: int) -> None:
        torch.manual_seed(_SEED)
        self._tokenizer = AutoTokenizer.from_pretrained(base)
        self._encoder = AutoModel.from_pretrained(base)
        self._encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        self._head = torch.nn.Linear(2 * self._encoder.config.hidden_size, len(TAUGHT))
        self._drop = torch.nn.Dropout(0.1)
        self._offsets = torch.nn.Embedding(n_groups, len(TAUGHT))
        torch.nn.init.zeros_(self._offsets.weight)

    def _logits(self, texts: Sequence[str]) -> Any:
        encoded = self._tokenizer(
            list(texts), truncation=True, max_length=_MAX_TOKENS, padding=True, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16):
            states = self._encoder(**encoded).last_hidden_state
            mask = encoded["attention_mask"][..., None]
            mean = (states * mask).sum(1) / mask.sum(1)
            largest = states.masked_fill(mask == 0, -1e4).amax(1)
            return self._head(self._drop(torch.cat([mean, largest], 1))).float()

    def fit(self, texts: list[str], labels: NDArray[np.float32], groups: NDArray[np.int64]) -> Iterator[str]:
        """One pass over the texts; labels: (n, len(TAUGHT)), nan where unknown; groups: (n,) which set each is of.

        Yields how far it is.
        """
        draw = Random(_SEED)
        heads = [*self._head.parameters(), *self._offsets.parameters()]
        body = [each for each in self._encoder.parameters() if each.requires_grad]
        optimiser = torch.optim.AdamW(
            [{"params": body, "lr": _RATE}, {"params": heads, "lr": _HEAD_RATE}], weight_decay=0.01
        )
        batches = _batches([len(text) for text in texts], draw)
        total = len(batches)
        rates = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min((step + 1) / _WARM_UP, max(0.02, (total - step) / (total - _WARM_UP)))
        )
        wanted, sets = torch.from_numpy(labels), torch.from_numpy(groups)
        self._encoder.train()
        for step, places in enumerate(batches):
            logits = self._logits([texts[place] for place in places]) + self._offsets(sets[places])
            known = ~torch.isnan(wanted[places])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[known], wanted[places][known])
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimiser.step()
            optimiser.zero_grad()
            rates.step()
            yield f"reading {step + 1} of {total}"

    def label(self, texts: list[str]) -> Iterator[NDArray[np.float32]]:
        """(some, len(TAUGHT)) logits, of the next texts at a time; the shorter the texts' neighbours, the faster."""
        self._encoder.eval()
        self._drop.eval()
        with torch.inference_mode():
            for start in range(0, len(texts), 2 * _BATCH):
                yield self._logits([text or "." for text in texts[start : start + 2 * _BATCH]]).numpy()


def _drawn_windows(examples: Sequence[Example], lexicon: Lexicon) -> list[tuple[int, int, str]]:
    """Some windows of texts that have several: the text's place, the window's, its words."""
    draw = Random(_SEED)
    drawn = []
    for place, example in enumerate(examples):
        if example.corpus in _WINDOWS_OF:
            windows = windows_of(example.text, lexicon)
            if len(windows) > 1:
                some = sorted(draw.sample(range(len(windows)), min(len(windows), _WINDOWS_A_TEXT)))
                drawn += [(place, window, windows[window]) for window in some]
    draw.shuffle(drawn)
    return sorted(drawn[:_MAX_WINDOWS], key=lambda each: len(each[2]))


def _read(teacher: Teacher, examples: Sequence[Example], groups: list[str]) -> Iterator[str]:
    draw = Random(_SEED)
    read = [example for example in examples if draw.random() < _PARTS_READ.get(example.corpus, 0)]
    texts = [_plain(example.text, example.corpus, draw) for example in read]
    labels = np.array([[example.labels.get(name, np.nan) for name in TAUGHT] for example in read], np.float32)
    sets = np.array([groups.index(GROUPS.get(example.corpus, example.corpus)) for example in read])
    yield from teacher.fit(texts, labels, sets)


def teach(examples: Sequence[Example], lexicon: Lexicon, base: Path) -> Iterator[str | Taught]:
    """Fits a teacher and lets it label windows; yields how far it is, and at last the labels. An hour on one core."""
    groups = sorted({GROUPS.get(corpus, corpus) for corpus in _PARTS_READ})
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
