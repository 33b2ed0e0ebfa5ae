"""Fitting, calibrating and rounding, on small data made here."""

import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from classifier import ATTRIBUTES, Classifier, Text
from classifier.command import main
from classifier.evaluation.evaluate import SampledSets
from classifier.features.hashing import N_ROWS
from classifier.features.lexicon import EMPTY, Mark
from classifier.features.structure import STRUCTURE, STYLE
from classifier.features.window import pieces_of, windows_within
from classifier.model_file import Weights, read_weights, write_weights
from classifier.text.view import view_of
from classifier.training.calibration import BASE_RATES, calibrate, expected_calibration_error
from classifier.training.cross_fit import blended
from classifier.training.examples.author import with_authors
from classifier.training.examples.corpus import Example
from classifier.training.examples.listed import listed_examples
from classifier.training.examples.pitch import pitch_examples
from classifier.training.examples.template import template_examples
from classifier.training.examples.threat import threat_examples
from classifier.training.fit import Fitted, fit_attribute
from classifier.training.matrix import matrix_of
from classifier.training.quantise import quantise
from classifier.training.taught.label import (
    TAUGHT,
    USED,
    Taught,
    digest_of,
    read_taught,
    rounded,
    taught_examples,
    windows_of,
    write_taught,
)
from classifier.training.weak import add_weak_labels

KIND = (
    "a lovely day in the park",
    "thank you for the fine article",
    "we met kind people there",
    "good bread, good soup",
)
RUDE = ("you stupid liar", "what a stupid and rotten thing", "only a liar says so", "rotten to the core, stupid")


def test_a_fit_tells_its_texts_apart_and_scoring_repeats_it(classifier: Classifier, tmp_path: Path) -> None:
    """From texts to a model folder and back: the scores of the loaded model are those of the rounded fit."""
    texts = [Text(body) for body in KIND * 5 + RUDE * 5]
    labels = np.repeat([0.0, 1.0], len(texts) // 2)
    matrix = matrix_of(texts, read_weights().lexicon())
    rows = matrix.texts(np.arange(len(texts)))
    fitted = fit_attribute("toxicity", rows, matrix.structure, labels, np.full(len(texts), "one"))
    logits = rows @ fitted.hashed + matrix.structure @ fitted.structure + fitted.bias
    assert (logits[labels == 1].min()) > (logits[labels == 0].max())

    shipped = read_weights()
    steps = np.zeros((N_ROWS, len(ATTRIBUTES)), dtype=np.int8)
    scales = np.zeros((2, len(ATTRIBUTES)))
    half = N_ROWS // 2
    steps[:half, 0], scales[0, 0] = quantise(fitted.hashed[:half])
    steps[half:, 0], scales[1, 0] = quantise(fitted.hashed[half:])
    named = np.zeros((len(STRUCTURE), len(ATTRIBUTES)))
    named[:, 0] = fitted.structure
    bias = np.zeros(len(ATTRIBUTES))
    bias[0] = fitted.bias
    made = Weights("test", steps, scales, shipped.shares, named, bias, shipped.lexicon_keys, shipped.lexicon_marks)
    write_weights(tmp_path, made, {})
    loaded = Classifier.load(tmp_path)
    rounded = loaded.logits(loaded.features(texts))[:, 0]
    dequantised = np.concatenate([steps[:half, 0] * scales[0, 0], steps[half:, 0] * scales[1, 0]])
    exact = rows.astype(np.float64) @ dequantised + matrix.structure @ fitted.structure + fitted.bias
    assert rounded == pytest.approx(exact, abs=1e-4)


def test_a_label_between_counts_in_parts_for_either() -> None:
    """Two rows half of one class are one row of each."""
    matrix = matrix_of([Text(body) for body in KIND + RUDE + KIND[:1] * 2], EMPTY)
    rows, corpora = matrix.texts(np.arange(10)), np.full(10, "one")
    labels = [0.0] * len(KIND) + [1.0] * len(RUDE)
    soft, hard = (
        fit_attribute("toxicity", rows, matrix.structure, np.array(labels + last), corpora)
        for last in ([0.5, 0.5], [0.0, 1.0])
    )
    assert soft.hashed == pytest.approx(hard.hashed, abs=1e-3)


def test_the_teachers_labels_are_of_windows_and_of_these_examples(tmp_path: Path) -> None:
    examples = [Example("a fine day " * 20, {}, "jigsaw_wiki"), Example("short", {}, "jigsaw_wiki")]
    windows = windows_of(examples[0].text, EMPTY)
    first, past = windows_within(pieces_of(view_of([examples[0].text], EMPTY)).bounds)
    assert len(windows) == past - first
    assert windows[0] == "a fine day a fine day a fine day a fine day a fine day a fine day"
    taught = Taught(
        digest_of(examples),
        np.array([0, 1], np.uint32),
        np.array([2, 0], np.uint16),
        rounded(np.array([[0.0] * len(TAUGHT), [99.0] * len(TAUGHT)], np.float32)),
    )
    write_taught(tmp_path, taught)
    taught = read_taught(tmp_path)
    unsure, sure = taught_examples(examples, EMPTY, taught)
    assert unsure.text == windows[2]
    assert unsure.labels == dict.fromkeys(USED, 0.5)
    assert sure.text == "short"
    assert min(sure.labels.values()) > 0.99
    assert len(list(taught_examples([*examples, next(threat_examples())], EMPTY, taught))) == len(taught.texts)
    with pytest.raises(ValueError, match="other training data"):
        next(taught_examples(examples[1:], EMPTY, taught))


def test_an_attribute_adds_a_part_of_what_others_learnt() -> None:
    own = {
        name: Fitted(np.full(2, weight), np.full(1, -weight), weight)
        for name, weight in (("toxicity", 1.0), ("insult", 10.0), ("threat", 100.0))
    }
    toxicity, insult = blended("toxicity", own), blended("insult", own)
    assert insult.bias == 10
    assert 1 < toxicity.bias < 10
    assert toxicity.hashed.tolist() == [toxicity.bias] * 2
    assert toxicity.structure.tolist() == [-toxicity.bias]
    assert 100 < blended("threat", own).bias < 101


def test_style_is_for_spam_alone() -> None:
    weights = read_weights()
    for column, attribute in enumerate(ATTRIBUTES):
        if attribute != "spam":
            styled = [name in STYLE for name in STRUCTURE]
            assert not weights.structure[styled, column].any()


def test_calibration_gives_the_base_rate() -> None:
    draw = np.random.default_rng(0)
    labels = (draw.random(20_000) < 0.3).astype(np.float64)
    logits = 3 * labels + draw.normal(size=len(labels))
    slope, intercept = calibrate(logits, labels, 0.05)
    weights = np.where(labels == 1, 0.05 / labels.mean(), 0.95 / (1 - labels.mean()))
    probabilities = 1 / (1 + np.exp(-(slope * logits + intercept)))
    assert np.average(probabilities, weights=weights) == pytest.approx(0.05, abs=0.003)
    assert slope > 0


def test_calibration_error() -> None:
    labels = np.array([0.0, 1.0, 1.0, 1.0])
    assert expected_calibration_error(np.full(4, 0.75), labels) == pytest.approx(0)
    assert expected_calibration_error(np.full(4, 0.25), labels) == pytest.approx(0.5)
    assert expected_calibration_error(np.array([1.0]), np.array([1.0])) == 0


def test_quantise_rounds_to_the_nearest_step() -> None:
    weights = np.random.default_rng(1).normal(size=50_000)
    steps, value = quantise(weights)
    kept = np.abs(weights) <= 127 * value
    assert np.abs(steps[kept] * value - weights[kept]).max() <= value / 2 + 1e-12
    assert kept.mean() >= 0.9998
    assert quantise(np.zeros(4))[0].tolist() == [0, 0, 0, 0]


def test_templates_say_as_much_good_as_bad_of_each_group() -> None:
    counts: dict[str, Counter[float]] = {
        name: Counter() for name in ("gay", "muslim", "black", "trans", "deaf", "women")
    }
    for example in template_examples():
        for name, counted in counts.items():
            if name in example.text.split():
                counted[example.labels["toxicity"]] += 1
    for counted in counts.values():
        assert 0.6 < counted[0.0] / counted[1.0] < 1.7


def test_examples_of_our_own_are_the_same_every_time() -> None:
    assert list(pitch_examples()) == list(pitch_examples())
    assert list(template_examples()) == list(template_examples())
    assert list(threat_examples()) == list(threat_examples())


def test_threats_and_harmless_sentences_share_their_words() -> None:
    """No opening and no ending tells them apart, only what is said to be done."""
    sides: dict[float, list[str]] = {0.0: [], 1.0: []}
    for example in threat_examples():
        sides[example.labels["threat"]].append(example.text)
    for words in ("I'm going to", "tonight", "your wife", "the mayor"):
        harmless, threats = (sum(words in text for text in side) for side in sides.values())
        assert 0.6 < harmless / threats < 1.7


def test_listed_words_are_profane_in_the_sentences_in_which_others_are_not() -> None:
    listed = [("darn", int(Mark.MILD)), ("frack", int(Mark.STRONG | Mark.INSULT)), ("frack", int(Mark.SEVERE))]
    examples = list(listed_examples(listed))
    profane = [example.text for example in examples if example.labels == {"profanity": 1.0}]
    harmless = {example.text for example in examples if example.labels == {"profanity": 0.0}}
    assert len(profane) == len(set(profane)) > 1
    assert "you frack" in profane
    assert {text.replace("frack", "bird") for text in profane} <= harmless
    assert not any("darn" in example.text for example in examples)


def test_authors_sell_only_where_the_text_is_spam() -> None:
    examples = [Example("text", {"spam": float(place % 2)}, "set") for place in range(200)]
    texts = with_authors(examples, ["cheap pills"], ["pills.example"])
    assert texts == with_authors(examples, ["cheap pills"], ["pills.example"])
    for example, text in zip(examples, texts, strict=True):
        if not example.labels["spam"]:
            assert "pills" not in text.name + text.website
    assert any(text.website for text in texts)


def test_weak_labels_fill_only_what_is_unknown() -> None:
    structure = np.zeros((4, len(STRUCTURE)), dtype=np.float32)
    structure[1, STRUCTURE.index("words_erotic")] = np.log1p(2)
    structure[2, STRUCTURE.index("words_erotic")] = np.log1p(1)
    structure[3, STRUCTURE.index("words_strong")] = np.log1p(1)
    labels = np.full((4, len(ATTRIBUTES)), np.nan)
    profanity, sexual = ATTRIBUTES.index("profanity"), ATTRIBUTES.index("sexually_explicit")
    labels[3, profanity] = 0
    add_weak_labels(labels, structure)
    assert labels[:, sexual].tolist()[:2] == [0, 1]
    assert np.isnan(labels[2, sexual])
    assert labels[:, profanity].tolist() == [0, 0, 0, 0]
    assert np.isnan(labels[:, ATTRIBUTES.index("threat")]).all()


def test_every_attribute_has_a_base_rate() -> None:
    assert tuple(BASE_RATES) == ATTRIBUTES


def test_a_peer_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", str(tmp_path), "--peer", "nobody"])
    assert result.exit_code != 0
    assert "no such peer: nobody" in result.output


@pytest.mark.parametrize(("chars", "drawn"), [(1000, 200), (20, 300), (200, 249)])
def test_a_slow_peer_gets_some_rows_always_the_same(tmp_path: Path, chars: int, drawn: int) -> None:
    """Of 300 rows at least 200, and as many as have under 50,000 characters together."""
    (tmp_path / "dev").mkdir()
    lines = [orjson.dumps({"text": f"{place:03}".ljust(chars)}) for place in range(300)]
    (tmp_path / "dev" / "one.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines)))
    scored = [SampledSets(tmp_path, lambda texts: np.zeros((len(texts), len(ATTRIBUTES)))) for _ in range(2)]
    rows = [sets.scored("one")[0] for sets in scored]
    assert rows[0] == rows[1]
    assert len(rows[0]) == drawn
