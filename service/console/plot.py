"""A plot as HTML."""

import asyncio
from collections.abc import Iterable

from markupsafe import Markup

from service.console.numbers_plots import Plot
from service.html import render
from service.texts.texts import Texts


def write_plot(plot: Plot, texts: Texts) -> Markup:
    """A plot with its question, its answer and its tables."""
    return Markup(render.text("console/plot.html", texts, plot=plot))  # noqa: S704 a template of ours


async def write_plots(plots: Iterable[Plot], texts: Texts) -> list[Markup]:
    """Plots one after the other: what else the event loop has to do comes in between, before and after each is drawn.
    A thread would not help: it keeps the interpreter for longer than one of them takes."""
    written = []
    for plot in plots:
        await asyncio.sleep(0)
        written.append(write_plot(plot, texts))
        await asyncio.sleep(0)
    return written
