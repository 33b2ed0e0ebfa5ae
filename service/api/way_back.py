"""Where a form leads the reader who sent it."""

from urllib.parse import quote

from schemas.origin import origin_of
from service.domain.submission import Receipt
from service.errors import ThreadNotFoundError
from service.use_cases import threads
from service.web.call import Call
from service.web.origins import is_of
from service.web.own_address import is_own_origin, is_this_page

RECEIVED = "/received"
"""The page of thanks for those whose article's address is not known."""


async def way_back(call: Call, thread: str, receipt: Receipt) -> str:
    """Where a form's sender goes: to the article as its website told its address, unless the site lists origins by now
    and that is of none of them; else to the page that he came from if it is on a listed origin or its website sent the
    form, else to a page of thanks, or to the thread itself when no browser asks and no receipt is to be told."""
    try:
        url = (await threads.read_settings(call.desk, call.known_site.site, thread)).url
    except ThreadNotFoundError:
        url = ""
    url = url if is_of(url, call.known_site.allowed_origins) else ""
    referrer = call.request.headers.get("Referer", "")
    origin = origin_of(referrer) if not url and referrer.isascii() else ""
    if origin:
        is_known = call.caller is not None or origin in call.known_site.allowed_origins
        is_ours = is_own_origin(call.request, origin) and not is_this_page(call.request, referrer)
        url = referrer if is_known or is_ours else ""
    if not url and (receipt.proof or "text/html" in call.request.headers.get("Accept", "")):
        return f"{RECEIVED}?commentdesk={receipt.state}{_proof_of(receipt)}"
    if not url:
        return thread_path(call.known_site.site, thread)
    return with_receipt(url, receipt)


def thread_path(site: str, thread: str) -> str:
    """The path of a thread's published comments."""
    return f"/v1/sites/{site}/threads/{quote(thread, safe='')}/comments"


def with_receipt(url: str, receipt: Receipt) -> str:
    """The article's address with what became of the comment, and the comment as its fragment."""
    page = url.partition("#")[0]
    joint = "&" if "?" in page else "?"
    told = f"commentdesk={receipt.state}&comment_id={receipt.comment_id}{_proof_of(receipt)}"
    return f"{page}{joint}{told}#comment-{receipt.comment_id}"


def _proof_of(receipt: Receipt) -> str:
    """What follows in the query where a receipt was asked for."""
    return f"&receipt={receipt.proof}" if receipt.proof else ""
