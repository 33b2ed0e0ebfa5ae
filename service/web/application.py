"""The application of aiohttp: how its connections are kept, and what it tells."""

from collections.abc import Callable

from aiohttp import web

from service.platform.acceptor import KEEP_ALIVE_SECONDS
from service.web.call import ProcessContext
from service.web.server_log import server_logger


def make_application(context: ProcessContext, now_ms: Callable[[], int]) -> web.Application:
    """An application without routes. Bodies stay compressed, since `body.py` bounds what they unfold to; the rest of
    one that was answered early is read by `sending.py`, and by nobody else."""
    context.acceptor.on_draining.append(context.streams.end_all)
    return web.Application(
        handler_args={
            "access_log": None,
            "logger": server_logger(context, now_ms),
            "keepalive_timeout": KEEP_ALIVE_SECONDS,
            "lingering_time": 0,
            "auto_decompress": False,
        }
    )
