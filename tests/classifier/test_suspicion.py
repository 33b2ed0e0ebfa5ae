"""The quick search for odd words finds what a plain search of all patterns finds."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier.text.suspicion import classes_of, is_spaced, is_suspect, odd_tokens

BODIES = st.text(alphabet="aZ '.-17@$*!|&#", max_size=24)
SUSPECT = re.compile(r"L\.L|DL|LDD|AL|LAA|AAA|LSL|LSSL|SSS|&L|&S")
ODD = re.compile(r"L[.SAD]+L|AL|LAA|DL|LDD|[AS]{3}")


@settings(max_examples=500)
@given(body=BODIES)
def test_what_is_suspect(body: str) -> None:
    classes = classes_of(body)
    assert is_suspect(classes) == (SUSPECT.search(classes.decode()) is not None)
    assert is_spaced(classes) == (" L L L" in classes.decode() or "L.L.L" in classes.decode())


@settings(max_examples=500)
@given(body=BODIES)
@example("a..a")
@example("a1.a a$.a")
@example("a*-.a")
@example("a+|$")
@example("well-known a*.a")
def test_which_tokens_are_odd(body: str) -> None:
    classes = classes_of(body)
    tokens = re.finditer(r"[^ ]+", classes.decode())
    assert list(odd_tokens(classes)) == [token.span() for token in tokens if ODD.search(token.group())]
