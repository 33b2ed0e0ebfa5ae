"""What a browser at the console is shown of a refusal where nobody is signed in: the way to sign in. Any other is told
by `console/wrong.py`."""

from urllib.parse import quote

from service.console.addresses import SIGN_IN, own_next
from service.domain.site import Site
from service.errors import RequestError, UnauthenticatedError
from service.web.answer import Answer
from service.web.exchange import Request
from service.web.own_address import local_path


def write_refusal(request: Request, site: Site | None, error: RequestError) -> Answer | None:  # noqa: ARG001
    """The page for signing in, which leads back to this one; None for any other refusal."""
    if isinstance(error, UnauthenticatedError) and request.method in {"GET", "HEAD"}:
        query = request.rel_url.raw_query_string
        asked = own_next(f"{local_path(request)}{'?' if query else ''}{query}")
        return Answer(303, headers={"Location": f"{SIGN_IN}?next={quote(asked, safe='/')}" if asked else SIGN_IN})
    return None
