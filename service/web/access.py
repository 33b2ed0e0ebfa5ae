"""Who asks: the token, the site it is for, and the reader's address behind trusted proxies."""

from ipaddress import ip_address

from service.domain import Caller, Site
from service.errors import (
    ForbiddenError,
    OriginNotAllowedError,
    SiteNotFoundError,
    StoreUnavailableError,
    UnauthenticatedError,
)
from service.registry import Registry
from service.web.connection import Request
from service.web.operation import Access, Networks, Route


def authorise(request: Request, route: Route, registry: Registry, now_ms: int) -> tuple[Caller | None, Site | None]:
    """The caller and the site of a request that may go on.

    UnauthenticatedError without a valid token, ForbiddenError for one of another role or site (said the same whether
    the site exists or not), SiteNotFoundError only to those who may know, OriginNotAllowedError.
    """
    name = request.match_info.get("site")
    if not registry.is_loaded and (name is not None or route.access is not Access.ANYONE):
        raise StoreUnavailableError(registry.problem or "the sites and tokens are not read yet", retry_after_seconds=1)
    if route.access is Access.ANYONE:
        return None, registry.site(name) if name is not None else None
    header = request.headers.get("Authorization")
    if header is None and route.access is Access.TOKEN_OR_READER:
        return None, _public_site(request, registry, name or "")
    caller = _caller(header, registry, now_ms)
    if caller.role not in route.roles or (caller.site is not None and name is not None and caller.site != name):
        raise ForbiddenError
    return caller, registry.site(name) if name is not None else None


def caller_id(request: Request, registry: Registry, now_ms: int) -> str | None:
    """The id of the token that came with the request, for the log; None without a valid one."""
    try:
        return _caller(request.headers.get("Authorization"), registry, now_ms).token_id
    except UnauthenticatedError:
        return None


def _caller(header: str | None, registry: Registry, now_ms: int) -> Caller:
    scheme, _, token = (header or "").partition(" ")
    caller = registry.caller(token.strip(), now_ms) if scheme.lower() == "bearer" and token else None
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
    if origin is not None and site.allowed_origins and not _is_allowed(origin.lower(), site, request.host):
        raise OriginNotAllowedError
    return site


def _is_allowed(origin: str, site: Site, own_host: str) -> bool:
    """Listed, or our own: the page that shows a refused form again posts from here."""
    return origin in site.allowed_origins or origin.partition("://")[2] == own_host


def reader_address(request: Request, trusted: Networks) -> str:
    """The address of the browser: the last one in X-Forwarded-For that is not a trusted proxy's own, if it is one of
    those that connects; else the connection's. Empty when unknown."""
    hops = [request.remote or ""]
    if trusted:
        hops += reversed([hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")])
    for hop in hops:
        try:
            address = ip_address(hop)
        except ValueError:
            break
        if not any(address in network for network in trusted):
            return str(address)
    return hops[0]
