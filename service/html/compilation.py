"""Templates are compiled in the background, so that no start waits for them."""

import asyncio

from service.html import render

AFTER_SECONDS = 5.0
"""How long after its start a process begins with it: those of a short life, as in an upgrade, have better to do."""


async def compile_all() -> None:
    """Compiles every template in a thread: half a second of work in all, at most 70 ms for one. A page that is asked
    for sooner compiles its own."""
    await asyncio.sleep(AFTER_SECONDS)
    for name in render.TEMPLATES:
        await asyncio.to_thread(render.compile_template, name)
