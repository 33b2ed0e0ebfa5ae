"""The page that a form's sender came from, as far as its site vouches for it: he is led to no other (open redirect)."""

from urllib.parse import unquote_plus, urlsplit

from schemas.origin import origin_of
from service.domain.site import Site
from service.web.exchange import FORM, Request
from service.web.iri import ascii_address
from service.web.own_address import is_own_origin, is_this_page

RETURN_TO = "return_to"
"""The field of a form that has the article's address."""
_OF_RECEIPTS = frozenset({"commentdesk", "comment_id", "receipt"})
"""What we put into a query; what an earlier comment left there says nothing of the next one."""
_COMMENT = "comment-"


def told_article(request: Request, site: Site) -> str:
    """The article as the form itself tells it: in `return_to`, else in `article[url]`. "" where neither is of an origin
    that the site lists, or our own."""
    fields = request.get(FORM, {})
    article = fields.get("article")
    given = (fields.get(RETURN_TO), article.get("url") if isinstance(article, dict) else None)
    addresses = (page_address(each) for each in given if isinstance(each, str))
    return next((each for each in addresses if _is_vouched_for(each, request, site)), "")


def referring_article(request: Request, site: Site) -> str:
    """The page that sent the form, where it is of such an origin. A bare origin is none: that is all that browsers tell
    another host (Referrer Policy, `strict-origin-when-cross-origin`)."""
    address = referring_page(request)
    return address if _is_vouched_for(address, request, site) else ""


def referring_page(request: Request) -> str:
    """The page that sent the form, wherever it is; "" where browsers tell no more than its origin."""
    referrer = request.headers.get("Referer", "")
    parts = urlsplit(ascii_address(referrer))
    return page_address(referrer) if parts.path != "/" or parts.query else ""


def referring_origin(request: Request, site: Site) -> str:
    """The origin that the form was sent from, where the site lists it; else the only one that the site lists; else
    ""."""
    origins = (origin_of(request.headers.get(name, "")) for name in ("Origin", "Referer"))
    only = site.allowed_origins[0] if len(site.allowed_origins) == 1 else ""
    return next((each for each in origins if each in site.allowed_origins), only)


def page_address(address: str) -> str:
    """An address in ASCII without what we put into it ourselves; "" for what is none."""
    address = ascii_address(address.strip())
    page, _, fragment = address.partition("#")
    path, _, query = page.partition("?")
    kept = "&".join(each for each in query.split("&") if unquote_plus(each.partition("=")[0]) not in _OF_RECEIPTS)
    place = "" if fragment.startswith(_COMMENT) else fragment
    return path + (f"?{kept}" if kept else "") + (f"#{place}" if place else "")


def _is_vouched_for(address: str, request: Request, site: Site) -> bool:
    origin = origin_of(address)
    is_ours = is_own_origin(request, origin) and not is_this_page(request, address)
    return is_ours or origin in site.allowed_origins
