"""The demo: an article with its comments and a form. What is sent goes to a site of its own, and nobody needs a token;
so it is served to whoever sits at this machine alone, unless `COMMENTDESK_DEMO` says otherwise."""

import hmac
import re
from contextlib import suppress
from urllib.parse import urlencode

from schemas.fields import COMMENT_ID_PATTERN
from schemas.origin import origin_of
from service.api import submissions
from service.api.cursors import cursor_after, position_of
from service.domain.queue import START
from service.domain.replay import NO_REPLAY
from service.domain.site import DEMO_SITE, Audience, Site
from service.domain.state import State
from service.domain.submission import Receipt
from service.domain.thread import ThreadOrder
from service.errors import (
    OriginNotAllowedError,
    RateLimitedError,
    RequestError,
    RouteNotFoundError,
    SiteExistsError,
    StoreUnavailableError,
    UnavailableError,
    UnsupportedMediaTypeError,
)
from service.html import form
from service.html.language import texts_for
from service.html.thread import MAX_SHOWN, Thread, fitting, nest
from service.pages.article import ARTICLE
from service.pages.demo_page import demo_head, demo_page, make_fragment
from service.pages.fragment_cache import FRAGMENTS, Fragment
from service.texts.sentence import sentence
from service.texts.texts import Texts
from service.use_cases import threads
from service.use_cases.submit import submit
from service.web import body as bodies
from service.web import problems
from service.web.access import is_local
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.exchange import BODY, Request
from service.web.operation import operation
from service.web.own_address import is_own_origin
from service.web.proxies import is_trusted

DEMO = "/demo"
DOCS = "/docs"
PLACE_TAKEN = sentence(
    "A site of a publisher is called `%(site)s`: it is left alone, and the demo has no place.", site=DEMO_SITE
)
_COMMENT_ID = re.compile(COMMENT_ID_PATTERN)
_OWN_PAGES = ("same-origin", "none")


@operation("To the demo, or to the API's description", answers={303: "The demo article, or the API's description."})
async def go_home(call: Call) -> Answer:
    is_there = _is_served(call) and not _is_place_taken(call)
    return Answer(303, headers={"Location": DEMO if is_there else DOCS})


@operation("The demo article with its thread and form", answers={200: "A page."})
async def read_demo(call: Call) -> Answer:
    _require_place(call)
    if call.request.method == "HEAD":
        return demo_head()
    query = call.request.query
    after = _given(call, query.get("after", ""))
    fragment = await _fragment(call, after)
    state, parent_id = query.get("commentdesk", ""), query.get("reply_to", "")
    is_gone = fragment is not None and fragment.is_whole and parent_id not in fragment.names
    is_known = bool(_COMMENT_ID.match(parent_id)) and not is_gone
    new_id = query.get("comment_id", "") if state == State.PUBLISHED else ""
    return demo_page(
        fragment,
        form.answering(parent_id if is_known else ""),
        _texts(call),
        notice=state if state in (State.HELD, State.PUBLISHED) else "",
        new_id=new_id if fragment is not None and new_id in fragment.names else "",
        after=after,
    )


@operation(
    "A comment on the demo article",
    answers={303: "Back to the article."},
    errors={RateLimitedError: "Too many comments came in a short time."},
    is_scored=True,
)
async def submit_demo(call: Call) -> Answer:
    """Takes the form as a publisher's own server would, and leads back to the article; or shows it again.

    What another website's page sent is refused before it is read, and so not shown either.
    """
    _require_place(call)
    fields: Json = {}
    try:
        _require_own_page(call.request)
        site = _site(call)
        fields = await _form_fields(call)
        call.body = submissions.submit.load_body(fields, is_form=True)
        submission = submissions.submission_of(call)._replace(article_title=ARTICLE.title)
        receipt = await submit(call.desk, site, ARTICLE.thread, submission, replay=NO_REPLAY)
    except RequestError as error:
        return await _refused(call, fields, error)
    return Answer(303, headers={"Location": _way_back(receipt)})


async def _form_fields(call: Call) -> Json:
    call.request[BODY] = b""
    raw = call.request[BODY] = await bodies.read_body(call.request, bodies.MAX_FORM_BYTES)
    kind = bodies.media_type(call.request)
    if kind not in (bodies.URLENCODED, bodies.MULTIPART):
        raise UnsupportedMediaTypeError("Send a form.")
    return bodies.parse_form(call.request, kind, raw)


def _way_back(receipt: Receipt) -> str:
    query = urlencode({"commentdesk": receipt.state, "comment_id": receipt.comment_id})
    place = f"comment-{receipt.comment_id}" if receipt.state == State.PUBLISHED else "respond"
    return f"{DEMO}?{query}#{place}"


async def _refused(call: Call, fields: Json, error: RequestError) -> Answer:
    """The form again. The thread stands beside it where it was made already: a refusal is no work."""
    texts, status, headers = _texts(call), problems.status_of(error), dict(problems.headers(error))
    filled = form.refused(fields or bodies.salvage_form(call.request, call.request.get(BODY, b"")), error, texts)
    return demo_page(await _kept_fragment(call), filled, texts, status=status, headers=headers)


# The thread


async def _fragment(call: Call, after: str) -> Fragment | None:
    """The published thread from a given cursor on; None while the store is away: the article is shown all the same."""
    texts = _texts(call)
    cache, place = call.part(FRAGMENTS), (ARTICLE.thread, after, texts.language)
    known = cache.get(place)
    try:
        page = await threads.read_thread(
            call.desk,
            DEMO_SITE,
            ARTICLE.thread,
            order=ThreadOrder.OLDEST,
            known_version=known.version if known else "",
            limit=MAX_SHOWN,
            after=position_of(_cursor(after)),
        )
        if page.comments is None:
            return known
    except UnavailableError:
        return None
    made = cache.get(place)
    if made is not None and made.version == page.version:  # by another request, while this one waited
        return made
    shown = fitting(page.comments)
    names = {each.comment_id: each.name for each in shown}
    last = page.comments[len(shown) - 1].position if len(shown) < len(page.comments) else page.last
    later = _signed(call, cursor_after(last) or "") if last else None
    thread = Thread(page.total, nest(shown), after, later, page.is_closed)
    fragment = make_fragment(page.version, thread, names, texts)
    cache.put(place, fragment)
    return fragment


async def _kept_fragment(call: Call) -> Fragment | None:
    """The first page of the thread if it is here and still true; it is not made."""
    known = call.part(FRAGMENTS).get((ARTICLE.thread, "", _texts(call).language))
    if known is not None:
        with suppress(RequestError):
            page = await threads.read_thread(
                call.desk,
                DEMO_SITE,
                ARTICLE.thread,
                order=ThreadOrder.OLDEST,
                known_version=known.version,
                limit=1,
                after=START,
            )
            return known if page.comments is None else None
    return None


def _signed(call: Call, cursor: str) -> str:
    """A cursor as it stands in a link: only those that were given are taken, so that nobody has pages made at will."""
    return f"{call.desk.vault.digest('demo page', cursor)[:16]}.{cursor}"


def _cursor(after: str) -> str:
    return after.partition(".")[2]


def _given(call: Call, after: str) -> str:
    """The signed cursor if we gave it, else that of the first page."""
    is_ours = hmac.compare_digest(_signed(call, _cursor(after)).encode(), after.encode("utf-8", "replace"))
    return after if is_ours else ""


# Whom it is served to


def _require_place(call: Call) -> None:
    """RouteNotFoundError for whom the demo is not served to; SiteExistsError when its site is a publisher's."""
    if not _is_served(call):
        raise RouteNotFoundError
    if _is_place_taken(call):
        raise SiteExistsError(PLACE_TAKEN)


def _is_served(call: Call) -> bool:
    audience = call.context.demo
    if audience is not Audience.LOCAL:
        return audience is Audience.ANYONE
    is_of_proxy = is_trusted(call.request.remote or "", call.context.trusted_proxies)
    return not is_of_proxy and is_local(call.request, call.context.hosts)


def _is_place_taken(call: Call) -> bool:
    site = call.desk.registry.sites.get(DEMO_SITE)
    return site is not None and not site.is_demo


def _texts(call: Call) -> Texts:
    return texts_for(call.request, call.desk.registry.sites.get(DEMO_SITE))


def _site(call: Call) -> Site:
    site = call.desk.registry.sites.get(DEMO_SITE)
    if site is None:
        raise StoreUnavailableError("The demo's site is not made yet.", retry_after_seconds=1)
    return site


def _require_own_page(request: Request) -> None:
    """OriginNotAllowedError for a form on another website: browsers tell where it stands, by one header or both."""
    fetched, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if fetched is not None and fetched.lower() not in _OWN_PAGES:
        raise OriginNotAllowedError
    # A browser that hides where its reader comes from says "null", and then still that it is our own page.
    is_hidden = origin == "null" and fetched is not None
    if origin is not None and not is_hidden and not is_own_origin(request, origin_of(origin)):
        raise OriginNotAllowedError
