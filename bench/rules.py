"""What a site's rules cost a comment: 5,000 phrases, 100 patterns, and a rule of every other kind.

Run: python bench/rules.py
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classifier import Classifier, Folded, Text
from service.domain.rule import Action, Condition, DisposableEmail, Domains, LinkDomains, Links, Pattern, Rule, Words
from service.rules.compiled import Rules, Said

SYLLABLES = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "na", "pe", "ra", "si", "tu", "ve", "wo", "za")
SENTENCE = "Every spring the river takes a little more of the meadow behind the old mill, and nobody counts it. "
CHARS = 400
AT_ONCE = 16
PHRASES = 5_000
PATTERNS = 100


def phrases(seed: random.Random) -> tuple[str, ...]:
    """Half of one word, half of two; a fifth ends in a wildcard."""
    words = ["".join(seed.choices(SYLLABLES, k=3)) for _ in range(2 * PHRASES)]
    made = [words[n] if n % 2 else f"{words[n]} {words[-n]}" for n in range(PHRASES)]
    return tuple(f"{phrase}*" if n % 5 == 0 else phrase for n, phrase in enumerate(made))


def bodies(seed: random.Random, said: Sequence[str]) -> list[str]:
    """Comments that say four of the phrases each."""
    return [" ".join(seed.choices(said, k=4)) + " " + SENTENCE * (CHARS // len(SENTENCE)) for _ in range(AT_ONCE)]


def rules_of(kind: str, seed: random.Random) -> list[Rule]:
    patterns = [rf"(?i)\b{''.join(seed.choices(SYLLABLES, k=2))}\d{{2,6}}\b" for _ in range(PATTERNS)]
    conditions: dict[str, list[Condition]] = {
        "5,000 phrases": [Words(phrases(seed))],
        "100 patterns": [Pattern(pattern) for pattern in patterns],
        "links and domains": [Links(3), LinkDomains(Domains(frozenset({"spam.example"}))), DisposableEmail()],
    }
    wanted = conditions.get(kind, [each for listed in conditions.values() for each in listed])
    return [Rule(f"rule {number}", condition, Action.NOTE) for number, condition in enumerate(wanted)]


def best_us(act: Callable[[], object], each: int, repeats: int) -> float:
    """CPU microseconds of one of so many, the median of the best third."""
    found = []
    for _ in range(repeats):
        begun = time.process_time()
        act()
        found.append(1e6 * (time.process_time() - begun) / each)
    return statistics.median(sorted(found)[: max(1, repeats // 3)])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--repeats", default=200, show_default=True, type=click.IntRange(3, 10_000))
def main(repeats: int) -> None:
    """Print the microseconds of processor time for a comment of 400 characters, sixteen at once and alone."""
    seed = random.Random(1)
    classifier = Classifier.load()
    said = phrases(random.Random(1))
    texts = [Text(body) for body in bodies(seed, said)]
    together = [readings for _, readings in classifier.assess_and_fold(texts)]
    alone = [classifier.assess_and_fold([text])[0][1] for text in texts]
    for kind in ("5,000 phrases", "100 patterns", "links and domains", "all"):
        rules = Rules(rules_of(kind, random.Random(1)), classifier.fold, frozenset())

        def held_against(read: Sequence[tuple[Folded, ...]], rules: Rules = rules) -> None:
            for text, readings in zip(texts, read, strict=True):
                folded = partial(strings_of, readings)
                rules.met_by(Said("t", text.body, "", "ada@mail.example", folded, now_ms=0))

        at_once = best_us(lambda: held_against(together), AT_ONCE, repeats)
        singly = best_us(lambda: held_against(alone), AT_ONCE, repeats)
        click.echo(f"{kind:20} {at_once:6.1f} us of {AT_ONCE} scored at once, {singly:6.1f} us alone")


def strings_of(readings: Sequence[Folded]) -> list[str]:
    return [text for reading in readings for text in (reading.read, reading.plain) if text]


if __name__ == "__main__":
    main()
