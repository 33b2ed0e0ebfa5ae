"""Pages, forms and problem documents in another language: each text comes in brackets, and English stands nowhere
outside of them. Whoever writes a sentence past the catalogue fails here."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from schemas.submissions import MAX_BODY_CHARS
from service import errors
from service.api import submissions
from service.domain.site import Site
from service.domain.thread import PublishedComment
from service.html import form, render
from service.html.form import Form
from service.html.thread import Thread, fitting, nest
from service.pages.article import ARTICLE
from service.pages.demo_page import demo_page, make_fragment
from service.pages.fragment_cache import Fragment
from service.texts.catalogue import ENGLISH
from service.texts.texts import Texts
from service.web import problems
from tests.pages.reader import FORM, Element, parse
from tests.texts.outside import read_of, words_outside
from tests.texts.translations import ROOT, bracket, texts_in

FIRST = f"{1:016d}"
CONTENT = (
    ARTICLE.paper,
    ARTICLE.motto,
    ARTICLE.section,
    ARTICLE.title,
    ARTICLE.standfirst,
    ARTICLE.picture,
    ARTICLE.caption,
    *(text for part in ARTICLE.parts for text in part.values()),
)
"""Words of the newspaper, in its language whatever the page's is."""
TEMPLATES = ROOT / "service" / "html" / "templates"
SHARED = {"base.html", "form.macros.html", "story.html", "thread.html"}
"""Parts of pages. All else is a page."""
IN_ENGLISH = {"docs.html"}
"""The API's description: for developers."""
SITE, HOME = Site("default", title="Ö"), "https://1.2"
AT_MS = 1_795_377_600_000
REFUSALS = [*problems.STATUS, errors.UnavailableError]


def comment(number: int, parent: int | None = None, body: str = "1.") -> PublishedComment:
    parent_id = None if parent is None else f"{parent:016d}"
    return PublishedComment(
        f"{number:016d}", parent_id, "Ö", website=None, body=body, submitted_ms=AT_MS, published_ms=AT_MS
    )


def fragment(texts: Texts, comments: list[PublishedComment], **of_thread: Any) -> Fragment:
    shown = fitting(comments)
    thread = Thread(len(comments), nest(shown), **of_thread)
    return make_fragment("1.1", thread, {each.comment_id: each.name for each in shown}, texts)


def fragments(texts: Texts) -> Iterator[Fragment]:
    yield fragment(texts, [])
    yield fragment(texts, [], is_closed=True)
    yield fragment(texts, [], after="1")
    yield fragment(texts, [comment(1)], is_closed=True)
    yield fragment(texts, [comment(1), comment(2, parent=3), comment(4, body="1 " * 3000)], after="1", later="2")
    yield fragment(texts, [comment(1), *(comment(number, parent=number - 1) for number in range(2, 12))])


def made_of(kind: type[errors.RequestError]) -> errors.RequestError:
    return errors.OverloadedError("store") if kind is errors.OverloadedError else kind()


def refused_forms(texts: Texts) -> Iterator[Form]:
    """Each that a reader may be shown: by what is wrong with a field, and by what is wrong with the whole."""
    for name in form.VISIBLE:
        for value in ("", "\u200b", "1", "1\x07", "1\u200b1", "1" + "\u0301" * 40, "\u0958" * 9000, "\u0958" * 60):
            yield from refused_for(FORM | {name: value}, texts)
        yield from refused_for(FORM | {name: "1" * (MAX_BODY_CHARS + 1)}, texts)
    for field in ("parent_id", "article"):
        yield form.refused(FORM, errors.InvalidFieldsError(errors={field: ["Unknown."]}), texts)
    for kind in REFUSALS:
        for seconds in (1, 30, 90, 3600):
            error = kind("store") if kind is errors.OverloadedError else kind(retry_after_seconds=seconds)
            for fields in (FORM, {}, FORM | {"body": "1\ufffd"}):
                yield form.refused(fields, error, texts)
    for fields in (FORM, {}):
        yield form.refused(fields, None, texts)
        yield form.refused(fields, errors.InvalidFieldsError(errors={"photo": ["Files are not taken."]}), texts)


def refused_for(fields: dict[str, str], texts: Texts) -> Iterator[Form]:
    try:
        submissions.submit.load_body(fields, is_form=True)
    except errors.InvalidFieldsError as error:
        yield form.refused(fields, error, texts)


def pages(texts: Texts) -> Iterator[tuple[str, str]]:
    """Each page in each of its states, with the name of its template."""
    for is_published in (True, False):
        for home in ("", HOME):
            given = {"is_published": is_published, "home": home}
            yield "received.html", render.text("received.html", texts, site=SITE, **given)
    for filled in refused_forms(texts):
        for article, home in (("", ""), (f"{HOME}/", ""), ("", HOME)):
            given = {"action": "/", "article": article, "home": home, "title": texts.gettext("The body is too large")}
            yield "refused.html", render.text("refused.html", texts, form=filled, site=SITE, **given)
    for error in (*(made_of(kind) for kind in problems.STATUS), None):
        title, detail = problems.words_of(error, texts)
        yield "error.html", render.text("error.html", texts, code="1", title=title, detail=detail)
    for made in (None, *fragments(texts)):
        for notice in ("", "held", "published"):
            for parent in ("", FIRST, "f" * 16):
                for new_id in ("", FIRST if made and FIRST in made.names else ""):
                    answer = demo_page(made, form.answering(parent), texts, notice=notice, new_id=new_id)
                    yield "demo.html", content_of(answer)
        for filled in (form.refused(FORM, errors.ThreadClosedError(), texts), *refused_for(FORM | {"name": ""}, texts)):
            yield "demo.html", content_of(demo_page(made, filled, texts))


def content_of(answer: Any) -> str:
    content: str = answer.content.decode()
    return content


def test_a_page_has_no_text_past_the_catalogue(brackets: Texts) -> None:
    known = (*CONTENT, *FORM.values(), ARTICLE.author)
    for template, html in pages(brackets):
        outside = words_outside(read_of(html), known)
        assert outside == [], f"{template} says it in English whatever its language is"


def test_all_pages_are_looked_at(brackets: Texts) -> None:
    there = {path.name for path in TEMPLATES.iterdir() if path.is_file()}
    assert {template for template, _ in pages(brackets)} == there - SHARED - IN_ENGLISH


def test_what_a_refused_form_says_is_all_in_the_reader_s_language(brackets: Texts) -> None:
    for filled in refused_forms(brackets):
        for said in (filled.problem, *filled.mistakes.values()):
            assert words_outside(said) == []
        assert filled.is_refused


def test_a_problem_document_is_told_in_a_language_and_its_fields_for_programs(brackets: Texts) -> None:
    fields = {"name": ["Missing data for required field."]}
    made = map(made_of, problems.STATUS)
    for error in (*made, errors.InvalidFieldsError(errors=fields), errors.MalformedBodyError("The body is cut off.")):
        document = orjson.loads(problems.problem(error, "0" * 16, brackets))
        assert words_outside(document["title"] + document["detail"]) == []
        assert document["code"] == error.code
    assert document["detail"] == bracket("The body is cut off.")
    internal = orjson.loads(problems.internal_problem("0" * 16, brackets))
    assert words_outside(internal["title"] + internal["detail"]) == []
    refused = orjson.loads(problems.problem(errors.InvalidFieldsError(errors=fields), "0" * 16, brackets))
    assert refused["errors"] == fields


# What a page says of its language


@pytest.mark.parametrize(
    ("texts", "language", "direction"),
    [(ENGLISH, "en", None), (texts_in("ja"), "ja", None), (texts_in("ar"), "ar", "rtl")],
    ids=["en", "ja", "ar"],
)
def test_a_page_says_which_language_it_is_in(texts: Texts, language: str, direction: str | None) -> None:
    for _, html in pages(texts):
        page = parse(html).one("html")
        assert (page.attributes["lang"], page.attributes.get("dir")) == (language, direction)


def test_the_article_says_that_it_is_in_english_where_its_page_is_not() -> None:
    def languages_of(texts: Texts) -> tuple[str | None, str | None]:
        page = demo(texts)
        return page.one("article", id="article").attributes.get("lang"), page.one("p", class_="byline").attributes.get(
            "lang"
        )

    assert languages_of(ENGLISH) == (None, None)
    assert languages_of(texts_in("de")) == ("en", "de")


def demo(texts: Texts) -> Element:
    return parse(content_of(demo_page(fragment(texts, [comment(1)]), form.answering(""), texts)))


def test_dates_of_a_page_are_those_of_its_language() -> None:
    page = demo(texts_in("de"))
    assert page.one("p", class_="byline").one("time").words == "18. November 2026"
    assert page.one("p", class_="when").words == "22. November 2026, 20:00 UTC"


@pytest.mark.parametrize("name", ["<b>Ada</b>", "100%", "%(name)s", "%%", "\"Ada\" & 'co'", "⟦", "{{ name }}"])
def test_what_a_reader_wrote_is_escaped_within_a_text(brackets: Texts, name: str) -> None:
    shown = fitting([comment(1)._replace(name=name)])
    made = make_fragment("1.1", Thread(1, nest(shown)), {FIRST: name}, brackets)
    page = parse(content_of(demo_page(made, form.answering(FIRST), brackets)))
    assert page.one("h2", id="respond-title").words == bracket(f"Reply to {name}")
    assert page.one("h2", id="respond-title").one("bdi").words == name
    assert page.one("p", class_="reply").words == bracket(f"Reply to {name}")
