"""Contributions add up to the logit and point at the original text."""

from math import log

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier import ATTRIBUTES, Classifier, Text

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


def check(classifier: Classifier, text: Text) -> None:
    explanation = classifier.explain(text)
    assert tuple(part.attribute for part in explanation.attributes) == ATTRIBUTES
    for part in explanation.attributes:
        total = part.bias + sum(span.contribution for span in part.spans) + sum(part.features.values())
        assert total == pytest.approx(part.logit, abs=1e-6)
        score = explanation.assessment.scores[part.attribute]
        if 1e-9 < score < 1 - 1e-9:
            assert log(score / (1 - score)) == pytest.approx(part.logit, abs=1e-4)


@pytest.mark.parametrize(
    "body",
    [
        "you are an idiot, an idiot, I say",
        "Visit https://pills.example.xyz today and save 50% $$$",
        "sh1t h4ppens, f u c k it all 🖕",
        "a",
        "",
        "!!!",
    ],
)
def test_contributions_sum_to_the_logit(classifier: Classifier, body: str) -> None:
    check(classifier, Text(body, "cheap pills online", "https://pills.example.xyz/a"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANY_TEXT)
def test_contributions_of_any_text(classifier: Classifier, body: str) -> None:
    check(classifier, Text(body))


def test_spans_name_the_words(classifier: Classifier) -> None:
    body = "What a st*pid, pathetic article."
    explanation = classifier.explain(Text(body))
    toxicity = explanation.attributes[ATTRIBUTES.index("toxicity")]
    assert [body[span.start : span.end] for span in toxicity.spans] == ["What", "a", "st*pid", "pathetic", "article"]
    strongest = max(toxicity.spans, key=lambda span: span.contribution)
    assert body[strongest.start : strongest.end] in ("st*pid", "pathetic")
