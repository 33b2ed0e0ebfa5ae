"""Keep-alive connections that ask in turn: a client that costs little, for a fixed number of requests."""

import json
import re
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 120.0
BUSY = 503
BUSY_SECONDS = 1.0
MOST_TRIES = 100
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
MANY_BYTES = 256 * 1024


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.body)


def request(method: str, path: str, token: str = "", body: object = None) -> bytes:
    """A whole request, ready to send."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n"
    head += "Content-Type: application/json\r\n" if content else ""
    head += f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{head}\r\n".encode() + content


class Connections:
    """So many connections, opened at once and each used once before they are given."""

    def __init__(self, url: str, count: int) -> None:
        address = urlsplit(url)
        self._sockets: list[socket.socket] = []
        for _ in range(count):
            self._sockets.append(socket.create_connection((address.hostname, address.port), TIMEOUT_SECONDS))
            self._sockets[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        self.ask_all([request("GET", "/healthz")] * len(self._sockets))
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            each.close()

    def ask(self, requests: Iterable[bytes]) -> Iterator[Answer]:
        """The answers in the order of the requests, one under way on each connection. To be read to the end."""
        waiting: deque[socket.socket] = deque()
        for number, sent in enumerate(requests):
            if len(waiting) == len(self._sockets):
                yield _read(waiting.popleft())
            connection = self._sockets[number % len(self._sockets)]
            connection.sendall(sent)
            waiting.append(connection)
        while waiting:
            yield _read(waiting.popleft())

    def ask_all(self, requests: Iterable[bytes]) -> list[Answer]:
        return list(self.ask(requests))

    def ask_patiently(self, requests: Iterable[bytes]) -> list[Answer]:
        """As `ask_all`; what is refused as too much for now is sent again, and its answers follow the others."""
        sent: list[bytes] = []
        answers = self.ask_all(_noted(requests, sent))
        seen = list(answers)
        for _ in range(MOST_TRIES):
            sent = [each for each, answer in zip(sent, answers, strict=True) if answer.status == BUSY]
            if not sent:
                return seen
            time.sleep(BUSY_SECONDS)
            answers = self.ask_all(sent)
            seen += answers
        raise TimeoutError(f"refused {MOST_TRIES} times: {answers[-1].body.decode()}")


def _noted(requests: Iterable[bytes], notes: list[bytes]) -> Iterator[bytes]:
    for each in requests:
        notes.append(each)
        yield each


def _read(connection: socket.socket) -> Answer:
    received = bytearray()
    while (end := received.find(HEAD_END)) < 0:
        received += _some(connection)
    length = LENGTH.search(received, 0, end + 2)
    if length is None:
        raise ValueError(f"an answer of no known length: {bytes(received[:end])!r}")
    start = end + len(HEAD_END)
    whole = start + int(length[1])
    while len(received) < whole:
        received += _some(connection)
    return Answer(int(received[9:12]), bytes(received[start:whole]))


def _some(connection: socket.socket) -> bytes:
    received = connection.recv(MANY_BYTES)
    if not received:
        raise ConnectionError("The service closed a connection that it still owed an answer.")
    return received
