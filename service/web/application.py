"""The application of aiohttp: how its connections are kept, and what it tells nobody."""

from collections.abc import Callable

from aiohttp import hdrs, web

from service.platform.acceptor import KEEP_ALIVE_SECONDS
from service.web.account import access_logger
from service.web.call import ProcessContext
from service.web.exchange import Request, StreamResponse


def make_application(context: ProcessContext, now_ms: Callable[[], int]) -> web.Application:
    """An application without routes. Bodies stay compressed, since `body.py` bounds what they unfold to; the rest of
    one that was answered early is read by `sending.py`, and by nobody else."""
    application = web.Application(
        handler_args={
            "access_log_class": access_logger(context, now_ms),
            "keepalive_timeout": KEEP_ALIVE_SECONDS,
            "lingering_time": 0,
            "auto_decompress": False,
        }
    )
    application.on_response_prepare.append(_hide_software)
    return application


async def _hide_software(request: Request, response: StreamResponse) -> None:  # noqa: ARG001 aiohttp's signal has it
    """What we are made of is nobody's business."""
    response.headers.popall(hdrs.SERVER, None)
