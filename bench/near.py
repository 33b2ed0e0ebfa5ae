"""What signatures of texts are worth: their cost, how much of a campaign is found from one, how many news by mistake.

Run: python bench/near.py [FOLDER of labelled sets, by default ../shared/data/dev; without one, news are left out]

A campaign is one template of which some places are filled anew for each comment: "light" three of twelve, "middle"
half, "heavy" all; and each comment has noise of its own (a number, a greeting, marks, a wrong letter).
"""

import gzip
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

    from classifier import Classifier

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CAMPAIGN = 200
STORED = 100_000
ROUNDS = 15
NEWS = ("globe_news_published", "fox_news_comments")
FEWEST_CHARS = 60

Template = tuple[tuple[str, ...], ...]
TEMPLATES: tuple[Template, ...] = (
    (
        ("Last spring", "Two months ago", "This January", "Not long ago"),
        ("I had no money left", "I was deep in debt", "my account was empty", "I could not pay the rent"),
        ("and then a friend", "until my sister", "but my neighbour", "when a colleague"),
        ("showed me", "told me about", "brought me to", "wrote to me of"),
        ("a broker who trades", "a man who invests in", "an expert for", "a trader of"),
        ("crypto coins for others", "gold and currencies", "shares by computer", "options every morning"),
        (". I put in", ". I started with", ". My first deposit was", ". I risked"),
        ("three hundred dollars", "250 euros", "a small sum", "my last savings"),
        ("and after one week it was", "and within ten days I held", "which grew in a month to", "and soon it became"),
        ("four thousand", "more than 5,000", "twelve times as much", "a fortune"),
        (". Whoever wants the same", ". If you are interested", ". To get started", ". For those who doubt"),
        ("write to him on WhatsApp", "send him a mail", "look at his page", "ask for him on Telegram"),
    ),
    (
        ("Do not believe", "Nobody should trust", "Stop listening to", "Wake up from"),
        ("what this paper prints", "the stories of the press", "such articles", "these paid reporters"),
        ("about the new wind park", "on the turbines", "about the masts on the hill", "on green power"),
        (". It was decided", ". All was agreed", ". The plan was sealed", ". They settled it"),
        ("behind closed doors", "in a back room", "long before the vote", "at a private dinner"),
        ("by the mayor and his cousin", "by people nobody elected", "by three companies", "by the same old party"),
        ("and we who live here", "while the village", "and every household", "so that all of us"),
        ("will pay for it", "is left with the bill", "loses its value", "must carry the cost"),
        (". Come to the square", ". Join the protest", ". Sign the petition", ". Raise your voice"),
        ("on Saturday at noon", "next Sunday", "this Friday evening", "before the end of the month"),
        ("and bring", "together with", "and tell", "and take along"),
        ("your neighbours and a whistle", "everybody you know", "a banner", "your whole family"),
    ),
)
SPINS = {"light": 3, "middle": len(TEMPLATES[0]) // 2, "heavy": len(TEMPLATES[0])}


def _campaign(template: Template, varied: int, chance: random.Random) -> list[str]:
    places = frozenset(chance.sample(range(len(template)), varied))
    return [_spun(template, places, chance) for _ in range(CAMPAIGN)]


def _spun(template: Template, places: frozenset[int], chance: random.Random) -> str:
    text = " ".join(chance.choice(each) if at in places else each[0] for at, each in enumerate(template))
    text = text.replace(" .", ".")
    at = chance.randrange(len(text))
    greeting = chance.choice(("", "Hello! ", "To all: ", "Hi everyone, "))
    mistaken = f"{text[:at]}{chance.choice('aeinrst')}{text[at + 1 :]}"
    return f"{greeting}{mistaken} {chance.choice('.!?')} {chance.randrange(10_000)}"


def _news(folder: Path) -> Iterator[str]:
    for name in NEWS:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                if len(text) >= FEWEST_CHARS:
                    yield text[:10_000]


def _signed(classifier: "Classifier", texts: list[str]) -> "NDArray[uint8]":
    import numpy as np

    from classifier import Text

    found: list[bytes] = []
    for start in range(0, len(texts), 16):
        assessed = classifier.assess_and_fold([Text(each) for each in texts[start : start + 16]])
        found += [readings[0].signature for _, readings in assessed]
    return np.frombuffer(b"".join(found), dtype=np.uint8).reshape(len(found), -1)


def _tell_speed(classifier: "Classifier", texts: list[str]) -> None:
    from classifier import Text

    for size in (16, 1):
        part = texts[:512]
        readings = [
            each[0]
            for start in range(0, len(part), size)
            for _, each in classifier.assess_and_fold([Text(text) for text in part[start : start + size]])
        ]
        best = float("inf")
        for _ in range(ROUNDS):
            began = time.process_time()
            for reading in readings:
                _ = reading.signature
            best = min(best, time.process_time() - began)
        print(f"a signature, texts scored {size} at once: {best / len(readings) * 1e6:.1f} us of CPU")


def _tell_comparison() -> None:
    import numpy as np

    from classifier.signature import agreements

    stored = np.random.default_rng(1).integers(0, 256, (STORED, 32), dtype=np.uint8)
    one, best = stored[5].tobytes(), float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for start in range(0, STORED, 16_384):
            agreements(stored[start : start + 16_384], one)
        best = min(best, time.perf_counter() - began)
    print(f"one compared with {STORED:,}: {best * 1e3:.1f} ms")


def _tell_campaigns(classifier: "Classifier", news: "NDArray[uint8]") -> None:
    import numpy as np

    from classifier.signature import ALIKE_PLACES, agreements
    from service.near.likeness import grown_from

    for number, template in enumerate(TEMPLATES, start=1):
        for name, varied in SPINS.items():
            spun = _signed(classifier, _campaign(template, varied, random.Random(f"{number} {name}")))
            alone = [float((agreements(spun, one.tobytes()) >= ALIKE_PLACES).mean()) for one in spun]
            everything = np.concatenate((spun, news))
            for found in grown_from(everything, spun[0].tobytes()):
                grown = found
            own = int(grown[:CAMPAIGN].sum())
            print(
                f"campaign {number}, {name}: like one given {np.mean(alone):.3f} (least {min(alone):.3f});"
                f" grown {own / CAMPAIGN:.3f}, news that came along {int(grown.sum()) - own} of {len(news)}"
            )


def _tell_mistakes(news: "NDArray[uint8]") -> None:
    from classifier.signature import ALIKE_PLACES, agreements

    alike = sum(int((agreements(news[at + 1 :], one.tobytes()) >= ALIKE_PLACES).sum()) for at, one in enumerate(news))
    pairs = len(news) * (len(news) - 1) // 2
    print(f"pairs of news taken for alike: {alike} of {pairs:,}, {alike / max(pairs, 1):.1e}")


def main() -> None:
    import numpy as np

    from classifier import Classifier

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data" / "dev"
    classifier = Classifier.load()
    spun = _campaign(TEMPLATES[0], 6, random.Random(2))
    _tell_speed(classifier, spun)
    _tell_comparison()
    news = np.empty((0, 32), dtype=np.uint8)
    if folder.is_dir():
        news = _signed(classifier, list(_news(folder)))
        _tell_mistakes(news)
    _tell_campaigns(classifier, news)


if __name__ == "__main__":
    main()
