"""What a handler gives, and the HTTP answer that is made of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from aiohttp import hdrs
from multidict import istr

from service.errors import BodyTooSlowError, RequestError
from service.web import body as bodies
from service.web import problems
from service.web.response import Response, StreamedResponse
from service.web.stream import Stream

REQUEST_ID = istr("X-Request-ID")
_UNBUFFERED = istr("X-Accel-Buffering")
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """What a handler gives: a status, a JSON value or bytes that are ready, and headers."""

    status: int
    content: dict[str, Any] | bytes | None = None
    headers: Mapping[str, str] = _NO_HEADERS
    content_type: str = bodies.JSON


def response_of(answer: Answer, request_id: str, defaults: Mapping[str, str]) -> Response:
    """The answer to a call; it has the default headers where the handler says nothing else."""
    content = answer.content
    body = content if isinstance(content, bytes) or content is None else orjson.dumps(content)
    headers = {**defaults, **answer.headers, REQUEST_ID: request_id}
    if body is not None:
        headers[hdrs.CONTENT_TYPE] = answer.content_type
    return Response(answer.status, headers, body)


def streamed_response_of(stream: Stream, request_id: str, defaults: Mapping[str, str]) -> StreamedResponse:
    """The answer to a call that goes on; nobody on its way keeps or collects it (nginx: X-Accel-Buffering)."""
    headers = {**defaults, _UNBUFFERED: "no", **stream.headers, REQUEST_ID: request_id}
    headers[hdrs.CONTENT_TYPE] = stream.content_type
    return StreamedResponse(stream.status, headers)


def refusal(
    error: RequestError, request_id: str, defaults: Mapping[str, str], *, answer: Answer | None = None
) -> Response:
    """An error as the answer that is given, or else as a problem document."""
    headers = dict(problems.headers(error))
    if answer is None:
        document = problems.problem(error, request_id)
        answer = Answer(problems.status_of(error), document, headers, problems.CONTENT_TYPE)
    elif headers:
        answer = answer._replace(headers={**headers, **answer.headers})
    response = response_of(answer, request_id, defaults)
    if isinstance(error, BodyTooSlowError):
        response.force_close()
    return response


def mistake(request_id: str, defaults: Mapping[str, str], *, answer: Answer | None = None) -> Response:
    """A mistake of our own as the answer that is given, or else as a problem document, which tells nothing of it."""
    document = Answer(500, problems.internal_problem(request_id), content_type=problems.CONTENT_TYPE)
    return response_of(answer or document, request_id, defaults)
