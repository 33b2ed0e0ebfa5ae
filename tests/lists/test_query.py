"""What a query finds: whole words through case and accents, and beginnings of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidFieldsError
from service.lists.query import MAX_QUERY_WORDS, folded, query_of


@pytest.mark.parametrize(
    ("query", "body", "is_found"),
    [
        ("river", "The river rises.", True),
        ("RIVER", "the river", True),
        ("river", "Rivers rise.", False),
        ("press", "I read it on WordPress.", False),
        ("press", "The press, again.", True),
        ("riv*", "Rivers rise.", True),
        ("iver*", "Rivers rise.", False),
        ("river rises", "It rises, the river.", True),
        ("river falls", "It rises, the river.", False),
        ("cafe", "Das Café am Fluss", True),
        ("CAFÉ", "das cafe", True),
        ("strasse", "Die Straße hinauf", True),
        ("straße", "die strasse", True),
        ("don't", "Don't go.", True),
        ("don", "Don't go.", True),
        ("ελλαδα", "Η Ελλάδα μας", True),
        ("снег", "Снег и лёд", True),
        ("лед", "Снег и лёд", True),
        ("हिन्दी", "यह हिन्दी है।", True),
        ("हिन", "यह हिन्दी है।", False),
        ("شمس", "شَمْسٌ", True),
        ("😀", "so so😀", True),
        ("50%", "It is 50% off", True),
        ("50", "It is 500 off", False),
        ("a.b", "axb a.b", True),
        ("ﬁle", "the file", True),
    ],
)
def test_what_is_found(query: str, body: str, *, is_found: bool) -> None:
    assert query_of(query).matches("Ann", body) is is_found


@pytest.mark.parametrize("query", ["*", "  ", "* **"])
def test_a_query_has_a_word(query: str) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        query_of(query)
    assert refused.value.errors == {"q": ["Has no word to search for."]}


def test_name_and_body_say_it_together_but_no_word_lies_in_both() -> None:
    assert query_of("ann river").matches("Ann", "The river.")
    assert not query_of("annriver").matches("Ann", "River.")


def test_a_query_has_a_few_words() -> None:
    words = " ".join(f"w{number}" for number in range(MAX_QUERY_WORDS))
    assert len(query_of(f"{words} {words}").words) == MAX_QUERY_WORDS
    with pytest.raises(InvalidFieldsError) as refused:
        query_of(f"{words} more")
    assert refused.value.errors == {"q": [f"Has more than {MAX_QUERY_WORDS} words."]}


WORDS = st.lists(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=6), min_size=1, max_size=8)


@given(WORDS, st.data())
def test_words_of_a_text_are_found_in_it_whatever_stands_between(words: list[str], data: st.DataObject) -> None:
    body = "".join(word + data.draw(st.sampled_from([" ", ", ", ". ", "\n", " – ", "!"])) for word in words)
    assert query_of(" ".join(words)).matches("", body)
    assert (
        query_of(" ".join(words).upper()).matches("", body.lower())
        or "İ" in body
        or folded(body) != folded(body.upper())
    )
    begun = data.draw(st.sampled_from(words))
    assert query_of(folded(begun)[:1] + "*").matches("", body)


@given(st.text(max_size=50))
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
