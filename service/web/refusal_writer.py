"""How a refusal is answered: in the shape that its operation has for errors, as a page to a person, or as a problem
document."""

from collections.abc import Callable, Mapping

import structlog
from aiohttp import hdrs

from service.domain.site import Site
from service.errors import RequestError
from service.web.acceptance import is_for_a_part, prefers_html
from service.web.answer import Answer, mistake, refusal
from service.web.call import PartKey
from service.web.exchange import Request
from service.web.kept_form import KeptForms, is_persons_form
from service.web.operation import ErrorWriter
from service.web.problems import INTERNAL
from service.web.response import Response

PageWriter = Callable[[Request, Site | None, RequestError | None, str], Answer]
"""Writes the page that a person gets for an error, None for a mistake of our own: of the request, of the site where its
path has one, and of the request's id."""
PAGE_WRITER: PartKey[PageWriter] = PartKey("page_writer")

log = structlog.get_logger(__name__)


class RefusalWriter:
    """Answers refused requests, and those that met a mistake of our own."""

    def __init__(self) -> None:
        self._forms = KeptForms()

    async def refuse(
        self,
        request: Request,
        site: Site | None,
        error: RequestError,
        *,
        request_id: str,
        defaults: Mapping[str, str],
        max_body_bytes: int,
        writer: ErrorWriter | None = None,
    ) -> Response:
        """What `writer` gives, where an operation has one for this error; else a page, or a problem document."""
        answer: Answer | None = None
        try:
            answer = writer(request, site, error) if writer else None
            if answer is None:
                answer = await self._page(request, site, error, request_id, max_body_bytes=max_body_bytes)
        except Exception:  # what is refused gets an answer, also where a page of it cannot be made
            log.exception("refusal_not_written", request_id=request_id, code=error.code)
        return refusal(error, request_id, defaults, answer=answer)

    async def tell_mistake(
        self,
        request: Request,
        site: Site | None,
        *,
        request_id: str,
        defaults: Mapping[str, str],
        max_body_bytes: int,
    ) -> Response:
        """What is told of a mistake of our own, without any detail of it."""
        answer: Answer | None = None
        try:
            answer = await self._page(request, site, None, request_id, max_body_bytes=max_body_bytes)
        except Exception:  # as above
            log.exception("refusal_not_written", request_id=request_id, code=INTERNAL)
        return mistake(request_id, defaults, answer=answer)

    async def _page(
        self, request: Request, site: Site | None, error: RequestError | None, request_id: str, *, max_body_bytes: int
    ) -> Answer | None:
        write_page = request.app.get(PAGE_WRITER)
        if write_page is None or not _is_shown_by_a_browser(request):
            return None
        await self._forms.keep(request, error, max_body_bytes)
        return write_page(request, site, error, request_id)


def _is_shown_by_a_browser(request: Request) -> bool:
    """Whether it opens a page, or sends a form: browsers do nothing else by themselves; or a script of ours puts the
    answer into a page."""
    is_opening = request.method in {hdrs.METH_GET, hdrs.METH_HEAD} and prefers_html(request)
    return is_opening or is_persons_form(request) or is_for_a_part(request)
