"""From the bytes of a body to the fields in it: JSON or a form, within the limit, in UTF-8."""

import asyncio
import re
import zlib
from binascii import a2b_qp
from collections.abc import Iterable
from typing import Any

import orjson
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from service.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    MalformedBodyError,
    UnsupportedMediaTypeError,
)
from service.texts.sentence import sentence
from service.web.exchange import Request
from service.web.media_type import MediaType, kind_of, read_media_type
from service.web.multipart import parse_multipart, salvage_multipart
from service.web.surrogates import without_lone_surrogates

MAX_BODY_BYTES = 64 * 1024
MAX_FORM_BYTES = 160 * 1024
"""A comment of 10,000 characters is 120 KB as a form where each takes four bytes of UTF-8, and these nine to twelve."""
MAX_BULK_BYTES = 160 * 1024
"""Of JSON with hundreds of items."""
BODY_SECONDS = 10
MAX_NESTING = 1024
"""orjson's own limit: what opens more brackets than this is not taken, whatever its length."""
MAX_FORM_FIELDS = 200
MAX_LOOSE_PERCENTS = 1000
"""Those that begin no escape are taken as they are; a form of them alone is no browser's."""
_LOOSE_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
PLAIN = "text/plain"
"""How a browser sends a form whose page says so; it is no form that can be read with certainty."""


async def read_body(request: Request, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The whole body, decompressed, of at most so many bytes. BodyTooLargeError, BodyTooSlowError, MalformedBodyError
    (bad compression, cut off), UnsupportedMediaTypeError (an unknown compression)."""
    try:
        if request.content.is_eof():  # it came with its head: no need of a timer
            body = request.content.read_nowait()
        else:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _received(request, max_bytes)
    except TimeoutError as error:
        raise BodyTooSlowError(sentence("At most %(most)s seconds after the head.", most=BODY_SECONDS)) from error
    except (HttpProcessingError, web.RequestPayloadError, ConnectionError) as error:
        raise MalformedBodyError("The body is cut off.") from error
    encoding = request.headers.get("Content-Encoding")
    if encoding is not None and len(body) <= max_bytes:
        body = _decompressed(body, encoding.strip().lower(), max_bytes)
    if len(body) > max_bytes:
        if _is_all_brackets(body[: MAX_NESTING + 1]):
            raise MalformedBodyError(sentence("Nested deeper than %(most)s levels.", most=MAX_NESTING))
        raise BodyTooLargeError(sentence("At most %(most)s bytes.", most=max_bytes))
    return body


async def _received(request: Request, max_bytes: int) -> bytes:
    """The body as it comes, or as much of it as is over the limit."""
    parts: list[bytes] = []
    size = 0
    while size <= max_bytes and (chunk := await request.content.readany()):
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts)


def _decompressed(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The body unfolded up to one byte over the limit, so that a bomb takes no memory. The server does not do this
    (`auto_decompress` is off): a body that was cut off would leave its request waiting for ever."""
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise UnsupportedMediaTypeError("Compress with gzip or deflate, or not at all.")
    is_raw = encoding == "deflate" and body[:1] and body[0] & 0x0F != zlib.DEFLATED
    decompressor = zlib.decompressobj(wbits=-15 if is_raw else 15 if encoding == "deflate" else 31)
    try:
        unfolded = decompressor.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise MalformedBodyError("The body is not compressed as its headers say.") from error
    is_whole = decompressor.eof and not decompressor.unused_data
    if not is_whole and len(unfolded) <= max_bytes:
        raise MalformedBodyError("The compressed body is cut off, or goes on after its end.")
    return unfolded


def _is_all_brackets(start: bytes) -> bool:
    return bool(start.strip()) and not start.strip(b"[{ \t\r\n")


def media_type(request: Request) -> str:
    """The body's media type in lower case; MalformedBodyError for one of ours whose parameters are none or name a
    charset other than UTF-8."""
    whole = request.headers.get("Content-Type", "")
    if whole in (JSON, URLENCODED):
        return whole
    kind = kind_of(whole)
    if kind in (JSON, URLENCODED, MULTIPART):
        read_media_type(whole)
    return kind


def parse_json(raw: bytes) -> Any:
    """The JSON value, or MalformedBodyError: broken, not UTF-8, NaN, nested too deep. Half a character is U+FFFD."""
    try:
        return orjson.loads(raw)
    except ValueError:
        mended = without_lone_surrogates(raw)
    try:
        return orjson.loads(mended)
    except ValueError as error:
        raise MalformedBodyError(sentence("Not valid JSON: %(reason)s", reason=str(error))) from error


def parse_form(request: Request, kind: str, raw: bytes) -> dict[str, Any]:
    """The fields of a form, the last of each name; `article.url` and `article[url]` go into an `article` of their own.

    MalformedBodyError, or InvalidFieldsError for a file.
    """
    return _by_name(_urlencoded(raw) if kind == URLENCODED else parse_multipart(_media_type(request), raw))


def salvage_form(request: Request, raw: bytes) -> dict[str, Any]:
    """The fields that can be read of a form that is refused, which may be none; what is no UTF-8 stands as U+FFFD. A
    form as `text/plain` does not tell what is a name and what is a text: it is a body as it came."""
    kind = kind_of(request.headers.get("Content-Type", ""))
    try:
        if kind == URLENCODED:
            return _by_name(
                (name.decode("utf-8", "replace"), text.decode("utf-8", "replace")) for name, text in _split(raw)
            )
        if kind == MULTIPART:
            return _by_name(salvage_multipart(_media_type(request), raw))
    except MalformedBodyError:
        return {}
    return {"body": raw.decode("utf-8", "replace")} if kind == PLAIN else {}


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        outer, dot, inner = name.replace("[", ".").replace("]", "").partition(".")
        if not dot:
            fields[outer] = value
        elif isinstance(fields.setdefault(outer, {}), dict):
            fields[outer][inner] = value
    return fields


def _urlencoded(raw: bytes) -> list[tuple[str, str]]:
    """As WHATWG URL, 5.1, but strict about UTF-8; on bytes, since `parse_qsl` decodes text piece by piece."""
    try:
        return [(name.decode(), value.decode()) for name, value in _split(raw)]
    except ValueError as error:
        raise MalformedBodyError("Not a valid form in UTF-8.") from error


def _split(raw: bytes) -> list[tuple[bytes, bytes]]:
    if raw.count(b"&") >= MAX_FORM_FIELDS:
        raise MalformedBodyError(sentence("At most %(most)s fields.", most=MAX_FORM_FIELDS))
    if raw.count(b"%") > max(MAX_LOOSE_PERCENTS, len(raw) // 3):
        raise MalformedBodyError("Percent signs that begin no escape.")
    pairs = [pair.partition(b"=") for pair in raw.split(b"&") if pair]
    return [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]


def _unquoted(text: bytes) -> bytes:
    """Escapes undone as those of quoted-printable, which is one pass in C: `unquote_to_bytes` takes ten times as long,
    and an exception for each percent sign that begins no escape."""
    text = text.replace(b"+", b" ")
    if b"%" in text:
        text = a2b_qp(_LOOSE_PERCENT.sub(b"%25", text).replace(b"=", b"=3D").replace(b"%", b"="))
    return text


def _media_type(request: Request) -> MediaType:
    return read_media_type(request.headers.get("Content-Type", ""))


def require_media_type(kind: str, *, is_form_taken: bool) -> None:
    """UnsupportedMediaTypeError unless it is JSON, or a form where forms are taken."""
    taken = (JSON, URLENCODED, MULTIPART) if is_form_taken else (JSON,)
    if kind not in taken:
        raise UnsupportedMediaTypeError(sentence("Send %(types)s.", types=" or ".join(taken)))
