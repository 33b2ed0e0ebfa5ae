"""Refusals as problem documents (RFC 9457). Every HTTP status of an error is chosen here, once."""

from collections.abc import Iterator

import orjson

from service import errors
from service.texts.catalogue import ENGLISH
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.web.own_address import OWN_PATH

STATUS: dict[type[errors.RequestError], int] = {
    errors.MalformedRequestError: 400,
    errors.MalformedBodyError: 400,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.OriginNotAllowedError: 403,
    errors.RouteNotFoundError: 404,
    errors.SiteNotFoundError: 404,
    errors.ThreadNotFoundError: 404,
    errors.CommentNotFoundError: 404,
    errors.TokenNotFoundError: 404,
    errors.SignInRefusedError: 401,
    errors.ForgedFormError: 403,
    errors.SessionNotFoundError: 404,
    errors.PolicyVersionNotFoundError: 404,
    errors.MemberNotFoundError: 404,
    errors.BulkNotFoundError: 404,
    errors.AuthorNotFoundError: 404,
    errors.ReceiptNotFoundError: 404,
    errors.MethodNotAllowedError: 405,
    errors.BodyTooSlowError: 408,
    errors.SiteExistsError: 409,
    errors.BuiltInMemberError: 409,
    errors.ThreadClosedError: 409,
    errors.ClaimedByAnotherError: 409,
    errors.NotQueuedError: 409,
    errors.StaleRevisionError: 409,
    errors.StalePolicyError: 409,
    errors.StaleReasonsError: 409,
    errors.NothingToUndoError: 409,
    errors.BodyTooLargeError: 413,
    errors.UnsupportedMediaTypeError: 415,
    errors.InvalidFieldsError: 422,
    errors.IdempotencyKeyReusedError: 422,
    errors.HostUnknownError: 421,
    errors.RateLimitedError: 429,
    errors.TooManyQuestionsError: 429,
    errors.TooManyWrongTokensError: 429,
    errors.TooManyStreamsError: 429,
    errors.OverloadedError: 503,
    errors.StreamsFullError: 503,
    errors.StoreUnavailableError: 503,
    errors.StoreFullError: 503,
}
CONTENT_TYPE = "application/problem+json"
INTERNAL = "internal"
"""The code of our own mistakes."""


_MISTAKE_TITLE = marked("The service made a mistake")


def status_of(error: errors.RequestError | None) -> int:
    """The HTTP status; None is a mistake of our own."""
    return STATUS[type(error)] if error else 500


def code_of(error: errors.RequestError | None) -> str:
    """The stable name of an error; None is a mistake of our own."""
    return error.code if error else INTERNAL


def words_of(error: errors.RequestError | None, texts: Texts) -> tuple[str, str]:
    """Title and detail in a language; None is a mistake of our own, of which nothing is told but where to look."""
    if error is None:
        return texts.gettext(_MISTAKE_TITLE), texts.gettext("It is in the service's log under this request_id.")
    return texts.gettext(error.title), texts.say(error.detail) or _summary(error, texts)


def problem(error: errors.RequestError, request_id: str, texts: Texts = ENGLISH) -> bytes:
    """The document; `type` points to the description in the API's own page. `errors` are for programs, in English."""
    document = _document(error, request_id, texts)
    if error.errors is not None:
        document["errors"] = error.errors
    return orjson.dumps(document)


def internal_problem(request_id: str, texts: Texts = ENGLISH) -> bytes:
    """The document of a mistake of our own."""
    return orjson.dumps(_document(None, request_id, texts))


def _document(error: errors.RequestError | None, request_id: str, texts: Texts) -> dict[str, object]:
    code = code_of(error)
    title, detail = words_of(error, texts)
    return {
        "type": f"{OWN_PATH}/docs#problem-{code}",
        "title": title,
        "status": status_of(error),
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }


def headers(error: errors.RequestError) -> Iterator[tuple[str, str]]:
    if error.retry_after_seconds is not None:
        yield "Retry-After", str(error.retry_after_seconds)
    if isinstance(error, errors.UnauthenticatedError):
        yield "WWW-Authenticate", "Bearer"


def _summary(error: errors.RequestError, texts: Texts) -> str:
    """What is said where the error has no detail of its own: the fields, or what helps with any error of its kind."""
    if not error.errors:
        return texts.gettext(error.advice)
    # Translators: names of fields, as programs send them.
    return texts.gettext("Not valid: %(fields)s.") % {"fields": ", ".join(error.errors)}
