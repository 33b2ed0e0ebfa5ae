"""How tests talk to the service: one call, one connection; every refusal checked to be a whole problem document."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from marshmallow import Schema

from schemas.operation import ProblemSchema

Json = dict[str, Any]
NOTHING: Any = object()
"""No body at all; null is a body."""
TIMEOUT_SECONDS = 30.0
_PROBLEM = ProblemSchema()
_numbers = count(1)


@dataclass(frozen=True)
class Reply:
    """What came back, as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        document = json.loads(self.body)
        assert isinstance(document, dict), document
        return document

    def fits(self, schema: type[Schema], status: int = 200) -> Json:
        """The document, checked to be of this status and all that the schema says and nothing else."""
        assert self.status == status, self.body
        assert self.headers["content-type"].partition(";")[0] == "application/json"
        document = self.json
        loaded = schema().load(document)
        assert isinstance(loaded, dict)
        return document

    def refuses(self, status: int, code: str, *fields: str) -> Json:
        """The problem document, checked to be whole, of this status and code, and to name exactly these fields."""
        document = self.problem()
        assert (self.status, document["code"]) == (status, code), self.body
        assert sorted(document.get("errors", {})) == sorted(fields), self.body
        return document

    def problem(self) -> Json:
        """The problem document, checked to be whole."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body)
        document = self.json
        assert _PROBLEM.validate(document) == {}, document
        assert document["status"] == self.status
        assert document["type"] == f"/docs#problem-{document['code']}"
        assert document["title"]
        assert document["detail"]
        assert document["request_id"] == self.headers["x-request-id"]
        assert all(messages for messages in document.get("errors", {}).values())
        return document


@dataclass
class Api:
    """The service at an address, asked with a token or without, from an address of this machine's own."""

    url: str
    token: str | None = None
    source: str = ""

    def ask(
        self,
        method: str,
        path: str,
        content: Any = NOTHING,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call: `content` goes as JSON, or `raw` as it is."""
        sent = dict(headers or {})
        if content is not NOTHING:
            raw = json.dumps(content, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        source = (self.source, 0) if self.source else None
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, None, TIMEOUT_SECONDS, source)
        try:
            connection.request(method, path, raw, sent)
            return _reply(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, content: Any = NOTHING, *, key: str | None = None) -> Reply:
        return self.ask("POST", path, content, headers={"Idempotency-Key": key} if key is not None else None)

    def put(self, path: str, content: Any) -> Reply:
        return self.ask("PUT", path, content)

    def patch(self, path: str, content: Any) -> Reply:
        return self.ask("PATCH", path, content)

    def delete(self, path: str) -> Reply:
        return self.ask("DELETE", path)

    def send_bytes(self, request: bytes) -> list[Reply]:
        """The replies to bytes sent as they are, until the service closes: `request` asks it to, or it breaks off."""
        address = urlsplit(self.url)
        with socket.create_connection((address.hostname, address.port or 80), TIMEOUT_SECONDS) as connection:
            connection.sendall(request)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        return list(parse_replies(received))


def parse_replies(received: bytes) -> Iterator[Reply]:
    """The replies in what a connection carried, each with a Content-Length."""
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":")[::2] for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        length = int(headers.get("content-length", 0))
        yield Reply(int(status_line.split()[1]), headers, rest[:length])
        received = rest[length:]


def _reply(response: http.client.HTTPResponse) -> Reply:
    """Of a stream, which has no end, what comes first."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    is_stream = headers.get("content-type") == "text/event-stream"
    return Reply(response.status, headers, response.read1() if is_stream else response.read())


def submission(**changes: Any) -> Json:
    """A submission that is taken; unlike any other unless its text is given."""
    number = next(_numbers)
    fields: Json = {
        "name": f"Reader {number}",
        "email": f"reader{number}@mail.example",
        "body": f"A fair point about the harbour, and it is the {number}th that I read today.",
    }
    return fields | changes


@dataclass
class Site:
    """A site of a test's own, with a token for each role, made when it is first asked for."""

    name: str
    admin: Api

    @cached_property
    def anyone(self) -> Api:
        return Api(self.admin.url)

    @cached_property
    def website(self) -> Api:
        return self.token("website")

    @cached_property
    def moderator(self) -> Api:
        return self.token("moderator")

    @cached_property
    def operator(self) -> Api:
        return self.token("operator")

    @property
    def path(self) -> str:
        return f"/v1/sites/{self.name}"

    def thread(self, thread: str = "t1") -> str:
        return f"{self.path}/threads/{quote(thread, safe='')}"

    def comments(self, thread: str = "t1") -> str:
        return self.thread(thread) + "/comments"

    def comment(self, comment_id: str) -> str:
        return f"{self.path}/comments/{comment_id}"

    def submit(self, thread: str = "t1", **changes: Any) -> str:
        """A comment from the site's own website, held or published; its id."""
        reply = self.website.post(self.comments(thread), submission(**changes))
        assert reply.status in {201, 202}, reply.body
        return str(reply.json["comment_id"])

    def publish(self, thread: str = "t1", **changes: Any) -> str:
        """A comment that a moderator approved; its id."""
        comment_id = self.submit(thread, **changes)
        self.decide(comment_id, "approve")
        return comment_id

    def decide(self, comment_id: str, decision: str, **more: Any) -> Json:
        reply = self.moderator.post(self.comment(comment_id) + "/decisions", {"decision": decision, **more})
        assert reply.status == 200, reply.body
        return reply.json

    def undo(self, comment_id: str) -> Json:
        reply = self.moderator.post(self.comment(comment_id) + "/undo")
        assert reply.status == 200, reply.body
        return reply.json

    def claim(self, **wanted: Any) -> list[str]:
        """The ids that the moderator got."""
        reply = self.moderator.post(self.path + "/claims", wanted)
        assert reply.status == 200, reply.body
        return [comment["comment_id"] for comment in reply.json["comments"]]

    def read(self, thread: str = "t1", **query: Any) -> Json:
        reply = self.anyone.get(self.comments(thread) + "?" + urlencode(query))
        assert reply.status == 200, reply.body
        return reply.json

    def read_full(self, comment_id: str) -> Json:
        reply = self.moderator.get(self.comment(comment_id))
        assert reply.status == 200, reply.body
        return reply.json

    def queue(self, **query: Any) -> Json:
        reply = self.moderator.get(self.path + "/queue?" + urlencode(query))
        assert reply.status == 200, reply.body
        return reply.json

    def set_policy(self, **policy: Any) -> Json:
        reply = self.operator.put(self.path + "/policy", policy)
        assert reply.status == 200, reply.body
        return reply.json

    def token(self, role: str, **more: Any) -> Api:
        """A further token of this site."""
        return Api(self.admin.url, make_token(self.admin, role, self.name, **more)["token"])


def make_token(admin: Api, role: str, site: str | None, **more: Any) -> Json:
    reply = admin.post("/v1/tokens", {"role": role, "site": site, "name": f"{role} of a test", **more})
    assert reply.status == 201, reply.body
    return reply.json


def make_site(admin: Api, **settings: Any) -> Site:
    """A new site of a name of its own, that takes comments from its website alone unless told otherwise."""
    name = f"s{next(_numbers)}"
    reply = admin.post("/v1/sites", {"site": name, **settings})
    assert reply.status == 201, reply.body
    return Site(name, admin)
