"""The demo's page: the article and the form made anew for each reader, around comments that are made once."""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus

from markupsafe import Markup

from service.html import render
from service.html.form import Form
from service.html.page_texts import MAX_LANGUAGES
from service.html.thread import Thread
from service.pages.article import ARTICLE
from service.pages.fragment_cache import Fragment
from service.texts.texts import Texts
from service.web.answer import Answer

_COMMENTS = Markup("<!-- comments -->")
"""Where they come in; no text of a reader can be taken for it, whose < is always escaped."""
_KEPT_NOWHERE = {"Cache-Control": "no-store"}
"""A refused form holds what its reader wrote, his email too."""
_THANKS = Markup('\n<p class="box box-right" role="status">{}</p>')


def make_fragment(version: str, thread: Thread, names: Mapping[str, str], texts: Texts) -> Fragment:
    """The comments of a page, with links to the others."""
    html = render.text("thread.html", texts, article=ARTICLE, thread=thread).encode()
    return Fragment(version, html, names, thread.is_whole, thread.is_closed)


@lru_cache(MAX_LANGUAGES)
def _story(texts: Texts) -> Markup:
    """The head of the page and the article: the same for all readers of a language."""
    return Markup(render.text("story.html", texts, article=ARTICLE))  # noqa: S704 a template made it


def demo_head() -> Answer:
    """What HEAD asks for: nothing is made for it."""
    return Answer(200, None, render.HEADERS | {"Content-Type": render.HTML})


def demo_page(
    fragment: Fragment | None,
    filled: Form,
    texts: Texts,
    *,
    notice: str = "",
    new_id: str = "",
    after: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answer:
    """The page; without a fragment it says that there are comments elsewhere, or, when nothing is wrong with the form,
    that they cannot be shown. `notice` is what became of the reader's comment, `new_id` is it where it is shown."""
    names = fragment.names if fragment else {}
    page = render.page(
        "demo.html",
        texts,
        status,
        headers if status == HTTPStatus.OK else _KEPT_NOWHERE | (headers or {}),
        article=ARTICLE,
        story=_story(texts),
        comments=_COMMENTS if fragment else None,
        form=filled,
        parent_name=names.get(filled.values["parent_id"]),
        is_closed=fragment is not None and fragment.is_closed,
        notice=notice,
        new_id=new_id,
        after=after,
    )
    return page._replace(content=_joined(page.content, _thanking(fragment.html, new_id, texts))) if fragment else page


def _joined(page: object, comments: bytes) -> bytes:
    assert isinstance(page, bytes)  # noqa: S101 what `render.page` gives
    before, _, behind = page.partition(_COMMENTS.encode())
    return b"".join((before, comments, behind))


def _thanking(html: bytes, new_id: str, texts: Texts) -> bytes:
    """The comments with a word of thanks at the head of a new one."""
    if not new_id:
        return html
    place = f'<article class="comment" id="comment-{new_id}" aria-labelledby="by-{new_id}">'.encode()
    thanks = _THANKS.format(texts.gettext("Thank you. Your comment is published.")).encode()
    return html.replace(place, place + thanks, 1)
