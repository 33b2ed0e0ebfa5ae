"""What stands around the words of a reader comes from the catalogue."""

import re

from service.html.shown.comment import shown_blindly, shown_comment
from service.texts.texts import Texts
from tests.console.drawn import html_of
from tests.console.waiting import UNSURE, high, ruled, waiting
from tests.texts.outside import read_of, words_outside

OF_THE_TEST = ("Shown", "Why", "Author", "Side", "between", "mail.example")
OF_UNICODE = ("ZWSP", "zero width space")


def test_what_is_drawn_around_a_text_comes_from_the_catalogue(brackets: Texts) -> None:
    body = "a\u200bb \ue000 e" + "\u0301" * 9 + " kіll " + "7" * 10_000
    comment = waiting(body, [UNSURE, ruled("7", "8"), high("insult", 0.9)], name="9\u200b")
    html = html_of([shown_comment(comment, brackets), shown_blindly(comment)], brackets)
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert words_outside(read_of(html), (*OF_THE_TEST, *OF_UNICODE, "kіll", "kill", "ab")) == []
