"""The last steps of every answer, whatever made it: its headers, its place in measures and log, its sending."""

import structlog

from service.desk import Desk
from service.web import problems
from service.web.account import Account
from service.web.call import ProcessContext
from service.web.exchange import Exchange, Request
from service.web.headers import Protection
from service.web.own_address import place
from service.web.refusal_writer import RefusalWriter
from service.web.response import Response, StreamedResponse
from service.web.sending import Sender
from service.web.stream import OpenStream

log = structlog.get_logger(__name__)


class Finish:
    """Finishes answers."""

    def __init__(self, desk: Desk, context: ProcessContext) -> None:
        self.account = Account(desk, context)
        self.refusals = RefusalWriter()
        self._protection = Protection(context.trusted_proxies)
        self._sender = Sender(context.acceptor, context.unsent)
        self._streams = context.streams

    def finish(self, request: Request, response: Response, exchange: Exchange, *, code: str) -> bool:
        """Whether the request's handler may return the answer now; else it calls `send` first. `code` is that of the
        error, "" where there is none."""
        self._protection.protect(request, response)
        place(request, response)
        self.account.count(exchange, response.status)
        if response.status >= 400 and code != problems.INTERNAL:
            self.account.log_refusal(request, exchange, response.status, code=code)
        return self._sender.is_left_to_aiohttp(request, response)

    async def send_stream(
        self, request: Request, response: StreamedResponse, exchange: Exchange, opened: OpenStream
    ) -> None:
        """Sends a stream, and counts it as it begins: how long it goes on is no time that an answer took."""
        self._protection.protect(request, response)
        self.account.count(exchange, response.status)
        try:
            await self._sender.send_stream(request, response, opened)
        except Exception:  # the head is gone already: the log alone tells
            log.exception(
                "stream_failed", **self.account.line(request, exchange, response.status, code=problems.INTERNAL)
            )
        finally:
            await self._streams.close(opened)

    async def send(self, request: Request, response: Response) -> None:
        """Sends the answer, and reads the rest of its request."""
        await self._sender.send(request, response)
