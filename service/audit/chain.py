"""The chain over the lines of an audit log: each head is the SHA-256 of the head before it and the next line.

Whoever changes, removes, inserts or moves a line changes every head after it.
"""

import hashlib
from collections.abc import Iterable

HEAD_BYTES = 32


def origin_of(stream: str) -> bytes:
    """The head before the first line of the log of a site, or of the installation, whose stream is ""."""
    return hashlib.sha256(f"commentdesk audit 1\n{stream}".encode()).digest()


def extended(head: bytes, lines: Iterable[bytes]) -> bytes:
    """The head after these lines."""
    sha256 = hashlib.sha256
    for line in lines:
        head = sha256(head + line).digest()
    return head
