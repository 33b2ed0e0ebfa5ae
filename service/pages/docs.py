"""What people open in a browser beside the demo: the API's description, a page of thanks, and the files of all."""

from collections.abc import Callable
from functools import lru_cache

import orjson

from service.api.way_back import home_of
from service.domain.state import State
from service.errors import RouteNotFoundError
from service.html import assets, render
from service.html.assets import Asset
from service.html.language import texts_for
from service.pages.examples import setup
from service.pages.reference import reference
from service.texts.catalogue import ENGLISH
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Operation, operation
from service.web.own_address import own_path
from service.web.shown_address import shown_address

_BY_LANGUAGE = {"Vary": "Accept-Language"}
_MOST_PATHS = 8
"""So many paths that the service lies under have their description kept: proxies have few."""
_PLACE_OF_ADDRESS = b"ADDRESS-OF-THE-SERVICE"
"""Stands in the page, which is made once, where each caller is shown the address that he came to."""
_FOR_A_WEEK = {"Cache-Control": "public, max-age=604800"}
_FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOT_KEPT = {"Cache-Control": "no-cache"}


@operation("Thanks to a reader whose article's address is not known", answers={200: "A page."})
async def read_received(call: Call) -> Answer:
    """In the language of the site that he commented on, with a link to its website where that is known."""
    query = call.request.query
    site = call.desk.registry.sites.get(query.get("site", ""))
    return render.page(
        "received.html",
        texts_for(call.request, site),
        headers=_BY_LANGUAGE,
        is_published=query.get("commentdesk") == State.PUBLISHED,
        site=site,
        home=home_of(call.request, site) if site else "",
    )


@operation("To the API's description", answers={303: "The API's description."})
async def go_to_docs(call: Call) -> Answer:  # noqa: ARG001
    return Answer(303, headers={"Location": "/docs"})


@operation("The API's description for people", answers={200: "A page."})
async def read_docs(call: Call) -> Answer:
    page = _docs(call.context.openapi)
    content = page.content
    assert isinstance(content, bytes)  # noqa: S101
    return page._replace(content=content.replace(_PLACE_OF_ADDRESS, shown_address(call).encode()))


@operation("The API's description for machines", answers={200: "OpenAPI 3.1."})
async def read_openapi(call: Call) -> Answer:
    public_url = call.context.public_url
    return _openapi(call.context.openapi, public_url.url if public_url else own_path(call.request) or "/")


@lru_cache(maxsize=1)
def _docs(openapi: Callable[[], Json]) -> Answer:
    setting = setup(_PLACE_OF_ADDRESS.decode())
    return render.page("docs.html", ENGLISH, reference=reference(_document(openapi)), setup=setting)


@lru_cache(_MOST_PATHS)
def _openapi(openapi: Callable[[], Json], server: str) -> Answer:
    document = {**_document(openapi), "servers": [{"url": server}]}
    return Answer(200, orjson.dumps(document), {"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def _document(openapi: Callable[[], Json]) -> Json:
    return openapi()


def _file(asset: Asset) -> Operation:
    @operation(asset.path, answers={200: "A file."})
    async def read_file(call: Call) -> Answer:  # noqa: ARG001
        return Answer(200, asset.content, _FOR_A_WEEK, asset.content_type)

    return read_file


@operation(
    "A file of the console's pages", answers={200: "A file."}, errors={RouteNotFoundError: "There is no such file."}
)
async def read_console_file(call: Call) -> Answer:
    """Under the address of its version it never changes. A page of an older version gets the file as it is now."""
    given = call.request.match_info
    asset = assets.CONSOLE.get(given["name"])
    if asset is None:
        raise RouteNotFoundError
    is_of_version = asset.path.endswith(f"/{given['version']}/{given['name']}")
    return Answer(200, asset.content, _FOR_A_YEAR if is_of_version else _NOT_KEPT, asset.content_type)


read_style = _file(assets.STYLE)
read_favicon = _file(assets.FAVICON)
read_picture = _file(assets.PICTURE)
