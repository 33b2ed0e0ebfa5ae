"""What a browser at the console is shown of a refusal: where nobody is signed in, the way to sign in; else a page."""

from urllib.parse import quote

from service.console.addresses import SIGN_IN, own_next
from service.console.frame import HEADERS, LOOK, Frame
from service.domain.look import read_look
from service.domain.site import Site
from service.errors import RequestError, UnauthenticatedError
from service.html import render
from service.texts.catalogue import CATALOGUE
from service.version import own_version
from service.web import problems
from service.web.acceptance import accepted_languages
from service.web.answer import Answer
from service.web.exchange import Request
from service.web.own_address import local_path


def write_refusal(request: Request, site: Site | None, error: RequestError) -> Answer:  # noqa: ARG001
    """The page for signing in, which leads back to this one; or a page that says what was refused. It names no site:
    who is refused may not know whether there is one."""
    if isinstance(error, UnauthenticatedError) and request.method in {"GET", "HEAD"}:
        query = request.rel_url.raw_query_string
        asked = own_next(f"{local_path(request)}{'?' if query else ''}{query}")
        return Answer(303, headers={"Location": f"{SIGN_IN}?next={quote(asked, safe='/')}" if asked else SIGN_IN})
    return _page(request, error)


def _page(request: Request, error: RequestError) -> Answer:
    look = read_look(request.cookies.get(LOOK, ""), CATALOGUE.languages)
    texts = CATALOGUE.of(look.language) if look.language else CATALOGUE.first_of(accepted_languages(request))
    title, detail = problems.words_of(error, texts)
    frame = Frame(look, "", None, (), here="", csrf="", waiting=None, version=own_version())
    is_asked = request.method in {"GET", "HEAD"}
    values = {"title": title, "detail": detail, "is_asked": is_asked, "frame": frame}
    return render.page("console/refused.html", texts, problems.status_of(error), HEADERS, **values)
