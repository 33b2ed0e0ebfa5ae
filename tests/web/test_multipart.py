"""Forms as multipart/form-data: what is read exactly, and what is refused."""

from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidFieldsError, MalformedBodyError
from service.web.body import parse_form
from service.web.media_type import MAX_CHARS, read_media_type
from service.web.multipart import MAX_HEAD_BYTES, MAX_HEADERS, MAX_PARTS, parse_multipart

NAMED = b'Content-Disposition: form-data; name="body"'
BODY_PART = b"--b\r\n" + NAMED + b"\r\n\r\nhi\r\n"


def read(raw: bytes, boundary: str = "b") -> list[tuple[str, str]]:
    return parse_multipart(read_media_type(f"multipart/form-data; boundary={boundary}"), raw)


def text_of(head: bytes, text: bytes = b"hi") -> str:
    ((name, read_text),) = read(b"--b\r\n" + head + b"\r\n\r\n" + text + b"\r\n--b--\r\n")
    assert name == "body"
    return read_text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (BODY_PART + b"--b--\r\n", "hi"),
        (BODY_PART + b"--b--", "hi"),
        (b"a preamble\r\nof two lines\r\n" + BODY_PART + b"--b--\r\nand an epilogue --b\r\n", "hi"),
        (BODY_PART.replace(b"\r\n", b"\n") + b"--b--\n", "hi"),
        (b"--b \t\r\n" + NAMED + b"\r\n\r\nhi\r\n--b-- \r\n", "hi"),
        (b"--b\r\n" + NAMED + b"\r\n\r\n\r\n--b--", ""),
        (b"--b\r\n" + NAMED + b"\r\n\r\n two  \r\n\r\nlines \r\n\r\n--b--", " two  \r\n\r\nlines \r\n"),
        (
            b"--b\r\n" + NAMED + b"\r\n\r\n--a\r\n--bb\r\n--b-x\r\n --b\r\n--b-- x\r\n--b--",
            "--a\r\n--bb\r\n--b-x\r\n --b\r\n--b-- x",
        ),
        (b"--b\r\n" + NAMED + b"\r\n\r\nContent-Type: x\r\n\r\nFrom me\r\n--b--", "Content-Type: x\r\n\r\nFrom me"),
        (b"--b\r\n" + NAMED + "\r\n\r\n\u00e9 \u202e \x85\r\n--b--".encode(), "\u00e9 \u202e \x85"),
    ],
)
def test_a_text_arrives_exactly(raw: bytes, text: str) -> None:
    assert read(raw) == [("body", text)]


@pytest.mark.parametrize(
    "head",
    [
        b"content-disposition:form-data;name=body",
        b"CONTENT-DISPOSITION: FORM-DATA ; Name = body",
        b'Content-Disposition: form-data; name="body"; size=5',
        b"Content-Disposition: form-data; name*=UTF-8''bod%79",
        NAMED + b"\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit",
        b"Content-Length: 2\r\nX-Other: a: b\r\n" + NAMED + b" ",
    ],
)
def test_a_head_may_be_written_in_many_ways(head: bytes) -> None:
    assert text_of(head) == "hi"


def test_old_encodings_are_undone() -> None:
    assert text_of(NAMED + b"\r\nContent-Transfer-Encoding: base64", b"aMOp\r\naGk=") == "h\u00e9hi"
    assert text_of(NAMED + b"\r\nContent-Transfer-Encoding: Quoted-Printable", b"h=C3=A9=\r\nhi") == "h\u00e9hi"


@pytest.mark.parametrize(
    ("written", "name"),
    [(b'"a b"', "a b"), (b'"a\\"b\\\\c"', 'a"b\\c'), (b'""', ""), ('"\u00e9"'.encode(), "\u00e9"), (b"a[b]", "a[b]")],
)
def test_a_name_is_taken_out_of_its_quotes(written: bytes, name: str) -> None:
    assert read(b"--b\r\nContent-Disposition: form-data; name=" + written + b"\r\n\r\n\r\n--b--") == [(name, "")]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"X-Other: a",
        b"Content-Disposition: form-data",
        b'Content-Disposition: attachment; name="body"',
        b'Content-Disposition: form-data-x; name="body"',
        b"Content-Disposition: form-data; name",
        b'Content-Disposition: form-data; name="body',
        b'Content-Disposition: form-data; name="a"b"',
        b"Content-Disposition: form-data; name=a b",
        b'Content-Disposition: form-data; name="a"; name="b"',
        b"Content-Disposition: form-data; name*0=bo; name*1=dy",
        b"Content-Disposition: form-data; name*=latin-1''body",
        b"Content-Disposition: form-data; name*=UTF-8''%FF",
        b"Content-Disposition: form-data; a=b; c=d; e=f; g=h; name=body",
        b'Content-Disposition: form-data;\r\n name="body"',
        b'Content-Disposition : form-data; name="body"',
        NAMED + b"\r\n" + NAMED,
        NAMED + b"\r\nno colon",
        NAMED + b"\r\nContent-Type: multipart/mixed; boundary=c",
        NAMED + b"\r\nContent-Type: message/rfc822",
        NAMED + b"\r\nContent-Type: text/plain; charset=latin-1",
        NAMED + b"\r\nContent-Transfer-Encoding: x-uuencode",
        NAMED + b"\r\nContent-Transfer-Encoding: base64\r\nX: \xff",
        NAMED + b"".join(b"\r\nX-%d: a" % number for number in range(MAX_HEADERS)),
        NAMED + b"\r\nX-Other: " + b"a" * MAX_HEAD_BYTES,
    ],
)
def test_a_head_that_is_none_is_refused(head: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        text_of(head)


@pytest.mark.parametrize("given", [b"filename=x", b'filename=""', b"FileName*=UTF-8''x"])
def test_a_file_is_refused_by_its_name(given: bytes) -> None:
    with pytest.raises(InvalidFieldsError) as caught:
        text_of(NAMED + b"; " + given)
    assert caught.value.errors == {"body": ["Files are not taken."]}


def test_so_many_parts_are_taken() -> None:
    assert len(read(BODY_PART * MAX_PARTS + b"--b--")) == MAX_PARTS
    for raw in (BODY_PART * (MAX_PARTS + 1) + b"--b--", BODY_PART * 3, b"--b--", b"--b\r\n--b--", b""):
        with pytest.raises(MalformedBodyError):
            read(raw)


@pytest.mark.parametrize("boundary", ["b" * 70, '"a b"', "----=_Part_1.2", "=?(x):/'+,", "0"])
def test_a_boundary_of_70_characters_is_the_longest(boundary: str) -> None:
    plain = boundary.strip('"').encode()
    if b"," in plain:
        boundary = f'"{boundary}"'
    assert read(BODY_PART.replace(b"--b", b"--" + plain) + b"--" + plain + b"--", boundary) == [("body", "hi")]


@pytest.mark.parametrize("boundary", ["", '""', "b" * 71, '"b "', '"b', "\u00e9", "b\x00", "b@", '"b"b'])
def test_another_boundary_is_refused(boundary: str) -> None:
    with pytest.raises(MalformedBodyError):
        read(BODY_PART + b"--b--", boundary)


@given(
    st.lists(st.tuples(st.text("ab.[]é ", max_size=5), st.text(max_size=30)), min_size=1, max_size=5),
    st.sampled_from([b"\r\n", b"\n"]),
)
def test_what_is_written_is_read(fields: list[tuple[str, str]], line_end: bytes) -> None:
    head = b'Content-Disposition: form-data; name="'
    parts = [line_end.join([b"--bound", head + name.encode() + b'"', b"", text.encode(), b""]) for name, text in fields]
    expected = [(name, text.removesuffix("\r") if line_end == b"\n" else text) for name, text in fields]
    assert read(b"".join(parts) + b"--bound--", "bound") == expected


@pytest.mark.parametrize(
    ("header", "kind", "parameters"),
    [
        ("", "", {}),
        ("Text/HTML", "text/html", {}),
        ("a/b;;; ;", "a/b", {}),
        ("a/b; c", "a/b", {"c": ""}),
        ('a/b; C="d; e"; f=g', "a/b", {"c": "d; e", "f": "g"}),
        ("a/b\t;\tcharset=UTF-8", "a/b", {"charset": "UTF-8"}),
    ],
)
def test_a_media_type_is_read(header: str, kind: str, parameters: dict[str, str]) -> None:
    assert read_media_type(header) == (kind, parameters)


@pytest.mark.parametrize(
    "header",
    [
        "a/b; =",
        'a/b; c="',
        'a/b; c="d"e',
        "a/b; c=d; C=d",
        "a/b; c*=utf-8''d",
        "a/b; c*0=d",
        "a/b; (c)",
        "a/b; c=\u00e9",
        "a/b; charset=latin-1",
        "a/b; charset=",
        "a/b; c=" + "d" * MAX_CHARS,
        "a/b" + "; " * 98 + "\x00",
    ],
)
def test_a_media_type_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(MalformedBodyError):
        read_media_type(header)


@given(st.text("%=+&a1Fé\r\n \x00", max_size=12).map(str.encode))
def test_escapes_are_undone_as_everywhere(written: bytes) -> None:
    expected = unquote_to_bytes(written.replace(b"+", b" ").replace(b"&", b"%26"))
    raw = b"body=" + written.replace(b"&", b"%26")
    try:
        text = expected.decode()
    except UnicodeDecodeError:
        with pytest.raises(MalformedBodyError):
            parse_urlencoded(raw)
    else:
        assert parse_urlencoded(raw) == {"body": text}


def parse_urlencoded(raw: bytes) -> dict[str, str]:
    request = None
    return parse_form(request, "application/x-www-form-urlencoded", raw)  # type: ignore[arg-type]


def test_a_form_of_percent_signs_is_refused() -> None:
    assert parse_urlencoded(b"body=" + quote("%" * 1000).encode()) == {"body": "%" * 1000}
    assert parse_urlencoded(b"body=" + b"%" * 1000) == {"body": "%" * 1000}
    with pytest.raises(MalformedBodyError):
        parse_urlencoded(b"body=" + b"%" * 1001)
