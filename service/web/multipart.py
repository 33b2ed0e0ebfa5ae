"""Forms as multipart/form-data (RFC 7578): split at the boundary, each part's head read by strict patterns.

Neither the standard library's `email`, whose parsers take time that is the square of what a stranger sends (CPython
gh-136063), nor PyPI's `multipart`, which refuses lines that end in LF alone and texts that look like the boundary, nor
aiohttp's reader, which goes through a stream line by line. Nothing is nested here, and every step is one pass.
"""

import re
from binascii import a2b_base64, a2b_qp
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from service.errors import InvalidFieldsError, MalformedBodyError, RequestError
from service.texts.sentence import sentence
from service.web.media_type import MediaType, read_media_type

MAX_PARTS = 40
"""Comment forms have 4 to 20 fields, those of WordPress with its common plugins included."""
MAX_HEAD_BYTES = 1024
MAX_HEADERS = 8
MAX_PARAMETERS = 4
"""Of a Content-Disposition; there are two names and two names of files."""
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
"""RFC 2046, 5.1.1."""
_LINE_END = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_LAST_LINE_END = re.compile(rb"--[ \t]*\r?(?:\n|\Z)")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")
_FORM_DATA = re.compile(r"form-data(?=[ \t]*(?:;|\Z))", re.IGNORECASE)
_PARAMETER = re.compile(r'[ \t]*;[ \t]*([A-Za-z]+\*?)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s;"]+)[ \t]*(?=;|\Z)')
_EXTENDED = re.compile(r"utf-8'[A-Za-z-]*'(.*)", re.IGNORECASE)
"""A parameter's value with its charset, RFC 8187. RFC 7578 wants none of these; old clients send them."""
_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "7bit": bytes,
    "8bit": bytes,
    "binary": bytes,
    "base64": a2b_base64,
    "quoted-printable": a2b_qp,
}


def parse_multipart(media_type: MediaType, raw: bytes) -> list[tuple[str, str]]:
    """Names and texts of a form's fields, in order. MalformedBodyError, or InvalidFieldsError for a file."""
    parts = _split(media_type, raw)
    try:
        return [(name, text.decode()) for name, text in map(_field, parts)]
    except ValueError as error:
        raise MalformedBodyError("Not a valid multipart form in UTF-8.") from error


def salvage_multipart(media_type: MediaType, raw: bytes) -> Iterator[tuple[str, str]]:
    """Those fields of a form that can be read, where others cannot; what is no UTF-8 stands as U+FFFD.
    MalformedBodyError where there are no parts."""
    for part in _split(media_type, raw):
        with suppress(RequestError, ValueError):
            name, text = _field(part)
            yield name, text.decode("utf-8", "replace")


def _split(media_type: MediaType, raw: bytes) -> list[bytes]:
    """The parts between lines that are the boundary; a line that only begins as it does is text. Each part begins
    with the end of its boundary's line."""
    boundary = media_type.parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise MalformedBodyError("The Content-Type names no boundary of 1-70 characters.")
    mark = b"\n--" + boundary.encode()
    parts: list[bytes] = []
    for piece in (b"\n" + raw).split(mark, MAX_PARTS + 1)[1:]:
        if _LAST_LINE_END.match(piece) and parts:
            return [part.removesuffix(b"\r") for part in parts]
        if _LINE_END.match(piece):
            parts.append(piece.lstrip(b" \t"))
        elif parts:
            parts[-1] += mark + piece
    raise MalformedBodyError(
        sentence("Not a multipart form of 1-%(most)s parts that ends with its boundary.", most=MAX_PARTS)
    )


def _field(part: bytes) -> tuple[str, bytes]:
    end = _HEAD_END.search(part, 0, MAX_HEAD_BYTES)
    if end is None:
        raise MalformedBodyError(
            sentence("A part of the form has no head of at most %(most)s bytes.", most=MAX_HEAD_BYTES)
        )
    headers = _headers(part[: end.start()].decode())
    disposition = _disposition(headers.get("content-disposition", ""))
    name = disposition.get("name", disposition.get("name*"))
    if name is None:
        raise MalformedBodyError("A part of the form has no name.")
    if "filename" in disposition or "filename*" in disposition:
        raise InvalidFieldsError(errors={name: ["Files are not taken."]})
    kind = read_media_type(headers.get("content-type", "")).kind
    decode = _DECODERS.get(headers.get("content-transfer-encoding", "").lower())
    if decode is None or kind.startswith(("multipart/", "message/")):
        raise MalformedBodyError("A part of the form is no plain text.")
    return name, decode(part[end.end() :])


def _headers(head: str) -> dict[str, str]:
    """By name in lower case. Each stands on one line, and once."""
    lines = head.removeprefix("\r").removeprefix("\n").split("\n")
    headers: dict[str, str] = {}
    for line in lines:
        header = _HEADER.fullmatch(line.removesuffix("\r"))
        if header is None or header[1].lower() in headers or len(headers) == MAX_HEADERS:
            raise MalformedBodyError("The head of a part of the form is not one.")
        headers[header[1].lower()] = header[2].rstrip(" \t")
    return headers


def _disposition(header: str) -> dict[str, str]:
    """The parameters of a Content-Disposition of `form-data`; none for any other."""
    found: dict[str, str] = {}
    kind = _FORM_DATA.match(header)
    place = kind.end() if kind else len(header)
    while place < len(header):
        parameter = _PARAMETER.match(header, place)
        if parameter is None or parameter[1].lower() in found or len(found) == MAX_PARAMETERS:
            raise MalformedBodyError("The name of a part of the form is not written as RFC 7578 says.")
        found[parameter[1].lower()] = _value(parameter[1], parameter[2])
        place = parameter.end()
    return found


def _value(name: str, written: str) -> str:
    if not name.endswith("*"):
        return written[1:-1].replace('\\"', '"').replace("\\\\", "\\") if written.startswith('"') else written
    extended = _EXTENDED.fullmatch(written)
    if extended is None:
        raise MalformedBodyError("The name of a part of the form is not in UTF-8.")
    return unquote_to_bytes(extended[1]).decode()
