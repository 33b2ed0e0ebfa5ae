"""Texts in one language: plural forms, numbers and dates, what is not translated, and translations that do not fit."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from babel import UnknownLocaleError

from service.texts.catalogue import CATALOGUE, ENGLISH, Catalogue
from service.texts.sentence import Plural, sentence
from service.texts.translation import read_translation
from tests.texts.translations import Translated, texts_in, translation, translation_file

AT = datetime(2026, 11, 28, 14, 5, 59, tzinfo=UTC)
THOUGHTS = Plural("One thought on “%(title)s”", "%(count)s thoughts on “%(title)s”")
POLISH: dict[Translated, Translated] = {
    THOUGHTS: ("%(count)s myśl o „%(title)s”", "%(count)s myśli o „%(title)s”", "%(count)s myśli w „%(title)s”"),
    "Try again in %(seconds)s s": "Spróbuj za %(seconds)s s",
}


def test_english_has_its_own_words() -> None:
    assert ENGLISH.gettext("Leave a Reply") == "Leave a Reply"
    assert ENGLISH.say_of_many(THOUGHTS, 1, title="Tides") == "One thought on “Tides”"
    assert ENGLISH.say_of_many(THOUGHTS, 12345, title="Tides") == "12,345 thoughts on “Tides”"


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 myśl o „A”"), (3, "3 myśli o „A”"), (5, "5 myśli w „A”"), (22, "22 myśli o „A”")]
)
def test_a_language_has_the_plural_forms_that_it_needs(tmp_path: Path, count: int, said: str) -> None:
    assert translation(tmp_path, "pl", POLISH).say_of_many(THOUGHTS, count, title="A") == said


def test_a_sentence_is_said_in_the_language_of_its_reader(tmp_path: Path) -> None:
    told = sentence("Try again in %(seconds)s s", seconds=5)
    assert translation(tmp_path, "pl", POLISH).say(told) == "Spróbuj za 5 s"
    assert ENGLISH.say(told) == str(told) == "Try again in 5 s"


def test_what_is_not_translated_stays_english(tmp_path: Path) -> None:
    polish = translation(tmp_path, "pl", POLISH | {"Leave a Reply": ""})
    assert polish.gettext("Leave a Reply") == "Leave a Reply"
    assert polish.say("No translator knows it, 100% sure") == "No translator knows it, 100% sure"
    assert polish.say("") == "", "gettext keeps the head of a file under it"


def test_a_translation_that_its_translator_doubts_is_left_out(tmp_path: Path) -> None:
    file = translation_file(tmp_path, "pl", {"Name": "Imię"})
    assert read_translation(file).gettext("Name") == "Imię"
    file.write_text(file.read_text("utf-8").replace('msgid "Name"', '#, fuzzy\nmsgid "Name"'), "utf-8")
    assert read_translation(file).gettext("Name") == "Name"


@pytest.mark.parametrize(
    ("language", "moment", "number"),
    [
        ("en-GB", "28 November 2026, 14:05 UTC", "12,345"),
        ("de", "28. November 2026, 14:05 UTC", "12.345"),
        ("en-US", "November 28, 2026, 2:05\u202fPM UTC", "12,345"),
        ("ja", "2026年11月28日, 14:05 UTC", "12,345"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(language: str, moment: str, number: str) -> None:
    texts = texts_in(language)
    assert texts.moment(AT) == moment
    assert texts.date(AT) == moment.rpartition(", ")[0]
    assert texts.number(12345) == number


def test_moments_are_told_in_utc_wherever_they_were_measured() -> None:
    in_auckland = AT.astimezone(timezone(timedelta(hours=13)))
    assert ENGLISH.moment(in_auckland) == "28 November 2026, 14:05 UTC"
    assert ENGLISH.date(in_auckland) == "28 November 2026"


def test_a_page_runs_from_right_to_left_where_its_language_does() -> None:
    assert [texts_in(language).direction for language in ("en", "ar", "he", "ja")] == ["ltr", "rtl", "rtl", "ltr"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("de-CH", "de"),
        ("de-Latn-CH", "de"),
        ("DE-ch", "de"),
        ("pt-BR", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("pt", "en"),
        ("zh-Hant-TW", "zh-Hant"),
        ("en-AU", "en"),
        ("tlh", "en"),
        ("", "en"),
        ("-", "en"),
    ],
)
def test_the_nearest_language_is_given(asked: str, given: str) -> None:
    catalogue = Catalogue(map(texts_in, ("de", "pt-BR", "zh-Hant")))
    assert catalogue.of(asked).language == given


def test_english_is_always_there() -> None:
    assert CATALOGUE.of("en") is ENGLISH


@pytest.mark.parametrize(
    ("message", "mistaken"),
    [
        ("Wait %(duration)s.", "Warten Sie %(dauer)s."),
        ("Wait %(duration)s.", "Warten Sie %(duration) lange."),
        ("Wait %(duration)s.", "Warten Sie %s."),
        ("Name", "100 % Name"),
        ("Name", "Name %(name)s"),
        (THOUGHTS, ("Ein Gedanke zu „%(title)s“", "%(zahl)s Gedanken zu „%(title)s“")),
        ("Reply to <bdi>%(name)s</bdi>", "Antwort an %(name)s"),
        ("Name", "<script>Name</script>"),
    ],
)
def test_a_translation_that_could_not_be_shown_is_refused(
    tmp_path: Path, message: Translated, mistaken: Translated
) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        translation(tmp_path, "de", {message: mistaken})


def test_a_file_of_no_language_is_refused(tmp_path: Path) -> None:
    file = translation_file(tmp_path, "de", {}).rename(tmp_path / "xx-klingon.po")
    with pytest.raises(UnknownLocaleError):
        read_translation(file)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.9, "just now"),
        (1, "1 second ago"),
        (59.4, "59 seconds ago"),
        (59.6, "1 minute ago"),
        (90, "2 minutes ago"),
        (5_400, "2 hours ago"),
        (86_399, "1 day ago"),
        (13 * 86_400, "2 weeks ago"),
        (400 * 86_400, "1 year ago"),
    ],
)
def test_how_long_ago_something_was_is_told_in_its_largest_unit(seconds: float, said: str) -> None:
    assert ENGLISH.ago(seconds) == said
    assert ENGLISH.ago(seconds) == said


def test_an_exact_number_loses_no_decimal() -> None:
    assert [texts_in("de").exact(number) for number in (0.0525, 1.0, 0.000001)] == ["0,0525", "1", "0,000001"]


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0.00"), (0.005, "0.00"), (0.155, "0.16"), (0.87, "0.87"), (1, "1.00")]
)
def test_a_share_has_two_places(share: float, said: str) -> None:
    assert ENGLISH.share(share) == said
    assert texts_in("de").share(share) == said.replace(".", ",")
