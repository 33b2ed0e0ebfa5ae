"""One connection to the service, byte for byte: nothing is sent again in secret, as clients' libraries do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from urllib.parse import urlsplit

from tests.servers import ServiceProcess

SUBMIT = "/v1/sites/default/threads/workers/comments"
ANSWER_SECONDS = 60.0
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_last(self) -> bool:
        return self.headers.get("connection") == "close"

    @property
    def is_for_the_store(self) -> bool:
        """Refused because the store was slow, as it is for moments on a machine that others use too."""
        return self.status == 503 and (
            self.json["code"] == "store_unavailable" or "wait for the store" in self.json["detail"]
        )


class Line:
    """A connection; ConnectionError or IncompleteReadError when it breaks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @property
    def port(self) -> int:
        """Our own."""
        port: int = self.writer.get_extra_info("sockname")[1]
        return port

    @classmethod
    async def open(cls, service: ServiceProcess) -> Self:
        address = urlsplit(service.url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def ask(self, head: str, body: bytes = b"") -> Heard:
        """`head` is the request line without its version, and further headers."""
        self.send(head, body, len(body))
        return await self.hear()

    def send(self, head: str, body: bytes, length: int) -> None:
        start, *headers = head.split("\n")
        lines = [f"{start} HTTP/1.1", "Host: localhost", *headers]
        lines += [f"Content-Length: {length}"] if length else []
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def hear(self) -> Heard:
        async with asyncio.timeout(ANSWER_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            start, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Heard(int(start.split()[1]), headers, body)

    async def close(self) -> None:
        self.writer.close()


@asynccontextmanager
async def open_lines(service: ServiceProcess, count: int) -> AsyncIterator[list[Line]]:
    """So many connections, closed at the end also when that is a failure."""
    lines: list[Line] = []
    try:
        for _ in range(count):
            lines.append(await Line.open(service))  # noqa: PERF401 those before a failure are closed too
        yield lines
    finally:
        for line in lines:
            await line.close()


def submission(service: ServiceProcess) -> tuple[str, bytes]:
    """Head and body of a comment that nobody sent before."""
    number = next(_NUMBERS)
    words = {"name": "Ada", "email": f"ada{number}@mail.example", "body": f"I counted {number} trams on the bridge."}
    body = words | {"client": {"ip": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"}}
    head = f"POST {SUBMIT}\nAuthorization: Bearer {service.admin_token}\nContent-Type: application/json"
    return head, json.dumps(body).encode()


async def ask_once(service: ServiceProcess, path: str) -> Heard:
    """GET over a connection of its own."""
    line = await Line.open(service)
    try:
        return await line.ask(f"GET {path}\nAuthorization: Bearer {service.admin_token}")
    finally:
        await line.close()


@dataclass(slots=True)
class Load:
    """Readers who leave one comment after the other, half of them over one connection as long as it lasts."""

    service: ServiceProcess
    readers: int = 8
    receipts: list[str] = field(default_factory=list)
    """Ids of the comments that were acknowledged."""
    broken: dict[int, list[str]] = field(default_factory=dict)
    """What broke, by reader; they go on with another connection."""
    refused: list[Heard] = field(default_factory=list)
    _is_over: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._read(number)) for number in range(self.readers)]
        await self.more(self.readers)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def more(self, comments: int) -> None:
        """Returns when so many more were acknowledged."""
        wanted = len(self.receipts) + comments
        async with asyncio.timeout(ANSWER_SECONDS):
            while len(self.receipts) < wanted:
                await asyncio.sleep(0.01)

    async def _read(self, number: int) -> None:
        while not self._is_over:
            try:
                line = await Line.open(self.service)
                try:
                    while not await self._leave_comment(line) and number % 2:
                        pass
                finally:
                    await line.close()
            except (OSError, EOFError) as error:
                self.broken.setdefault(number, []).append(repr(error))

    async def _leave_comment(self, line: Line) -> bool:
        """Whether it was the last on this connection."""
        heard = await line.ask(*submission(self.service))
        if heard.status == 202:
            self.receipts.append(heard.json["comment_id"])
        else:
            self.refused.append(heard)
            await asyncio.sleep(int(heard.headers.get("retry-after", 0)))
        return heard.is_last or self._is_over
