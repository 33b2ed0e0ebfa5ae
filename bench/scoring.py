"""What scoring costs: CPU microseconds a text, load time, and memory beside that of numpy alone.

Run: python bench/scoring.py
"""

import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classifier import Classifier, Text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CHARS = 400
BATCHES = (16, 64)
"""16 is the most that the service scores at once."""
N_TEXTS = 128
ROUNDS = 15

SENTENCES = (
    "I read the article twice and still wonder who is going to pay for the new bridge. ",
    "My grandfather worked at the harbour for thirty years, and he never saw it this empty. ",
    "The council should publish the figures before the vote; anything else is a joke. ",
    "Thanks to the reporter for asking the question that nobody wanted to answer. ",
    "Of course prices went up. What did you expect after three years of this? ",
    "Our well-known baker closed last week, the butcher goes next, and then it's only chains. ",
    "I don't agree with the previous comment, but it made me think about the schools. ",
    "Maybe we could start with the buses, because they don't run after eight anyway. ",
)
INSULTS = (
    "you are such a stupid idiot, nobody wants to read this crap. ",
    "What a pathetic moron, go to hell and take your clown friends with you. ",
)


def _bodies(sentences: tuple[str, ...], count: int) -> list[str]:
    """Texts of CHARS characters, each of other sentences."""
    bodies = []
    for place in range(count):
        turned = [sentences[(place + step * (1 + place % 3)) % len(sentences)] for step in range(12)]
        bodies.append(f"{place} {''.join(turned)}"[:CHARS])
    return bodies


def _least(run: Callable[[], object], texts: int) -> float:
    """CPU microseconds a text: the least of ROUNDS rounds, for other work on the machine only adds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        best = min(best, time.process_time() - began)
    return best / texts * 1e6


def _one_by_one(classifier: "Classifier", texts: list["Text"]) -> None:
    for text in texts:
        classifier.assess([text])


def _by_batch(classifier: "Classifier", texts: list["Text"], batch: int) -> None:
    for start in range(0, len(texts), batch):
        classifier.assess(texts[start : start + batch])


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    import numpy as np

    np.zeros(1).sum()
    numpy_mb = _resident_mb()
    began = time.perf_counter()
    from classifier import Classifier, Text

    imported = time.perf_counter()
    classifier = Classifier.load()
    loaded = time.perf_counter()
    print(f"import {(imported - began) * 1e3:.0f} ms, load {(loaded - imported) * 1e3:.0f} ms")
    classifier.assess([Text(body) for body in _bodies(SENTENCES, N_TEXTS)])
    beside, most = _resident_mb() - numpy_mb, _peak_mb() - numpy_mb
    print(
        f"numpy alone {numpy_mb:.0f} MB resident, the classifier {beside:.0f} MB beside it, {most:.0f} MB while loading"
    )
    for name, sentences in (("harmless", SENTENCES), ("insulting", SENTENCES[:4] + INSULTS)):
        texts = [Text(body) for body in _bodies(sentences, N_TEXTS)]
        single = _least(partial(_one_by_one, classifier, texts), len(texts))
        batches = [(batch, _least(partial(_by_batch, classifier, texts, batch), len(texts))) for batch in BATCHES]
        shown = "".join(f", batch of {batch} {cost:.0f} us each" for batch, cost in batches)
        print(f"{name:10} {CHARS} characters: single {single:.0f} us{shown}")


if __name__ == "__main__":
    main()
