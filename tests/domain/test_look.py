"""How the console looks: what a browser keeps comes back as it was, and whatever else stands there does no harm."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.look import ACTS
from service.domain.look import (
    CHOICES,
    DEFAULT_KEYS,
    Act,
    Density,
    Keys,
    Look,
    Theme,
    changed_look,
    clashes,
    read_look,
    unknown_choices,
    write_look,
)

LANGUAGES = frozenset({"en", "de", "fr"})
FREE = "bdfqwyz"
"""Letters that no act has."""
CHOSEN = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(sorted(kind)) for name, kind in CHOICES.items()} | {"language": st.just("de")}
)
LETTERS = st.permutations(FREE).flatmap(
    lambda letters: st.permutations(list(Act)).map(lambda acts: dict(zip(acts, letters, strict=False)))
)
COOKIE_OCTETS = re.compile(r"[!#-+\--:<-\[\]-~]*")
"""RFC 6265, 4.1.1."""


@given(CHOSEN, LETTERS)
def test_a_look_comes_back_as_it_was_written(chosen: dict[str, str], letters: dict[Act, str]) -> None:
    look = changed_look(Look(), chosen, letters)
    written = write_look(look)
    assert read_look(written, LANGUAGES) == look
    assert COOKIE_OCTETS.fullmatch(written)
    assert len(written) <= 400


@given(st.text() | st.text(alphabet="abcdefgthemlookr=&:+"))
def test_whatever_stands_in_the_cookie_is_a_look(written: str) -> None:
    look = read_look(written, LANGUAGES)
    keys = [look.key(act) for act in Act]
    assert len(set(keys)) == len(keys)
    assert look.language in {"", *LANGUAGES}


def test_what_is_unknown_is_the_default_and_the_rest_is_kept() -> None:
    look = read_look("theme=purple&density=compact&keys=&colour=red&language=xx&letters=approve:r+dance:q", LANGUAGES)
    assert look == Look(density=Density.COMPACT)


def test_nothing_is_written_of_what_was_not_chosen() -> None:
    assert write_look(Look()) == ""
    assert write_look(Look(theme=Theme.DARK, keys=Keys.OFF)) == "theme=dark&keys=off"


@pytest.mark.parametrize(
    ("letters", "wrong"),
    [
        ({Act.APPROVE: "f"}, []),
        ({Act.APPROVE: "r", Act.REJECT: "a"}, []),
        ({Act.APPROVE: "r"}, [Act.APPROVE]),
        ({Act.APPROVE: "f", Act.SPAM: "f"}, [Act.APPROVE, Act.SPAM]),
        ({Act.NOTE: "g", Act.LIKE: "1", Act.VIEW: "", Act.PAUSE: "ä"}, [Act.NOTE, Act.LIKE, Act.VIEW, Act.PAUSE]),
    ],
)
def test_two_acts_never_have_one_key(letters: dict[Act, str], wrong: list[Act]) -> None:
    assert clashes(letters) == wrong


def test_an_act_can_get_its_own_key_back() -> None:
    look = changed_look(Look(), {}, {Act.APPROVE: "f"})
    assert look.key("approve") == "f"
    assert changed_look(look, {}, {Act.APPROVE: DEFAULT_KEYS[Act.APPROVE]}) == Look()


def test_values_that_there_are_not_are_named() -> None:
    given_values = {"theme": "purple", "density": "roomy", "language": "xx", "colour": "red"}
    assert unknown_choices(given_values, LANGUAGES) == ["theme", "language", "colour"]


def test_the_form_knows_every_act() -> None:
    assert tuple(Act) == ACTS
