"""The places where what a stranger sends is read, each called as the service calls it, without a service around it.

A refusal is an answer: it is made whole, since that is work as well.
"""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode

import orjson
from aiohttp.test_utils import make_mocked_request
from marshmallow import ValidationError
from multidict import CIMultiDict

from schemas.administration import NewSiteSchema
from schemas.fields import field_errors, is_web_address
from schemas.lists import MAX_QUERY_CHARS
from schemas.loader import Loader
from schemas.moderation import DecisionSchema, DecisionsSchema
from schemas.threads import ThreadChangeSchema
from schemas.tokens import NewTokenSchema
from schemas.visibility import has_too_many_marks
from service.api import lists, moderators, receipts, submissions, threads
from service.api.cursors import PublicCursors, name_of, position_of
from service.domain.caller import ADMIN
from service.domain.likeness import skeleton
from service.domain.site import Site
from service.domain.thread import ThreadOrder
from service.errors import InvalidFieldsError, RequestError
from service.html import form
from service.html.language import texts_for
from service.html.refusal import write_page
from service.lists.query import query_of
from service.registry import Registry
from service.texts.catalogue import ENGLISH
from service.vault import Vault
from service.web import body as bodies
from service.web import problems
from service.web.acceptance import prefers_html
from service.web.access import _is_allowed, caller_id
from service.web.call import _THREAD
from service.web.entity_tag import conditional
from service.web.exchange import FORM
from service.web.idempotency import replay_of
from service.web.own_address import OwnAddresses, find_addresses_by, is_own_origin, own_path
from service.web.proxies import reader_address

MAX_HEADER_BYTES = 8190
"""What aiohttp takes of one header's line, and of an address."""
NOTHING: Any = None
VAULT = Vault("a-secret-of-many-characters")
REGISTRY = Registry(NOTHING, NOTHING, VAULT, "an-admin-token-for-tests")
DESK: Any = SimpleNamespace(registry=REGISTRY)
SITE = Site("s", allowed_origins=("https://news.example",))
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
Entrance = Callable[[str], object]


def request(method: str = "POST", path: str = "/", **headers: str) -> Any:
    return make_mocked_request(
        method, path, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    )


def read_body(content_type: str, raw: bytes) -> object:
    """From the bytes of a submission to its checked fields, or to its refusal, as a document and as a page's words."""
    fields: Any = {}
    asked = request(Content_Type=content_type)
    try:
        kind = bodies.media_type(asked)
        bodies.require_media_type(kind, is_form_taken=True)
        is_form = kind != bodies.JSON
        fields = bodies.parse_form(asked, kind, raw) if is_form else bodies.parse_json(raw)
        loaded = submissions.submit.load_body(fields, is_form=is_form)
        return skeleton(loaded["name"])
    except RequestError as error:
        kept = fields if isinstance(fields, dict) and fields else bodies.salvage_form(asked, raw)
        shown = form.refused(kept, error, ENGLISH)
        return shown, problems.problem(error, "0" * 16)


def json_field(name: str) -> Entrance:
    """A submission as JSON whose field is the text, the rest right."""
    right = {"name": "Ann", "email": "ann@mail.example", "body": "A fair point."}
    return lambda text: read_body(bodies.JSON, orjson.dumps(right | {name: text}))


def json_field_within(outer: str, name: str) -> Entrance:
    """The same of a field in an object of it."""
    right = {"name": "Ann", "email": "ann@mail.example", "body": "A fair point."}
    return lambda text: read_body(bodies.JSON, orjson.dumps(right | {outer: {name: text}}))


def form_field(name: str) -> Entrance:
    """The same as a form."""
    right = {"name": "Ann", "email": "ann@mail.example", "body": "A fair point."}
    return lambda text: read_body(bodies.URLENCODED, urlencode(right | {name: text}).encode())


def receipt(text: str) -> object:
    """The question what became of a comment, up to the look into the store."""
    try:
        asked = receipts.read_receipt.load_body(bodies.parse_json(orjson.dumps({"receipt": text})), is_form=False)
        return VAULT.open_receipt(asked["receipt"], "s")
    except RequestError as error:
        return problems.problem(error, "0" * 16)


def json(text: str) -> object:
    return read_body(bodies.JSON, text.encode())


def urlencoded(text: str) -> object:
    return read_body(bodies.URLENCODED, text.encode())


def multipart(text: str) -> object:
    return read_body(bodies.MULTIPART + "; boundary=b", text.encode())


def part(text: str) -> object:
    """A form with one field, its text the given one."""
    return multipart(f'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n{text}\r\n--b--\r\n')


def content_type(kind: str) -> Entrance:
    return lambda text: read_body(kind + text, b"name=Ann")


def schema(loader: Loader, name: str) -> Entrance:
    """A schema's field with the text in it."""
    return lambda text: load(loader, {name: text})


def load(loader: Loader, fields: Any) -> object:
    try:
        return loader.load(fields)
    except ValidationError as error:
        return problems.problem(InvalidFieldsError(errors=field_errors(error)), "0" * 16)


def list_of(loader: Loader, name: str, **others: str) -> Entrance:
    """A schema's list, as JSON has it without its brackets."""
    return lambda text: load(loader, {name: orjson.loads("[" + text.rstrip(",") + "]"), **others})


def query(operation: Any) -> Entrance:
    """The query of a call, as it stands in the address."""

    def read(text: str) -> object:
        try:
            loaded = operation.load_query(request("GET", "/?" + text))
            return position_of(loaded.get("cursor", ""))
        except RequestError as error:
            return problems.problem(error, "0" * 16)

    return read


def many_counts(text: str) -> object:
    """A list of threads to be counted, as JSON has it without its brackets."""
    try:
        fields = bodies.parse_json(f'{{"threads":[{text.rstrip(",")}]}}'.encode())
        return threads.count_published_of_many.load_body(fields, is_form=False)
    except RequestError as error:
        return problems.problem(error, "0" * 16)


def known_query(text: str) -> object:
    """The names of a query."""
    try:
        threads.read_thread.require_known_query(request("GET", "/?" + text))
    except RequestError as error:
        return problems.problem(error, "0" * 16)
    return None


def list_cursor(text: str) -> object:
    try:
        return name_of("site", text)
    except RequestError as error:
        return problems.problem(error, "0" * 16)


def public_cursor(text: str) -> object:
    """A cursor of a thread, which nobody gave."""
    try:
        return PublicCursors(VAULT, "s", "t", order=ThreadOrder.OLDEST).position_of(text)
    except RequestError as error:
        return problems.problem(error, "0" * 16)


def entity_tag(text: str) -> object:
    return conditional(request("GET", If_None_Match=text), b"", "0" * 32)


def decisions(text: str) -> object:
    """A bulk of decisions, each checked by itself."""
    loaded = list_of(DECISIONS, "decisions")(text)
    if not isinstance(loaded, dict):
        return loaded
    return [moderators._checked_ruling(SITE, item) for item in loaded["decisions"]]


def idempotency_key(text: str) -> object:
    asked = request(Idempotency_Key=text)
    call = SimpleNamespace(request=asked, caller=ADMIN, desk=SimpleNamespace(vault=VAULT))
    try:
        return replay_of(call, b"")  # type: ignore[arg-type]
    except RequestError as error:
        return problems.problem(error, "0" * 16)


def thread(text: str) -> object:
    plain = _THREAD.plainly(text)
    try:
        return plain if plain is not None else _THREAD.deserialize(text)
    except ValidationError as error:
        return str(error)


def authorization(text: str) -> object:
    return caller_id(request(Authorization=text), DESK, 0)


def forwarded(header: str) -> Entrance:
    """The reader's address as a trusted proxy tells it in this header."""
    return lambda text: reader_address(by_a_proxy(**{header: text}), EVERYWHERE)


def own_address(header: str) -> Entrance:
    """Our own address as a trusted proxy tells it in this header."""

    def read(text: str) -> object:
        asked = by_a_proxy(**{"Host": "desk.example", header: text})
        find_addresses_by(asked, OwnAddresses(None, EVERYWHERE))
        return own_path(asked), is_own_origin(asked, "https://desk.example")

    return read


def by_a_proxy(**headers: str) -> Any:
    """A request whose connection has an address."""
    return request(**headers).clone(remote="127.0.0.1")


def origin(text: str) -> object:
    return _is_allowed(request(Host="desk.example", Origin=text), text, SITE)


def return_address(text: str) -> object:
    """As the field of a form, and as the page that a browser says it is on; what a refused form makes of them."""
    asked = request(Referer=text, Origin=text, Accept="text/html", Content_Type=bodies.URLENCODED)
    asked[FORM] = {"return_to": text, "article": {"url": text}}
    return write_page(asked, SITE, InvalidFieldsError(errors={"name": ["Missing."]}), "")


def search(text: str) -> object:
    """What a moderator searches for, as far as it is taken at all."""
    checked = comments(f"q={text}")
    with suppress(RequestError):
        return query_of(parse_qs(f"q={text[:MAX_QUERY_CHARS]}").get("q", [""])[0])
    return checked


def searched(text: str) -> object:
    """Words that may be many times in a comment are looked for in it, and one that is not."""
    if has_too_many_marks(text):
        return None
    return query_of("a bb* *a").matches("", text), query_of("nobody*").matches(text, "")


def accepted(text: str) -> object:
    asked = request(Accept=f"text/html,{text}", Accept_Language=text)
    return prefers_html(asked), texts_for(asked, None)


NEW_SITE, NEW_TOKEN, THREAD = Loader(NewSiteSchema()), Loader(NewTokenSchema()), Loader(ThreadChangeSchema())
DECISION, DECISIONS = Loader(DecisionSchema()), Loader(DecisionsSchema())
address = is_web_address
queue = query(moderators.list_queue)
comments = query(lists.list_comments)
page = query(threads.read_thread)
counts = query(threads.count_published)
