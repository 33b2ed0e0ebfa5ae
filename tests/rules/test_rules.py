"""What each rule of a site sees in a submission, and what it does not take for its own."""

from collections.abc import Iterable
from datetime import time

import pytest

from classifier import Classifier, Text
from service.domain.rule import (
    Action,
    Condition,
    DisposableEmail,
    Domains,
    EmailDomains,
    Hours,
    LinkDomains,
    Links,
    Newcomer,
    Pattern,
    Rule,
    Words,
)
from service.rules.compiled import MAX_MATCHED_CHARS, MOST_MATCHED, Rules, Said

NOON_UTC = 1_790_000_000_000 // 86_400_000 * 86_400_000 + 43_200_000
DISPOSABLE = frozenset({"throwaway.example"})


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


class Site:
    """A site with rules, and what they say of a body."""

    def __init__(self, classifier: Classifier, *rules: Rule) -> None:
        self._classifier = classifier
        self._rules = Rules(rules, classifier.fold, DISPOSABLE)
        self.left = self._rules.left

    def met(self, body: str, *, website: str = "", email: str = "ada@mail.example", thread: str = "t") -> list[str]:
        fired = self._rules.met_by(Said(thread, body, website, email, lambda: self._folded(body), NOON_UTC))
        return [f"{each.rule.name}: {', '.join(each.matched)}" for each in fired]

    def _folded(self, body: str) -> Iterable[str]:
        ((_, readings),) = self._classifier.assess_and_fold([Text(body)])
        return [text for reading in readings for text in (reading.read, reading.plain) if text]


def site_of(classifier: Classifier, condition: Condition) -> Site:
    return Site(classifier, Rule("r", condition, Action.HOLD))


@pytest.mark.parametrize(
    ("body", "matched"),
    [
        ("I will kill it.", "kill"),
        ("KILL", "kill"),
        ("k.i.l.l", "kill"),
        ("k\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ll", "kill"),
        ("k\N{LATIN SMALL LETTER I WITH ACUTE}ll", "kill"),
        ("a skilled player", None),
        ("killed", None),
        ("the press room", "press"),
        ("WordPress", None),
        ("pressing", None),
        ("such idiots!", "idiot*"),
        ("the idiot", "idiot*"),
        ("out of\nPrint", "out of print"),
        ("out of town, print", None),
        ("Gr\N{LATIN SMALL LETTER U WITH DIAERESIS}\N{LATIN SMALL LETTER SHARP S}e", None),
        ("", None),
    ],
)
def test_words_are_whole_words_through_case_accents_and_disguise(
    classifier: Classifier, body: str, matched: str | None
) -> None:
    site = site_of(classifier, Words(("kill", "press", "idiot*", "out of print")))
    assert site.met(body) == ([] if matched is None else [f"r: {matched}"])


def test_phrases_that_share_a_space_are_both_found(classifier: Classifier) -> None:
    assert site_of(classifier, Words(("buy", "now"))).met("buy now") == ["r: buy, now"]


def test_a_phrase_that_folds_to_nothing_is_never_found(classifier: Classifier) -> None:
    assert site_of(classifier, Words(("...", "river"))).met("... a river ...") == ["r: river"]


def test_what_undoing_a_disguise_joins_is_found_apart_too(classifier: Classifier) -> None:
    assert site_of(classifier, Words(("are",))).met("you ARE-a fool") == ["r: are"]


def test_a_text_turned_around_is_looked_at_as_it_is_seen(classifier: Classifier) -> None:
    assert site_of(classifier, Words(("hello",))).met("oh \u202eolleh") == ["r: hello"]


def test_a_pattern_is_told_with_what_it_matched(classifier: Classifier) -> None:
    site = site_of(classifier, Pattern(r"(?i)\bcall \d{3,}"))
    assert site.met("Please CALL 5551234 now") == ["r: CALL 5551234"]
    assert site.met("Please call me") == []


def test_links_are_counted_with_and_without_a_scheme(classifier: Classifier) -> None:
    site = site_of(classifier, Links(2))
    assert site.met("https://a.com http://b.co.uk/x and www.c.org") == ["r: 3"]
    assert site.met("see https://a.com", website="https://b.org") == []
    assert site.met("mail me at ada@mail.com, e.g. 3.14 or file.txt. Ende.Neu") == []


@pytest.mark.parametrize(
    "body", ["http://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.com", "www.shop.XN--BCHER-KVA.com."]
)
def test_domains_are_seen_with_their_subdomains_in_either_alphabet(classifier: Classifier, body: str) -> None:
    site = site_of(classifier, LinkDomains(Domains(frozenset({"xn--bcher-kva.com"}))))
    assert len(site.met(body)) == 1
    assert site.met("https://notxn--bcher-kva.com https://xn--bcher-kva.com.evil.org") == []


def test_links_to_other_domains_than_those_listed(classifier: Classifier) -> None:
    site = site_of(classifier, LinkDomains(Domains(frozenset({"news.example"}), is_inverted=True)))
    assert site.met("https://news.example/a https://www.news.example/b") == []
    assert site.met("https://news.example and https://spam.com") == ["r: spam.com"]
    assert site.met("no link at all") == []


def test_everything_below_a_suffix(classifier: Classifier) -> None:
    site = site_of(classifier, LinkDomains(Domains(frozenset({"*.xyz"}))))
    assert site.met("https://cheap.pills.xyz") == ["r: cheap.pills.xyz"]


def test_emails_by_their_domain(classifier: Classifier) -> None:
    site = site_of(classifier, EmailDomains(Domains(frozenset({"mail.ru"}))))
    assert site.met("Hello", email="Ada@Sub.Mail.RU") == ["r: sub.mail.ru"]
    assert site.met("Hello", email="ada@email.ru") == []
    disposable = site_of(classifier, DisposableEmail())
    assert disposable.met("Hello", email="a@x.throwaway.example") == ["r: x.throwaway.example"]
    assert disposable.met("Hello", email="a@example") == []


@pytest.mark.parametrize(
    ("begin", "end", "zone", "met"),
    [
        (time(7), time(22), "UTC", []),
        (time(13), time(22), "UTC", ["r: "]),
        (time(22), time(6), "UTC", ["r: "]),
        (time(22), time(13), "UTC", []),
        (time(7), time(11), "America/New_York", []),
    ],
)
def test_hours_of_the_day_may_cross_midnight(
    classifier: Classifier, begin: time, end: time, zone: str, met: list[str]
) -> None:
    assert site_of(classifier, Hours(begin, end, zone)).met("Hello") == met


def test_rules_fire_in_their_order_each_by_its_name_and_thread(classifier: Classifier) -> None:
    site = Site(
        classifier,
        Rule("links", Links(0), Action.NOTE),
        Rule("elsewhere", Words(("river",)), Action.REJECT, thread="other"),
        Rule("words", Words(("river",)), Action.HOLD),
        Rule("newcomers", Newcomer(1), Action.HOLD),
    )
    assert site.met("river https://a.com") == ["links: 1", "words: river"]
    assert site.met("river", thread="other") == ["elsewhere: river", "words: river"]
    assert [(place, rule.name) for place, rule in site.left] == [(3, "newcomers")]


def test_what_matched_is_told_in_few_short_pieces(classifier: Classifier) -> None:
    words = tuple(f"word{chr(97 + number)}" for number in range(9))
    assert site_of(classifier, Words(words)).met(" ".join(words)) == [f"r: {', '.join(words[:MOST_MATCHED])}"]
    (told,) = site_of(classifier, Pattern("x+")).met("x" * 500)
    assert told == f"r: {'x' * MAX_MATCHED_CHARS}"
