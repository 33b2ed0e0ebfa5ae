"""Where a form leads the reader who sent it."""

from urllib.parse import quote, urlencode

from schemas.origin import origin_of
from service.domain.site import Site
from service.domain.submission import Receipt
from service.errors import ThreadNotFoundError, UnavailableError
from service.use_cases import threads
from service.web.acceptance import prefers_html
from service.web.call import Call
from service.web.exchange import Request
from service.web.origins import is_of
from service.web.return_address import (
    page_address,
    referring_article,
    referring_origin,
    referring_page,
    told_article,
)

RECEIVED = "/received"
"""The page of thanks for those whose article's address is not known."""
_ROUTES = ("/", "!")
"""A fragment that begins so is no place on a page: scripts of a website show an article by it."""


async def way_back(call: Call, thread: str, receipt: Receipt) -> str:
    """Where a form's sender goes: to the article, as the form tells its address, or else as its website told it, or
    else to the page that he came from; where none of these is known, to a page of thanks, or to the thread itself when
    no browser asks and no receipt is to be told. In ASCII."""
    request, site = call.request, call.known_site
    article = told_article(request, site) or await _threads_article(call, thread) or _page_before(call)
    if article:
        return with_receipt(article, receipt)
    if receipt.proof or prefers_html(request):
        return _thanks(request, site, receipt)
    return thread_path(site.site, thread)


def thread_path(site: str, thread: str) -> str:
    """The path of a thread's published comments."""
    return f"/v1/sites/{site}/threads/{quote(thread, safe='')}/comments"


async def _threads_article(call: Call, thread: str) -> str:
    """What the website told, unless the site lists origins by now and that is of none of them. The comment is written
    already: a store that cannot be asked now makes no error of it."""
    try:
        settings = await threads.read_settings(call.desk, call.known_site.site, thread)
    except (ThreadNotFoundError, UnavailableError):
        return ""
    address = page_address(settings.url)
    return address if is_of(address, call.known_site.allowed_origins) else ""


def _page_before(call: Call) -> str:
    """A website that sends the form of its reader vouches for the page that he came from."""
    if call.caller is not None:
        return referring_page(call.request)
    return referring_article(call.request, call.known_site)


def _thanks(request: Request, site: Site, receipt: Receipt) -> str:
    home = referring_origin(request, site)
    told = {"commentdesk": receipt.state.value, "site": site.site} | ({"home": home} if home else {})
    return f"{RECEIVED}?{urlencode(told)}{_proof_of(receipt)}"


def home_of(request: Request, site: Site) -> str:
    """The origin of a website that its page of thanks leads to; "" where the site does not list it."""
    home = origin_of(request.query.get("home", ""))
    return home if home in site.allowed_origins else ""


def with_receipt(article: str, receipt: Receipt) -> str:
    """The article's address with what became of the comment, and the comment as its fragment."""
    page, _, fragment = article.partition("#")
    joint = "&" if "?" in page else "?"
    told = f"commentdesk={receipt.state}&comment_id={receipt.comment_id}{_proof_of(receipt)}"
    place = fragment if fragment.startswith(_ROUTES) else f"comment-{receipt.comment_id}"
    return f"{page}{joint}{told}#{place}"


def _proof_of(receipt: Receipt) -> str:
    """What follows in the query where a receipt was asked for."""
    return f"&receipt={receipt.proof}" if receipt.proof else ""
