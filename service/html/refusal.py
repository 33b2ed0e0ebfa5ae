"""What a browser without scripts sees when a publisher's form is refused: the form again, with what was written."""

from schemas.origin import origin_of
from service.domain.site import Site
from service.errors import RateLimitedError, RequestError
from service.html import form, render
from service.texts.catalogue import ENGLISH
from service.web import problems
from service.web.admission import is_form
from service.web.answer import Answer
from service.web.exchange import FORM, Request
from service.web.own_address import is_own_origin, is_this_page, own_action


def write_form_error(request: Request, site: Site | None, error: RequestError) -> Answer | None:
    """A page by itself that posts to the same address, for a person whose browser sent a form by itself; its answer
    leads to the article as the first one would have. None for a program."""
    fields = request.get(FORM)
    if fields is None and isinstance(error, RateLimitedError) and is_form(request):
        fields = {}  # refused before it was read
    if fields is None or "text/html" not in request.headers.get("Accept", ""):
        return None
    return render.page(
        "refused.html",
        ENGLISH,
        problems.status_of(error),
        render.LEADING_ELSEWHERE,
        form=form.refused(fields, error, ENGLISH),
        action=own_action(request),
        article=_article(request, site),
    )


def _article(request: Request, site: Site | None) -> str | None:
    """The page that the form was on, where it is of an origin that the site lists, or our own and not this one: whoever
    leads a reader here may be anyone, and our page vouches for no other."""
    referrer = request.headers.get("Referer", "")
    origin = origin_of(referrer)
    is_listed = site is not None and origin in site.allowed_origins
    is_ours = is_own_origin(request, origin) and not is_this_page(request, referrer)
    return referrer if origin and (is_listed or is_ours) else None
