"""What a broken or hostile sender sends, and the refusal that each gets: never a 500, always a whole document."""

import gzip
import json
import socket
import zlib
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.api.client import Reply, Site, submission
from tests.servers import ServiceProcess

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MAX_BODY_BYTES = 64 * 1024


def send(site: Site, raw: bytes, content_type: str = JSON, **headers: str) -> Reply:
    sent = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
    return site.website.ask("POST", site.comments(), raw=raw, headers=sent)


def as_json(**changes: object) -> bytes:
    return json.dumps(submission(**changes)).encode()


def padded(size: int) -> bytes:
    """A submission of so many bytes."""
    return as_json().ljust(size)


BROKEN_JSON = {
    "nothing but a brace": b"{",
    "cut off": as_json()[:-1],
    "cut within a text": as_json()[:20],
    "two values": b"{}{}",
    "a trailing comma": b'{"name": "a",}',
    "single quotes": b"{'name': 'a'}",
    "a comment": b"{} // and more",
    "spaces alone": b"   ",
    "a byte order mark": b"\xef\xbb\xbf" + as_json(),
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "half of a surrogate's escape": b'{"name": "\\ud80',
    "a surrogate's escape that is none": b'{"name": "\\ud8zz"}',
    "bytes that are no UTF-8": b'{"name": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "an overlong slash": b'{"name": "\xc0\xaf"}',
    "latin-1": '{"name": "José"}'.encode("latin-1"),
    "UTF-16": json.dumps({"name": "a"}).encode("utf-16"),
    "UTF-32": json.dumps({"name": "a"}).encode("utf-32"),
    "a raw NUL": b'{"name": "\x00"}',
    "a raw newline within a text": b'{"name": "a\nb"}',
    "NULs alone": b"\x00" * 100,
    "10,000 brackets": b"[" * 10_000,
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets that close": b"[" * 50_000 + b"]" * 50_000,
    "100,000 braces": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "2,000 nested lists": b'{"body": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    "1,100 nested objects": b'{"a":' * 1100 + b"1" + b"}" * 1100,
    "a bare word": b"hello",
    "an integer of 5,000 digits": b'{"name": ' + b"9" * 5000 + b"}",
    "a hexadecimal number": b'{"a": 0x10}',
    "a number that starts with 0": b'{"a": 01}',
    "XML": b"<?xml version='1.0'?><comment/>",
    "a form": urlencode(submission()).encode(),
}


@pytest.mark.parametrize("what", BROKEN_JSON)
def test_broken_json_is_400(site: Site, what: str) -> None:
    raw = BROKEN_JSON[what]
    reply = send(site, raw)
    if len(raw) > MAX_BODY_BYTES and reply.status == 413:
        assert raw.startswith(b'{"a":')
        reply.refuses(413, "body_too_large")
    else:
        reply.refuses(400, "malformed_body")
    assert site.queue()["total"] == 0


@pytest.mark.parametrize("what", ["cut off", "bytes that are no UTF-8", "100,000 brackets", "NaN"])
def test_it_is_400_on_every_call_that_takes_a_body(site: Site, what: str) -> None:
    comment_id = site.submit()
    headers = {"Content-Type": JSON}
    calls = [
        (site.website, "PUT", site.thread()),
        (site.moderator, "POST", site.path + "/claims"),
        (site.moderator, "POST", site.comment(comment_id) + "/decisions"),
        (site.moderator, "POST", site.comment(comment_id) + "/undo"),
        (site.moderator, "POST", site.path + "/decisions"),
        (site.operator, "PUT", site.path + "/policy"),
        (site.admin, "POST", "/v1/sites"),
        (site.admin, "PATCH", site.path),
        (site.admin, "POST", "/v1/tokens"),
    ]
    for caller, method, path in calls:
        caller.ask(method, path, raw=BROKEN_JSON[what], headers=headers).refuses(400, "malformed_body")


ODD_JSON = {
    "a huge integer": b'{"name": 123456789012345678901234567890}',
    "a huge exponent": b'{"name": 1e308, "parent_id": -1e-400}',
    "values of every other kind": b'{"name": [], "email": {}, "body": true, "website": 0.5, "article": 1}',
    "lists of lists": b'{"name": [[[["a"]]]], "email": [null], "body": [[]]}',
    "an escaped NUL": b'{"name": "\\u0000", "email": "\\u0000@b.example", "body": "\\u0000"}',
    "escapes": b'{"name": "\\u001b", "email": "\\u0007@b", "body": "\\u0085"}',
    "names of every kind": b'{"": 1, "a.b": 2, "_schema": 3, "__class__": 4, "\\u0000": 5, "\\ud83c\\udf89": 6}',
    "1,000 unknown names": json.dumps({f"name {number}": number for number in range(1000)}).encode(),
    "1,000 nested lists": b'{"body": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "halves of characters": b'{"\\ud800": "\\udfff", "parent_id": "\\ud800"}',
    "articles within articles": b'{"article": {"article": {"article": {"url": 1}}}}',
}


@pytest.mark.parametrize("what", ODD_JSON)
def test_odd_json_is_422_and_names_what_is_wrong(site: Site, what: str) -> None:
    document = send(site, ODD_JSON[what]).problem()
    assert (document["status"], document["code"]) == (422, "invalid_fields")
    assert {"name", "email", "body"} <= set(document["errors"])


def test_of_a_name_given_twice_the_last_counts(site: Site) -> None:
    raw = as_json()[:-1] + b', "name": "The Last"}'
    assert send(site, raw).status == 202
    assert site.queue()["comments"][0]["name"] == "The Last"


class TestContentTypes:
    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "text/html",
            "application/xml",
            "application/vnd.api+json",
            "application/octet-stream",
            "multipart/mixed; boundary=b",
            "image/png",
            "json",
            "",
            "/",
            ";",
            "*/*",
            "application/json, text/plain",
            "application /json",
            "a" * 4000,
        ],
    )
    def test_any_other_is_415(self, site: Site, content_type: str) -> None:
        send(site, as_json(), content_type).refuses(415, "unsupported_media_type")

    def test_a_body_of_no_type_is_415(self, site: Site) -> None:
        site.website.ask("POST", site.comments(), raw=as_json()).refuses(415, "unsupported_media_type")

    @pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data; boundary=b"])
    def test_a_form_is_415_where_none_is_taken(self, site: Site, content_type: str) -> None:
        headers = {"Content-Type": content_type}
        reply = site.moderator.ask("POST", site.path + "/claims", raw=b"limit=5", headers=headers)
        reply.refuses(415, "unsupported_media_type")

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            'application/json; charset="utf-8"',
            "APPLICATION/JSON",
            "application/json; odd=parameter; another",
            " application/json ",
        ],
    )
    def test_json_however_it_is_written_is_taken(self, site: Site, content_type: str) -> None:
        assert send(site, as_json(), content_type).status == 202

    @pytest.mark.parametrize("media", [JSON, URLENCODED])
    @pytest.mark.parametrize(
        "charset", ["latin-1", "utf-16", "x-no-such", "utf-8-sig", "idna", "rot13", "\xff", "utf-7"]
    )
    def test_another_charset_is_400(self, site: Site, media: str, charset: str) -> None:
        send(site, as_json(), f"{media}; charset={charset}").refuses(400, "malformed_body")

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json; charset*=utf-8''%ff%fe",
            "application/json; charset*0=ut; charset*1=f-8",
            "application/json; charset*=''",
            "application/json; charset*0*=",
            "application/json; a*0*=''; a*1",
            "application/json; =",
            "application/json; charset=",
            "application/json; charset",
            'application/json; charset="',
            "application/json;;;;;;",
            "application/json; (comment",
            "application/json; " + "a=b;" * 1000,
            "application/json; charset=utf-8; charset=latin-1",
            "application/json\t;\tcharset=utf-8",
            '"application/json"',
            "application/json; charset==?utf-8?q?x?=",
        ],
    )
    def test_odd_parameters_are_taken_or_refused(self, site: Site, content_type: str) -> None:
        reply = send(site, as_json(), content_type)
        if reply.status != 202:
            assert reply.problem()["status"] in {400, 415}


class TestSizes:
    def test_exactly_64_kib_is_taken(self, site: Site) -> None:
        assert send(site, padded(MAX_BODY_BYTES)).status == 202

    @pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 200_000, 3_000_000])
    def test_more_is_413(self, site: Site, size: int) -> None:
        send(site, padded(size)).refuses(413, "body_too_large")
        assert site.queue()["total"] == 0

    @pytest.mark.parametrize("filler", [b" ", b"a", b"\x00", b"\xff", b'"'])
    def test_more_of_anything_is_413(self, site: Site, filler: bytes) -> None:
        send(site, filler * (MAX_BODY_BYTES + 1)).refuses(413, "body_too_large")

    def test_more_in_chunks_is_413(self, site: Site) -> None:
        head = (
            f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
            f"Authorization: Bearer {site.website.token}\r\nContent-Type: {JSON}\r\n\r\n"
        )
        chunks = (b"1000\r\n" + b" " * 0x1000 + b"\r\n") * 17 + b"0\r\n\r\n"
        (reply,) = site.anyone.send_bytes(head.encode() + chunks)
        reply.refuses(413, "body_too_large")

    def test_a_body_in_small_chunks_is_taken(self, site: Site) -> None:
        head = (
            f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
            f"Authorization: Bearer {site.website.token}\r\nContent-Type: {JSON}\r\n\r\n"
        )
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in as_json()) + b"0\r\n\r\n"
        (reply,) = site.anyone.send_bytes(head.encode() + chunks)
        assert reply.status == 202

    def test_a_form_of_too_many_fields_is_400(self, site: Site) -> None:
        send(site, b"a=1&" * 201, URLENCODED).refuses(400, "malformed_body")


class TestCompression:
    @pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "deflate", "raw deflate", "identity", ""])
    def test_a_compressed_body_is_taken(self, site: Site, encoding: str) -> None:
        raw = as_json()
        if "gzip" in encoding.lower():
            raw = gzip.compress(raw)
        elif "deflate" in encoding:
            raw = zlib.compress(raw, wbits=-15 if "raw" in encoding else 15)
        assert send(site, raw, Content_Encoding=encoding.removeprefix("raw ")).status == 202

    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    @pytest.mark.parametrize(
        "what",
        ["garbage", "plain", "cut", "cut early", "cut late", "flipped", "another's", "zeros", "twice", "nothing"],
    )
    def test_garbage_is_400(self, site: Site, encoding: str, what: str) -> None:
        good, other = gzip.compress(as_json()), zlib.compress(as_json())
        if encoding == "deflate":
            good, other = other, good
        middle = len(good) // 2
        raw = {
            "garbage": b"garbage of many bytes" * 20,
            "plain": as_json(),
            "cut": good[:middle],
            "cut early": good[:4],
            "cut late": good[:-1],
            "flipped": good[:middle] + bytes([good[middle] ^ 0xFF]) + good[middle + 1 :],
            "another's": other,
            "zeros": bytes(100),
            "twice": good + good,
            "nothing": b"",
        }[what]
        send(site, raw, Content_Encoding=encoding).refuses(400, "malformed_body")
        assert site.queue()["total"] == 0

    @pytest.mark.parametrize("filler", [b" ", b"["])
    @pytest.mark.parametrize("megabytes", [60, 400])
    def test_a_bomb_is_refused_before_it_unfolds(
        self, site: Site, service: ServiceProcess, megabytes: int, filler: bytes
    ) -> None:
        """The smaller one is within the limit as it is sent."""
        press = zlib.compressobj(9, wbits=31)
        million = filler * (1 << 20)
        bomb = b"".join(press.compress(million) for _ in range(megabytes)) + press.flush()
        assert (len(bomb) < MAX_BODY_BYTES) == (megabytes == 60)
        before = peak_kib(service)
        reply = send(site, bomb, Content_Encoding="gzip")
        assert reply.problem()["status"] in {400, 413}
        assert peak_kib(service) - before < 16 * 1024

    def test_a_body_that_unfolds_over_the_limit_is_413(self, site: Site) -> None:
        reply = send(site, gzip.compress(padded(MAX_BODY_BYTES + 1)), Content_Encoding="gzip")
        reply.refuses(413, "body_too_large")
        assert send(site, gzip.compress(padded(MAX_BODY_BYTES)), Content_Encoding="gzip").status == 202

    @pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "snappy", "gzip, gzip", "x" * 1000, ";", "*"])
    def test_an_unknown_encoding_is_415(self, site: Site, encoding: str) -> None:
        for raw in (b"\x00garbage", as_json()):
            send(site, raw, Content_Encoding=encoding).refuses(415, "unsupported_media_type")


def peak_kib(service: ServiceProcess) -> int:
    """The most memory that the service ever had."""
    lines = Path(f"/proc/{service.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


PART = b'Content-Disposition: form-data; name="name"\r\n\r\nAnn\r\n'
BROKEN_FORMS = {
    "nothing": b"",
    "no boundary in it": b"hello",
    "only its end": b"--b--\r\n",
    "no end": b"--b\r\n" + PART,
    "no end of a part": b'--b\r\nContent-Disposition: form-data; name="name"',
    "a part without a head": b"--b\r\n\r\nAnn\r\n--b--\r\n",
    "a part without a name": b"--b\r\nContent-Disposition: form-data\r\n\r\nAnn\r\n--b--\r\n",
    "a part of another kind": b'--b\r\nContent-Disposition: attachment; x="name"\r\n\r\nAnn\r\n--b--\r\n',
    "a text that is no UTF-8": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n--b--\r\n',
    "base64 garbage": b'--b\r\nContent-Disposition: form-data; name="name"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    + b64encode(b"\xff\xfe\xfd")
    + b"\r\n--b--\r\n",
    "a form within": b'--b\r\nContent-Disposition: form-data; name="name"\r\n'
    b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + PART + b"--c--\r\n--b--\r\n",
    "too many parts": (b"--b\r\n" + PART) * 201 + b"--b--\r\n",
    "a message within": b'--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: message/rfc822\r\n\r\n'
    + b"Content-Type: message/rfc822\r\n\r\n" * 500
    + b"\r\n--b--\r\n",
    "100 forms within": b"".join(
        b'--%d\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n'
        % (n, n + 1)
        for n in range(100)
    ),
}


class TestForms:
    @pytest.mark.parametrize("what", BROKEN_FORMS)
    def test_a_broken_multipart_is_400(self, site: Site, what: str) -> None:
        boundary = "0" if what == "100 forms within" else "b"
        reply = send(site, BROKEN_FORMS[what], f"multipart/form-data; boundary={boundary}")
        reply.refuses(400, "malformed_body")

    @pytest.mark.parametrize(
        "content_type",
        [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=other",
            'multipart/form-data; boundary="',
            "multipart/form-data; boundary*=utf-8''%00",
            "multipart/form-data; boundary=" + "b" * 5000,
            "multipart/form-data; boundary=.*",
            "multipart/form-data; boundary=(((((",
            "multipart/form-data; boundary=\xff",
        ],
    )
    def test_a_boundary_that_is_none_is_400(self, site: Site, content_type: str) -> None:
        send(site, b"--b\r\n" + PART + b"--b--\r\n", content_type).refuses(400, "malformed_body")

    @pytest.mark.parametrize("name", [b"\xff\xfe", "é".encode(), b"", b"a\x00b", b"a" * 3000, b"_schema", b"article[]"])
    def test_a_file_of_any_name_is_refused(self, site: Site, name: bytes) -> None:
        part = b'Content-Disposition: form-data; name="' + name + b'"; filename="f"\r\n\r\nx\r\n'
        reply = send(site, b"--b\r\n" + part + b"--b--\r\n", "multipart/form-data; boundary=b")
        assert reply.problem()["status"] in {400, 422}

    @pytest.mark.parametrize(
        "raw", [b"name=%FF", b"name=\xff", b"name=%ED%A0%80", b"%FF=a", b"\xc0\xaf=a", "name=José".encode("latin-1")]
    )
    def test_a_form_that_is_no_utf8_is_400(self, site: Site, raw: bytes) -> None:
        send(site, raw, URLENCODED).refuses(400, "malformed_body")

    @pytest.mark.parametrize(
        "raw", [b"", b"&&&&", b"=", b"%", b"%zz=1", b"name", b"name=a;email=b", b"a[=1", b"]=1&[=2", b"{}"]
    )
    def test_an_odd_form_is_422(self, site: Site, raw: bytes) -> None:
        reply = send(site, raw, URLENCODED)
        assert {"email", "body"} <= set(reply.problem()["errors"])

    @pytest.mark.parametrize("raw", [b"name=%00", b"name=%0A", b"name=%1B", b"name=%7F%00", b"name=%C2%85%C2%85"])
    def test_nothing_but_controls_in_a_form_is_422(self, site: Site, raw: bytes) -> None:
        send(site, raw, URLENCODED).refuses(422, "invalid_fields", "name", "email", "body")


class TestHttp:
    """Bytes that are hardly HTTP: refused by the server itself, which goes on; and HTTP that is only unusual."""

    @pytest.mark.parametrize(
        "raw",
        [
            b"\r\n\r\n\r\nGARBAGE\r\n\r\n",
            b"GET\r\n\r\n",
            b"FOO /healthz HTTP/1.1\r\n\r\n",
            b"GET /healthz HTTP/9.9\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nno colon here\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nHost : h\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nX: a\x00b\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 10_000 + b"\r\n\r\n",
            b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"GET /healthz?\xff HTTP/1.1\r\n\r\n",
            b"POST /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST /healthz HTTP/1.1\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n12345678",
            b"POST /healthz HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ],
    )
    def test_what_is_no_http_is_400_and_told_to_nobody_else(
        self, site: Site, service: ServiceProcess, raw: bytes
    ) -> None:
        replies = site.anyone.send_bytes(raw)
        assert [reply.status for reply in replies] == [400]
        assert site.anyone.get("/healthz").status == 200

    def test_text_after_the_stated_length_is_in_no_log(self, site: Site, service: ServiceProcess) -> None:
        sent = as_json(email="leaked-by-a-wrong-length@mail.example")
        head = (
            f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {site.website.token}\r\n"
            f"Content-Type: {JSON}\r\nContent-Length: 10\r\n\r\n"
        )
        replies = site.anyone.send_bytes(head.encode() + sent + b"\r\n\r\n")
        assert {reply.status for reply in replies} == {400}
        assert "leaked-by-a-wrong-length" not in service.said()

    def test_requests_in_one_go_are_answered_in_order(self, site: Site) -> None:
        body = as_json(client={"ip": "192.0.2.1"})
        post = (
            f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {site.website.token}\r\n"
            f"Content-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        get = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
        wrong = b"GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        assert [reply.status for reply in site.anyone.send_bytes(post + get + post + get + wrong)] == [
            202,
            200,
            202,
            200,
            404,
        ]
        assert site.queue()["total"] == 1

    def test_a_refused_body_does_not_become_the_next_request(self, site: Site) -> None:
        smuggled = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n".ljust(100)
        head = f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nContent-Type: {JSON}\r\nContent-Length: 100\r\n\r\n"
        last = b"GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        replies = site.anyone.send_bytes(head.encode() + smuggled + last)
        assert [reply.status for reply in replies] == [401, 404]

    @pytest.mark.parametrize(
        "header",
        [
            b"X-Odd: \xff\xfe\xf0",
            b"Accept: \xff",
            b"Cookie: " + b"a=b; " * 500,
            b"Accept-Encoding: \xc3\xa9, gzip;q=9",
            b"Range: bytes=0-0",
            b"If-Modified-Since: yesterday",
            b"Upgrade: websocket\r\nConnection: Upgrade",
            b"X-Request-ID: \xff<script>",
            b"Host: another\r\nHost: third",
            b"Forwarded: for=\xff",
            b"\r\n".join(b"X-%d: y" % number for number in range(60)),
        ],
    )
    def test_odd_headers_change_nothing(self, site: Site, header: bytes) -> None:
        site.publish()
        head = f"GET {site.comments()} HTTP/1.1\r\nConnection: close\r\n".encode()
        replies = site.anyone.send_bytes(head + header + b"\r\n\r\n")
        assert [reply.status for reply in replies][:1] in ([200], [400])
        assert site.anyone.get("/healthz").status == 200

    @pytest.mark.parametrize(
        "target",
        [
            b"/../../../../etc/passwd",
            b"/%2e%2e/%2e%2e/etc/passwd",
            b"/static/../../settings.py",
            b"/static/..%2f..%2fsettings.py",
            b"//evil.example/",
            b"/v1//sites",
            b"/v1/sites/",
            b"/healthz/",
            b"/HEALTHZ",
            b"/v1/sites/default/threads//comments",
            b"/%00",
            b"/%0A",
            b"/v1/%0D%0Asites",
            b"/%FF",
            b"/?" + b"a=b&" * 500,
            b"/v1;x=1/sites",
        ],
    )
    def test_an_address_of_nothing_is_404(self, site: Site, target: bytes) -> None:
        (reply,) = site.admin.send_bytes(
            b"GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
            % (target, str(site.admin.token).encode())
        )
        if not target.startswith(b"/?"):
            reply.refuses(404, "not_found")

    @pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT", "TRACE", "PROPFIND"])
    def test_another_method_is_405_and_told_which_are_taken(self, site: Site, method: str) -> None:
        reply = site.website.ask(method, site.comments())
        reply.refuses(405, "method_not_allowed")
        assert reply.headers["allow"] == "GET, HEAD, POST"

    @pytest.mark.parametrize(("path", "allow"), [("/v1/sites", "GET, HEAD, POST"), ("/metrics", "GET, HEAD")])
    def test_it_is_told_to_everyone(self, site: Site, path: str, allow: str) -> None:
        assert site.anyone.ask("DELETE", path).headers["allow"] == allow

    def test_head_has_the_heads_of_get_and_of_its_refusals(self, site: Site) -> None:
        site.publish()
        for path, status in ((site.comments(), 200), (site.comments("t2"), 200), ("/nothing", 404)):
            reply, whole = site.anyone.ask("HEAD", path), site.anyone.get(path)
            assert (reply.status, reply.body) == (status, b"")
            for name in ("content-type", "content-length", "etag"):
                assert reply.headers.get(name) == whole.headers.get(name)

    def test_every_answer_has_an_id_of_its_own_and_is_not_sniffed(self, site: Site) -> None:
        replies = [site.anyone.get(path) for path in ("/healthz", "/nothing", site.comments(), "/v1/tokens")]
        replies.append(site.website.post(site.comments(), submission()))
        assert len({reply.headers["x-request-id"] for reply in replies}) == len(replies)
        assert {reply.headers["x-content-type-options"] for reply in replies} == {"nosniff"}

    def test_an_id_that_a_sender_invents_is_not_ours(self, site: Site) -> None:
        reply = site.anyone.get("/nothing", X_Request_ID="mine")
        assert reply.problem()["request_id"] != "mine"


def test_an_unfinished_body_leaves_nothing_behind(site: Site) -> None:
    address = urlsplit(site.anyone.url)
    head = (
        f"POST {site.comments()} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {site.website.token}\r\n"
        f"Content-Type: {JSON}\r\nContent-Length: 500\r\n\r\n"
    ).encode()
    for _ in range(5):
        with socket.create_connection((address.hostname, address.port or 80)) as connection:
            connection.sendall(head + as_json()[:100])
    site.submit()
    assert site.queue()["total"] == 1


@pytest.mark.parametrize("limit", ["1_0", "+1", " 1", "1.0", "", "١", "1e1", "-1", "0", "201"])
def test_a_limit_is_plain_digits(site: Site, limit: str) -> None:
    site.publish()
    for reply in (
        site.anyone.get(f"{site.comments()}?{urlencode({'limit': limit})}"),
        site.moderator.get(f"{site.path}/queue?{urlencode({'limit': limit})}"),
    ):
        reply.refuses(422, "invalid_fields", "limit")
