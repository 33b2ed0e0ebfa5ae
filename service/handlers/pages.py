"""What people open in a browser: the demo article with its form, the API's description, and the files of both."""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlencode

import orjson

from schemas.fields import COMMENT_ID_PATTERN
from service.domain import DEFAULT_SITE, State
from service.errors import (
    InvalidFieldsError,
    RequestError,
    ThreadNotFoundError,
    UnavailableError,
    UnsupportedMediaTypeError,
)
from service.handlers import readers
from service.pages import assets, form, render
from service.pages.article import ARTICLE
from service.pages.assets import Asset
from service.pages.docs import reference
from service.pages.examples import SETUP
from service.pages.form import Form
from service.pages.refusal import form_refusal
from service.pages.thread import Thread, nest
from service.store.comments import NO_REPLAY
from service.store.submissions import Receipt
from service.use_cases import threads
from service.use_cases.submit import submit
from service.web import body as bodies
from service.web import problems
from service.web.operation import Answer, Call, Json, Operation, operation

DEMO = "/demo"
DOCS = "/docs"
MAX_SHOWN = 500
"""So many comments stand on one page of the demo; a link leads to the next."""
_FOR_A_WEEK = {"Cache-Control": "public, max-age=604800"}
_COMMENT_ID = re.compile(COMMENT_ID_PATTERN)


@operation("The demo article with its thread and form", answers={200: "A page."})
async def read_demo(call: Call) -> Answer:
    query = call.request.query
    thread = await _thread(call, query.get("after", ""))
    parent_id = query.get("reply_to", "")
    is_known = bool(_COMMENT_ID.match(parent_id)) and not (thread.is_whole and thread.find(parent_id) is None)
    return _demo(thread, form.answering(parent_id if is_known else ""), state=query.get("commentdesk", ""), call=call)


@operation("Thanks to a reader whose article's address is not known", answers={200: "A page."})
async def read_received(call: Call) -> Answer:
    is_published = call.request.query.get("commentdesk") == State.PUBLISHED
    return render.page("received.html", is_published=is_published)


@operation(
    "A comment on the demo article",
    answers={303: "Back to the article."},
    errors=(429,),
    form_refusal=form_refusal,
    is_scored=True,
)
async def submit_demo(call: Call) -> Answer:
    """Takes the form as a publisher's own server would, and leads back to the article; or shows it again."""
    fields: Json = {}
    try:
        fields = await _form_fields(call)
        call.body = readers.submit.load_body(fields, is_form=True)
        submission = readers.submission_of(call)._replace(article_title=ARTICLE.title)
        site = call.desk.registry.site(DEFAULT_SITE)
        receipt = await submit(call.desk, site, ARTICLE.thread, submission, NO_REPLAY)
    except RequestError as error:
        thread = await _thread(call, "")
        return _demo(thread, form.refused(fields, error), call=call, error=error)
    return Answer(303, headers={"Location": _way_back(receipt)})


async def _form_fields(call: Call) -> Json:
    raw = await bodies.read_body(call.request)
    kind = bodies.media_type(call.request)
    if kind not in (bodies.URLENCODED, bodies.MULTIPART):
        raise UnsupportedMediaTypeError("Send a form.")
    return bodies.parse_form(call.request, kind, raw)


def _way_back(receipt: Receipt) -> str:
    query = urlencode({"commentdesk": receipt.state, "comment_id": receipt.comment_id})
    place = f"comment-{receipt.comment_id}" if receipt.state == "published" else "respond"
    return f"{DEMO}?{query}#{place}"


async def _thread(call: Call, after: str) -> Thread:
    """The published thread from a cursor on; the article is shown even when this cannot be."""
    try:
        _, page = await threads.read_thread(call.desk, DEFAULT_SITE, ARTICLE.thread, "", MAX_SHOWN, after)
        settings = await threads.read_settings(call.desk, DEFAULT_SITE, ARTICLE.thread)
    except InvalidFieldsError:
        return await _thread(call, "")
    except ThreadNotFoundError:
        return Thread()
    except UnavailableError:
        return Thread(is_away=True)
    read: Json = orjson.loads(page or b"{}")
    comments = nest(read["comments"])
    return Thread(read["count"], comments, read["next_cursor"], bool(after), settings["closed"])


def _demo(thread: Thread, filled: Form, *, call: Call, state: str = "", error: RequestError | None = None) -> Answer:
    query = call.request.query
    parent = thread.find(filled.values["parent_id"])
    new_id = query.get("comment_id", "") if state == "published" else ""
    return render.page(
        "demo.html",
        problems.status_of(error) if error else 200,
        dict(problems.headers(error)) if error else None,
        article=ARTICLE,
        thread=thread,
        form=filled,
        parent_name=parent.name if parent else None,
        notice=state if state in ("held", "published") else "",
        new_id=new_id if thread.find(new_id) else "",
        after=query.get("after", "") if thread.has_earlier else "",
    )


@operation("To the demo", answers={303: "The demo article."})
async def go_to_demo(call: Call) -> Answer:  # noqa: ARG001 every handler takes its call
    return Answer(303, headers={"Location": DEMO})


@operation("To the API's description", answers={303: "The API's description."})
async def go_to_docs(call: Call) -> Answer:  # noqa: ARG001
    return Answer(303, headers={"Location": DOCS})


@operation("The API's description for people", answers={200: "A page."})
async def read_docs(call: Call) -> Answer:
    return _docs(call.house.openapi)


@operation("The API's description for machines", answers={200: "OpenAPI 3.1."})
async def read_openapi(call: Call) -> Answer:
    return _openapi(call.house.openapi)


@lru_cache(maxsize=1)
def _docs(openapi: Callable[[], Json]) -> Answer:
    return render.page("docs.html", reference=reference(openapi()), setup=SETUP)


@lru_cache(maxsize=1)
def _openapi(openapi: Callable[[], Json]) -> Answer:
    return Answer(200, orjson.dumps(openapi()), {"Cache-Control": "no-cache"})


def _file(asset: Asset) -> Operation:
    @operation(asset.path, answers={200: "A file."})
    async def read_file(call: Call) -> Answer:  # noqa: ARG001
        return Answer(200, asset.content, _FOR_A_WEEK, asset.content_type)

    return read_file


read_style = _file(assets.STYLE)
read_favicon = _file(assets.FAVICON)
read_picture = _file(assets.PICTURE)
