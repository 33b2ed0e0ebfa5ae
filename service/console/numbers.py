"""The page of a site's numbers."""

from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from schemas.console_numbers import NumbersQuery
from service.console.frame import page, texts_at
from service.console.numbers_figures import Figure, address_of, figures_of, name_of_member, views_of
from service.console.numbers_plots import Plot, plots_of, speed_plot
from service.console.numbers_risk import risk_plot
from service.console.numbers_store import memory_figure, store_plot
from service.console.numbers_told import tell
from service.console.operation import console_page
from service.console.plot import write_plots
from service.domain.caller import Role
from service.domain.numbers import Numbers
from service.domain.series import Span
from service.domain.store_growth import StoreSizes
from service.metrics import answer_times
from service.texts.texts import Texts
from service.use_cases.stats import read_numbers
from service.use_cases.watching import read_store_sizes
from service.web.answer import Answer
from service.web.call import Call

_SUBMIT = ("POST", "/v1/sites/{site}/threads/{thread}/comments")


@console_page("See a site's numbers", query=NumbersQuery)
async def read_page(call: Call) -> Answer:
    """Moderators see what all did together; operators also what each member did, and how the service does."""
    texts = texts_at(call)
    found = await read_numbers(call.desk, call.known_site, Span(call.query["span"]))
    sizes = await read_store_sizes(call.desk) if _is_operator(call) else None
    figures = figures_of(found, texts)
    if sizes:
        figures.append(memory_figure(sizes, found.now_ms, texts))
    return _page(call, found, figures, await write_plots(_plots(call, found, sizes), texts))


def _plots(call: Call, found: Numbers, sizes: StoreSizes | None) -> Iterator[Plot]:
    """All plots; with the sizes of the store they are an operator's."""
    texts = texts_at(call)
    yield from plots_of(found, texts, _names(call, texts) if sizes else None)
    yield risk_plot(found, texts)
    if sizes:
        yield speed_plot(answer_times(call.context.counts, *_SUBMIT), texts)
        yield store_plot(sizes, found.now_ms, texts)


def _page(call: Call, found: Numbers, figures: Sequence[Figure], plots: Sequence[Markup]) -> Answer:
    site, texts = call.known_site.site, texts_at(call)
    return page(
        call,
        "console/numbers.html",
        here="numbers",
        waiting=found.queue.waiting,
        told=tell(found, texts),
        views=views_of(site, texts),
        current=address_of(site, found.series.span),
        figures=figures,
        plots=plots,
        is_day=found.series.span is Span.DAY,
        is_operator=_is_operator(call),
    )


def _is_operator(call: Call) -> bool:
    return call.known_caller.is_admin or call.known_caller.may(Role.OPERATOR)


def _names(call: Call, texts: Texts) -> Callable[[str], str]:
    return lambda member_id: name_of_member(call.desk.registry.name_of(member_id), member_id, texts)
