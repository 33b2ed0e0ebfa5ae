"""Which errors a call may be answered with, and why: those of its operation, and those of its access, address and body.

Not listed are those that come before a call is known, or that no caller can do anything about; ANYWHERE has them.
"""

from service import errors
from service.web import problems
from service.web.body import BODY_SECONDS
from service.web.operation import Errors, Operation
from service.web.route import Access, Route

ANYWHERE: Errors = {
    errors.MalformedRequestError: "The request is of another version of HTTP than 1.1 and 1.0.",
    errors.RouteNotFoundError: "The address is of no call.",
    errors.MethodNotAllowedError: "The address takes other methods, which `Allow` names.",
    errors.HostUnknownError: "The request names a host that the setting `COMMENTDESK_HOSTS` does not list.",
}
"""What any request may be answered with."""
_WRONG_TOKENS: Errors = {
    errors.TooManyWrongTokensError: "Too many wrong tokens came from this network; `Retry-After` says how long to wait."
}
_OF_ACCESS: dict[Access, Errors] = {
    Access.ANYONE: {},
    Access.TOKEN: {
        errors.UnauthenticatedError: "No token came, or one that is unknown, revoked or expired.",
        errors.ForbiddenError: "The token is of another role, or of another site, whether that exists or not.",
        **_WRONG_TOKENS,
    },
    Access.TOKEN_OR_READER: {
        errors.UnauthenticatedError: "The token is unknown, revoked or expired; or none came, and the site takes no "
        "submissions without one or does not exist.",
        errors.ForbiddenError: "The token is of another role, or of another site, whether that exists or not.",
        errors.OriginNotAllowedError: "No token came, and a browser on a page whose origin the site does not list in "
        "`allowed_origins`.",
        **_WRONG_TOKENS,
    },
    Access.WATCHER: {
        errors.UnauthenticatedError: "No token came, or one that is unknown, revoked or expired, and the caller is not "
        "on the service's own machine.",
        errors.ForbiddenError: "The token is neither an operator's nor the administrator's.",
        **_WRONG_TOKENS,
    },
}
_SITE_UNKNOWN = {
    Access.ANYONE: "There is no site of this id.",
    Access.TOKEN: "There is no site of this id: only the administrator is told so.",
    Access.TOKEN_OR_READER: "There is no site of this id: only the administrator is told so.",
}


def refusals_of(route: Route) -> Errors:
    """The errors of a call in the order of their statuses, each with the reason in words."""
    found = {**_OF_ACCESS[route.access], **_of_address(route), **_of_body(route), **_of_store(route)}
    if route.operation.is_rationed:
        found[errors.TooManyQuestionsError] = (
            "The caller, or all strangers together, asked too often; `Retry-After` says how long to wait."
        )
    found |= route.operation.errors
    return {error: found[error] for error in sorted(found, key=lambda error: problems.STATUS[error])}


def takes_idempotency_key(route: Route) -> bool:
    """Whether a call changes something, so that it is of use to tell a repeat; what anyone may ask changes nothing."""
    return route.method == "POST" and route.operation.body is not None and route.access is not Access.ANYONE


def _of_address(route: Route) -> Errors:
    found: dict[type[errors.RequestError], str] = {}
    if "{site}" in route.path:
        found[errors.SiteNotFoundError] = _SITE_UNKNOWN[route.access]
    if "{comment_id}" in route.path:
        found[errors.CommentNotFoundError] = "The site has no comment of this id."
    if "{bulk_id}" in route.path:
        found[errors.BulkNotFoundError] = "No bulk of this id was started on the site within the last seven days."
    thread = "The thread's id, or a" if "{thread}" in route.path else "A"
    found[errors.InvalidFieldsError] = (
        f"{thread} parameter of the query is unknown, given twice or not valid; `errors` names each."
    )
    return found


def _of_body(route: Route) -> Errors:
    operation = route.operation
    if operation.body is None:
        return {}
    kinds = "neither JSON nor a form" if operation.form is not None else "not JSON"
    found: dict[type[errors.RequestError], str] = {
        errors.MalformedBodyError: f"The body is {kinds} in UTF-8, cut off, or not compressed as its headers say.",
        errors.BodyTooSlowError: f"The body did not arrive within {BODY_SECONDS} seconds.",
        errors.BodyTooLargeError: f"The body is over {_limit(operation)}.",
        errors.UnsupportedMediaTypeError: f"The body's content type is {kinds}.",
        errors.InvalidFieldsError: "Fields are missing, unknown or not valid; `errors` names each.",
    }
    if takes_idempotency_key(route):
        found[errors.IdempotencyKeyReusedError] = "The `Idempotency-Key` came with another body within the last day."
    return found


def _of_store(route: Route) -> Errors:
    if route.access is Access.ANYONE and "{site}" not in route.path:
        return {}
    waits = "the classifier or the store" if route.operation.is_scored else "the store"
    return {
        errors.OverloadedError: f"Too many requests wait for {waits}. Nothing was done; `Retry-After` says when to "
        "come again.",
        errors.StoreUnavailableError: "Redis cannot be reached, or does not answer in time; `Retry-After` says when to "
        "come again.",
    }


def _limit(operation: Operation) -> str:
    size = _size(operation.max_body_bytes)
    return f"{size}, or a form over {_size(operation.max_form_bytes)}" if operation.form is not None else size


def _size(count: int) -> str:
    """Bytes in words, in KiB where that is a whole number."""
    return f"{count} bytes" if count % 1024 else f"{count // 1024} KiB"
