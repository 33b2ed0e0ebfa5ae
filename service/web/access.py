"""Who asks: the token, the site it is for, and the reader's address behind trusted proxies."""

import hmac
from collections.abc import Set

from schemas.origin import origin_of
from service.desk import Desk
from service.domain.caller import Caller, Role
from service.domain.network import is_loopback
from service.domain.site import Site
from service.errors import (
    ForbiddenError,
    OriginNotAllowedError,
    SiteNotFoundError,
    StoreUnavailableError,
    UnauthenticatedError,
)
from service.registry import Registry
from service.web.authentication import found_caller, has_credential, shown_token
from service.web.call import Networks, ProcessContext
from service.web.exchange import Request
from service.web.hosts import is_own_host
from service.web.origins import is_listed
from service.web.own_address import is_from_own_page
from service.web.proxies import is_trusted
from service.web.route import Access, Route

_HTTP_1_1 = (1, 1)
_OF_PROXIES = {
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "client-ip",
    "x-remote-addr",
    "x-remote-ip",
    "forwarded-for",
    "x-host",
    "x-scheme",
    "x-url-scheme",
    "x-proxyuser-ip",
    "x-request-start",
    "x-cloud-trace-context",
    "cdn-loop",
}
_OF_PROXIES_BEGIN = ("x-forwarded", "x-original-", "x-envoy-", "x-amzn-", "x-azure-", "x-arr-", "cf-", "fastly-")
"""Headers that reverse proxies add, in lower case: none of them is a browser's or curl's own."""


def authorise(request: Request, route: Route, desk: Desk, context: ProcessContext) -> tuple[Caller | None, Site | None]:
    """The caller and the site of a request that may go on.

    UnauthenticatedError without a valid token, ForbiddenError for one of another role or site (said the same whether
    the site exists or not), SiteNotFoundError only to those who may know, OriginNotAllowedError.
    """
    registry = desk.registry
    if route.access is Access.WATCHER:
        require_watcher(request, desk, context)
        return None, None
    name = request.match_info.get("site")
    if not registry.is_loaded and (name is not None or route.access is not Access.ANYONE):
        raise StoreUnavailableError("The sites and tokens are not read yet.", retry_after_seconds=1)
    if route.access is Access.ANYONE:
        return None, registry.site(name) if name is not None else None
    if route.access is Access.TOKEN_OR_READER and not has_credential(request, route.operation.authentication):
        return None, _public_site(request, registry, name or "")
    now_ms = desk.now_ms()
    caller = _caller(request, desk, now_ms)
    if not caller.may(*route.roles) or (name is not None and not caller.may_act_on(name)):
        raise ForbiddenError
    registry.note_seen(caller, now_ms)
    own = caller.only_site if name is None else name
    return caller, registry.site(own) if own is not None else None


def require_watcher(request: Request, desk: Desk, context: ProcessContext) -> None:
    """Returns where the request may see how the service does: it comes from this machine itself, unless a metrics token
    is set; or with that token, an operator's or the administrator's.

    UnauthenticatedError, ForbiddenError for another role's token. It needs no store: it is asked while that is away.
    """
    if context.metrics_token is None and is_local(request, context.hosts):
        return
    if is_metrics_token(request, desk, context):
        return
    if not _caller(request, desk, desk.now_ms()).may(Role.OPERATOR, Role.ADMIN):
        raise ForbiddenError


def is_metrics_token(request: Request, desk: Desk, context: ProcessContext) -> bool:
    """Whether the token that came with the request is the one for metrics; False where none is set."""
    token, wanted, vault = shown_token(request), context.metrics_token, desk.vault
    if not token or wanted is None:
        return False
    return hmac.compare_digest(vault.token_digest(token), vault.token_digest(wanted))


def is_local(request: Request, hosts: Set[str]) -> bool:
    """Whether it comes from this machine itself: over loopback, through no reverse proxy, and with a Host that is
    loopback's or one of our own, so that no web page of somebody else's asks (DNS rebinding).

    HTTP/1.0 is what nginx speaks by itself when it is told nothing else, and no header of its own comes with that.
    Another proxy on this machine that adds no header cannot be told from a person on it.
    """
    is_direct = request.version == _HTTP_1_1 and not any(map(_is_of_a_proxy, request.headers))
    return is_loopback(request.remote or "") and is_direct and is_own_host(request, hosts)


def _is_of_a_proxy(header: str) -> bool:
    name = header.lower()
    return name in _OF_PROXIES or name.startswith(_OF_PROXIES_BEGIN)


def caller_id(request: Request, desk: Desk, now_ms: int) -> str | None:
    """The id of the token that came with the request, for the log; None without a valid one."""
    try:
        return _caller(request, desk, now_ms).token_id
    except UnauthenticatedError:
        return None


def is_known(request: Request, desk: Desk, trusted: Networks) -> bool:
    """Whether what a request says of itself is believed: it came with a valid token, or by a trusted proxy."""
    return is_trusted(request.remote or "", trusted) or caller_id(request, desk, desk.now_ms()) is not None


def _caller(request: Request, desk: Desk, now_ms: int) -> Caller:
    caller = found_caller(request, desk, now_ms)
    if caller is None:
        raise UnauthenticatedError
    return caller


def _public_site(request: Request, registry: Registry, name: str) -> Site:
    try:
        site = registry.site(name)
    except SiteNotFoundError as error:
        raise UnauthenticatedError from error
    if not site.public_submission:
        raise UnauthenticatedError
    origin = request.headers.get("Origin")
    if origin is not None and site.allowed_origins and not _is_allowed(request, origin, site):
        raise OriginNotAllowedError
    return site


def _is_allowed(request: Request, origin: str, site: Site) -> bool:
    """Listed, or our own: the page that shows a refused form again posts from here."""
    return is_listed(origin, site.allowed_origins) or is_from_own_page(request, origin_of(origin))
