"""What people open in a browser beside the demo: the API's description, a page of thanks, and the files of all."""

import re
from collections.abc import Callable
from functools import lru_cache

import orjson

from service.domain.state import State
from service.html import assets, render
from service.html.assets import Asset
from service.pages.examples import setup
from service.pages.reference import reference
from service.texts.catalogue import ENGLISH
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Operation, operation

_PLACE_OF_ADDRESS = b"ADDRESS-OF-THE-SERVICE"
"""Stands in the page, which is made once, where each caller is shown the address that he came to."""
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_USUAL_HOST = "127.0.0.1:8080"
_FOR_A_WEEK = {"Cache-Control": "public, max-age=604800"}


@operation("Thanks to a reader whose article's address is not known", answers={200: "A page."})
async def read_received(call: Call) -> Answer:
    is_published = call.request.query.get("commentdesk") == State.PUBLISHED
    return render.page("received.html", ENGLISH, is_published=is_published)


@operation("To the API's description", answers={303: "The API's description."})
async def go_to_docs(call: Call) -> Answer:  # noqa: ARG001
    return Answer(303, headers={"Location": "/docs"})


@operation("The API's description for people", answers={200: "A page."})
async def read_docs(call: Call) -> Answer:
    page = _docs(call.context.openapi)
    content = page.content
    assert isinstance(content, bytes)  # noqa: S101
    return page._replace(content=content.replace(_PLACE_OF_ADDRESS, _address(call).encode()))


@operation("The API's description for machines", answers={200: "OpenAPI 3.1."})
async def read_openapi(call: Call) -> Answer:
    return _openapi(call.context.openapi)


@lru_cache(maxsize=1)
def _docs(openapi: Callable[[], Json]) -> Answer:
    setting = setup(_PLACE_OF_ADDRESS.decode())
    return render.page("docs.html", ENGLISH, reference=reference(openapi()), setup=setting)


def _address(call: Call) -> str:
    """The service's address as its caller wrote it, for a shell to be typed in; a plain one in the place of what could
    be more than a host."""
    request = call.request
    host = request.host if _HOST.fullmatch(request.host) else _USUAL_HOST
    return f"{request.scheme}://{host}"


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
