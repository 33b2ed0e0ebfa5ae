"""What a browser without scripts sees when a publisher's form is refused: the form again, with what was written."""

from collections.abc import Mapping
from typing import Any

from schemas.fields import is_web_address
from service.errors import RequestError
from service.pages import form, render
from service.web import problems
from service.web.connection import Request
from service.web.operation import Answer


def form_refusal(request: Request, fields: Mapping[str, Any], error: RequestError) -> Answer:
    """A page by itself that posts to the same address; its answer leads to the article as the first one would have."""
    referrer = request.headers.get("Referer", "")
    return render.page(
        "refused.html",
        problems.status_of(error),
        render.LEADING_ELSEWHERE | dict(problems.headers(error)),
        form=form.refused(fields, error),
        action=str(request.rel_url),
        article=referrer if is_web_address(referrer) else None,
    )
