"""A page behind an acceptor: connections are accepted, and answers go out, as in the service."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.platform.shares import Shares
from service.platform.sockets import listen
from service.web.application import make_application
from service.web.call import ProcessContext
from service.web.exchange import Request, StreamResponse
from service.web.response import Response
from service.web.sending import Sender
from service.web.unsent import Unsent


class PageServer:
    """Answers every request with what `page_of` gives for its path."""

    def __init__(
        self, page_of: Callable[[str], bytes], *, shares: Shares | None = None, unsent: Unsent | None = None
    ) -> None:
        self.acceptor = Acceptor(shares)
        self.listeners = listen("127.0.0.1", 0, 1)
        self.asked = 0
        self._page_of = page_of
        self._unsent = unsent or Unsent()
        self._sender = Sender(self.acceptor, self._unsent)
        self.server: web.Server

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.listeners[0][0].getsockname()
        return host, port

    async def answer(self, request: Request) -> StreamResponse:
        self.asked += 1
        transport = request.transport
        self.acceptor.begin_request(transport)
        response = Response(200, {}, self._page_of(request.path))
        self.acceptor.end_request(transport)
        if not self._sender.is_left_to_aiohttp(request, response):
            await self._sender.send(request, response)
        return response

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        counts = Counters()
        context = ProcessContext(RequestMeasures(counts), counts, self.acceptor, unsent=self._unsent)
        application = make_application(context, lambda: 0)
        application.router.add_get("/{path:.*}", self.answer)
        runner = web.AppRunner(application, shutdown_timeout=1)
        await runner.setup()
        assert runner.server is not None
        self.server = runner.server
        self.acceptor.open(runner.server, self.listeners, 0)
        yield
        await self.acceptor.stop(0)
        self.acceptor.close()
        await runner.cleanup()
