"""One who listens: what was not sent yet, and no more of that than its bound."""

import asyncio
from contextlib import suppress

MOST_WAITING_BYTES = 1024 * 1024
"""A listener that has so much waiting is too slow, and is let go. The chunks are the same for all listeners of a site,
so that many slow ones hold them once."""


class Listener:
    """Takes chunks until it is ended; an ended one holds nothing."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self.is_ended = False

    def put(self, chunk: bytes) -> None:
        """Adds a chunk, or ends a listener that is too slow."""
        self._chunks.append(chunk)
        self._waiting_bytes += len(chunk)
        self._wake.set()
        if self._waiting_bytes > MOST_WAITING_BYTES:
            self.end()

    def end(self) -> None:
        """Has `read` tell the end; what was not read is lost."""
        self.is_ended = True
        self._chunks, self._waiting_bytes = [], 0
        self._wake.set()

    async def read(self, timeout_seconds: float) -> bytes | None:
        """All that waits, as one chunk; b"" when nothing came in time, None when the listener was ended."""
        if not self._chunks and not self.is_ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await self._wake.wait()
        if self.is_ended:
            return None
        chunks, self._chunks, self._waiting_bytes = self._chunks, [], 0
        self._wake.clear()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
