"""Texts in, assessments out: shapes, ranges, batches, caps, and any string at all."""

import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import hstack
from sklearn.linear_model import LogisticRegression

from classifier import ATTRIBUTES, Assessment, Classifier, Text
from classifier.features.hashing import N_BLOCKS, N_ROWS, NO_ROW, Occurrences
from classifier.model_file import Weights, read_weights
from classifier.scorer import MAX_CHARS, reject_of
from classifier.training.matrix import matrix_of

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=400)
SAMPLES = (
    "Thank you for this thoughtful piece about the harbour; my grandfather worked there for thirty years.",
    "you are a fucking idiot and everybody knows it",
    "y o u   a r e   an 1d10t, you b!tch",
    "Earn $5000 a week from home!!! Visit http://easy-money.example.xyz/join and https://bit.ly/x now",
    "The council meets on Tuesday. I don't agree with the plan, but the figures look right to me.",
    "",
    "   \n\t ",
    "🤡🤡🤡",
    "Это хорошая статья, спасибо автору за работу",
    "l'article est très intéressant et je suis d'accord avec vous sur ce point",
    "http://a.example http://b.example",
    "\ud800\x00\u202e\u200b",
)


def check(assessment: Assessment, body: str) -> None:
    assert tuple(assessment.scores) == ATTRIBUTES
    assert all(type(score) is float and 0 <= score <= 1 for score in assessment.scores.values())
    assert 0 <= assessment.reject <= 1
    assert len(assessment.spans) <= 8
    for span in assessment.spans:
        assert 0 <= span.start < span.end <= len(body)
        encoded = body.encode("utf-16-le", "surrogatepass")
        part = encoded[2 * span.start_utf16 : 2 * span.end_utf16]
        assert part.decode("utf-16-le", "surrogatepass") == body[span.start : span.end] or not body.isprintable()
        assert span.attribute in ATTRIBUTES
        assert span.contribution > 0


@pytest.mark.parametrize("body", SAMPLES)
def test_samples(classifier: Classifier, body: str) -> None:
    check(classifier.assess([Text(body)])[0], body)


def test_batch_gives_what_single_texts_give(classifier: Classifier) -> None:
    texts = [Text(body) for body in SAMPLES * 3] + [Text("fine", "cheap pills online", "https://x.example.ru/a-b-c")]
    batch = classifier.assess(texts)
    for text, assessment in zip(texts, batch, strict=True):
        alone = classifier.assess([text])[0]
        assert assessment.spans == alone.spans
        assert (assessment.language, assessment.assessed) == (alone.language, alone.assessed)
        for attribute in ATTRIBUTES:
            assert assessment.scores[attribute] == pytest.approx(alone.scores[attribute], abs=1e-9)


def slow_sums(
    weights: Weights, occurrences: Occurrences, edges: NDArray[np.int64], first: int, past: int
) -> NDArray[np.float64]:
    """(n_attributes,) the weights of the features of some pieces of ONE text, added one by one."""
    total = np.zeros(len(ATTRIBUTES))
    for block in range(N_BLOCKS):
        found = occurrences.rows[:, edges[block, first] : edges[block, past]]
        found = found[found != NO_ROW]
        sums = weights.hashed[found].astype(np.int64).sum(axis=0)
        total += sums * weights.scales[block] / max(len(found), 1) ** 0.5
    return total


def test_logits_are_sums_of_weights(classifier: Classifier) -> None:
    """The packed sums give what adding the weights one by one gives, whatever stands beside a text."""
    weights = read_weights()
    bodies = [*SAMPLES, " ".join(SAMPLES), "x" * 40, "fuck " * 60]
    features = classifier.features([Text(body) for body in bodies])
    logits = classifier.logits(features)
    for text in range(len(bodies)):
        edges = features.pieces.of_text(text)
        n_pieces = edges.shape[1] - 1
        windows = [
            slow_sums(weights, features.occurrences, edges, first, min(first + 2, n_pieces))
            for first in range(max(n_pieces - 1, 1))
        ]
        expected = weights.bias + features.structure[text] @ weights.structure
        expected = expected + weights.shares[0] * slow_sums(weights, features.occurrences, edges, 0, n_pieces)
        expected = expected + weights.shares[1] * np.max(windows, axis=0)
        assert logits[text] == pytest.approx(expected, abs=1e-9)


def test_no_texts(classifier: Classifier) -> None:
    assert classifier.assess([]) == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(ANY_TEXT, max_size=5), name=ANY_TEXT, website=ANY_TEXT)
def test_any_strings(classifier: Classifier, bodies: list[str], name: str, website: str) -> None:
    for body, assessment in zip(bodies, classifier.assess([Text(body, name, website) for body in bodies]), strict=True):
        check(assessment, body)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(alphabet="fuck1d0t@$*. -_iéа🖕🌑&#;9\u200b\u0336K\n'", max_size=80))
def test_disguised_strings(classifier: Classifier, body: str) -> None:
    check(classifier.assess([Text(body)])[0], body)


def test_over_the_cap_is_refused(classifier: Classifier) -> None:
    classifier.assess([Text("a" * MAX_CHARS)])
    with pytest.raises(ValueError, match="over the"):
        classifier.assess([Text("a" * (MAX_CHARS + 1))])
    with pytest.raises(ValueError, match="over the"):
        classifier.assess([Text("x" * 5_000_000)])


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "\U0001f921",
        "🖕",
        "http://a.example/ ",
        "a.",
        "f u c k ",
        "&#99;",
        "1d10t ",
        "[a](",
        "é",
        "\u0336",
        "@$",
        "\ud800",
    ],
)
def test_long_texts_are_quick(classifier: Classifier, unit: str) -> None:
    body = (unit * 10_000)[:10_000]
    best = 1.0
    for _ in range(3):
        began = time.process_time()
        check(classifier.assess([Text(body)])[0], body)
        best = min(best, time.process_time() - began)
    assert best < 0.1  # the aim is 5 ms; what is tested here is that nothing grows with the square of the length


def test_harmless_text_has_no_spans(classifier: Classifier) -> None:
    assessment = classifier.assess([Text(SAMPLES[0])])[0]
    assert assessment.spans == ()
    assert assessment.reject < 0.2
    assert (assessment.language, assessment.assessed) == ("en", True)


def test_insult_is_found_and_shown(classifier: Classifier) -> None:
    body = "I read it twice. 🙂 You are a f*cking idi0t, you stupid clown."
    assessment = classifier.assess([Text(body)])[0]
    assert assessment.scores["toxicity"] > 0.8
    assert assessment.scores["insult"] > 0.5
    shown = [body[span.start : span.end] for span in assessment.spans]
    assert any("idi0t" in part for part in shown)
    assert all(span.start_utf16 == span.start + 1 for span in assessment.spans if span.start > 19)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Это хорошая статья, спасибо автору", "ru"),
        ("この記事はとても面白いです", "ja"),
        ("l'article est très intéressant et je suis d'accord avec vous sur ce point", "fr"),
        ("el artículo es muy interesante y estoy de acuerdo con usted en este punto", "es"),
        ("Der Artikel ist sehr interessant und ich bin mit Ihnen nicht einer Meinung", "de"),
    ],
)
def test_other_languages_are_not_assessed(classifier: Classifier, body: str, language: str) -> None:
    assessment = classifier.assess([Text(body)])[0]
    assert (assessment.language, assessment.assessed) == (language, False)


def test_spam_shows_in_links_and_author(classifier: Classifier) -> None:
    plain = classifier.assess([Text("Great post, I learned a lot.", "Anna")])[0].scores["spam"]
    selling = classifier.assess(
        [Text("Great post, I learned a lot.", "cheap replica watches", "https://best-replica-watches.xyz/buy-cheap")]
    )[0].scores["spam"]
    assert plain < 0.2
    assert selling > plain


def test_reject_combines_spam_and_the_worst() -> None:
    scores = [0.0] * len(ATTRIBUTES)
    assert reject_of(scores) == 0
    scores[ATTRIBUTES.index("spam")] = 0.5
    scores[ATTRIBUTES.index("threat")] = 0.5
    assert reject_of(scores) == pytest.approx(0.75)


def dense_weights(weights: Weights) -> NDArray[np.float64]:
    """(N_FEATURES, n_attributes): the weights as numbers."""
    steps = np.repeat(weights.scales, N_ROWS // 2, axis=0)
    return np.concatenate([weights.hashed * steps, weights.structure])


def test_scores_agree_with_scikit_learn(classifier: Classifier) -> None:
    """The shipped weights, given to scikit-learn's own model and training's matrix, decide as the fast path does."""
    texts = [Text(body) for body in (*SAMPLES, " ".join(SAMPLES))]
    weights = read_weights()
    dense = dense_weights(weights)
    matrix = matrix_of(texts, weights.lexicon())
    both = hstack([matrix.texts(np.arange(len(texts))), matrix.structure]).tocsr()
    logits = classifier.logits(classifier.features(texts))
    for column in range(len(ATTRIBUTES)):
        model = LogisticRegression()
        model.classes_ = np.array([0, 1])
        model.coef_ = dense[None, :, column]
        model.intercept_ = weights.bias[column : column + 1]
        whole, worst = matrix.pooled(dense[:N_ROWS, column])
        assert model.decision_function(both) == pytest.approx(
            whole + matrix.structure @ weights.structure[:, column] + weights.bias[column], abs=1e-5
        )
        in_all, in_window = weights.shares[:, column]
        named = classifier.features(texts).structure @ weights.structure[:, column] + weights.bias[column]
        assert logits[:, column] == pytest.approx(in_all * whole + in_window * worst + named, abs=1e-6)


def test_one_insult_in_a_long_comment_is_seen(classifier: Classifier) -> None:
    """A long harmless comment does not hide what is said in one place of it."""
    long = " The council met on Tuesday and talked about the new bridge for hours." * 12
    scores = [
        classifier.assess([Text(body)])[0].scores["toxicity"]
        for body in (long, f"{long} You are a pathetic, stupid idiot. {long}", "You are a pathetic, stupid idiot.")
    ]
    assert scores[0] < 0.1
    assert scores[1] > 5 * scores[0]
    assert scores[2] > 0.8
