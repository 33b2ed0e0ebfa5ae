"""What a person sees of an error: a form again, with what he wrote in it, or a page that says what is wrong."""

from functools import lru_cache

from service.domain.site import Site
from service.errors import RequestError, UnavailableError
from service.html import form, render
from service.html.language import texts_for
from service.texts.texts import Texts
from service.web import problems
from service.web.answer import Answer
from service.web.exchange import FORM, Request
from service.web.iri import percent_encoded
from service.web.kept_form import is_persons_form
from service.web.own_address import OWN_PATH, own_action
from service.web.return_address import referring_article, referring_origin, told_article

_PAGES_KEPT = 256
"""Of errors: their titles and details are few, in as many languages as there are."""


def write_page(request: Request, site: Site | None, error: RequestError | None, request_id: str) -> Answer:  # noqa: ARG001 it stands in the head
    """The page for a person whose request was refused, or met a mistake of our own, which is None."""
    texts = texts_for(request, site)
    if is_persons_form(request):
        return _refused_form(request, site, error, texts=texts)
    title, detail = problems.words_of(error, texts)
    if isinstance(error, UnavailableError):  # its detail names what is away, for whoever runs the service
        detail = texts.gettext(error.advice)
    return _error_page(problems.status_of(error), problems.code_of(error), title, detail=detail, texts=texts)


def _refused_form(request: Request, site: Site | None, error: RequestError | None, *, texts: Texts) -> Answer:
    """A form by itself that posts to the same address; its answer leads to the article as the first one would have."""
    article = (told_article(request, site) or referring_article(request, site)) if site else ""
    return render.page(
        "refused.html",
        texts,
        problems.status_of(error),
        render.LEADING_ELSEWHERE,
        form=form.refused(request.get(FORM, {}), error, texts),
        title=problems.words_of(error, texts)[0],
        action=_action(request),
        article=article,
        site=site,
        home="" if article or not site else referring_origin(request, site),
    )


def _action(request: Request) -> str:
    """Where the form was sent to. In an address of a browser all is encoded; others may send any bytes."""
    return OWN_PATH + percent_encoded(own_action(request).removeprefix(OWN_PATH))


@lru_cache(_PAGES_KEPT)
def _error_page(status: int, code: str, title: str, *, detail: str, texts: Texts) -> Answer:
    return render.page("error.html", texts, status, code=code, title=title, detail=detail)
