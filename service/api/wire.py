"""How values look on the wire: the one place where JSON is made of them."""

from service.domain.site import Site
from service.domain.token import Token
from service.use_cases.wire import Json, rfc3339, rfc3339_or_none


def site_json(site: Site) -> Json:
    """A site as `schemas.administration.SiteSchema` has it."""
    return {
        "site": site.site,
        "title": site.title,
        "public_submission": site.public_submission,
        "allowed_origins": list(site.allowed_origins),
        "created_at": rfc3339(site.created_ms),
    }


def token_json(token: Token) -> Json:
    """A token as `schemas.administration.TokenSchema` has it: all but its secret."""
    return {
        "token_id": token.token_id,
        "role": token.role,
        "site": token.site,
        "name": token.name,
        "created_at": rfc3339(token.created_ms),
        "expires_at": rfc3339_or_none(token.expires_ms),
    }
