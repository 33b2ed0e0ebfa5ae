"""What the page of numbers says and draws: sentences, tables, gaps, and an installation without a comment."""

import re
from dataclasses import replace
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from markupsafe import Markup
from playwright.sync_api import Browser

from service.console.numbers_figures import figures_of, views_of
from service.console.numbers_plots import Plot, plots_of, speed_plot
from service.console.numbers_risk import risk_plot
from service.console.numbers_store import memory_figure, store_plot
from service.console.numbers_told import tell
from service.console.plot import write_plot
from service.domain.numbers import Numbers, Queue, plot_step_ms
from service.domain.series import MINUTE_MS, DecisionTimes, Series, Span
from service.domain.store_growth import STEP_MS, Size, StoreSizes
from service.html.page_texts import page_texts
from service.texts.catalogue import CATALOGUE, ENGLISH
from service.web.own_address import OWN_PATH
from tests.browser import watched
from tests.console.drawing import FRAME, serve
from tests.console.test_parts import HTML, browser
from tests.pages.test_accessibility import OPTIONS

__all__ = ["browser"]
NOW = 1_800_000_000_000
"""08:00 UTC on 15 January 2027."""
NO_TIMES = DecisionTimes((), (), None, None)
NAMES = {"m1": "Zoë", "m2": "Ada <b>Lovelace</b>", "": "all others"}
ANSWERED = {0.001: 0, 0.0025: 700, 0.005: 290, 0.01: 9, None: 1}


def last_hour(came: int, went: int) -> Series:
    counted = {"submitted:hold": [came], "age_count": [went]}
    return Series(Span.HOUR, MINUTE_MS, [NOW - MINUTE_MS], counted, [0], [None], NO_TIMES)


def numbers(span: Span = Span.DAY, *, came: int = 212, went: int = 230, waiting: int = 42) -> Numbers:
    """A site whose points are known but for the second and the fourth from the end."""
    step = plot_step_ms(span)
    at_ms = [NOW // step * step - back * step for back in (4, 2, 0)]
    counted = {
        "submitted:publish": [40, 50, 60],
        "submitted:reject": [4, 5, 6],
        "submitted:hold": [30, 10, 20],
        "age_count": [20, 30, 20],
        "decided:approve": [12, 20, 20],
        "decided:reject": [6, 10, 0],
        "decided:spam": [2, 0, 1],
        "stands:publish:0:approve": [4, 2, 5],
        "stands:publish:0:reject": [0, 2, 2],
        "fell:publish:0:reject": [0, 0, 1],
        "stands:reject:9:reject": [1, 0, 0],
        "stands:hold:2:approve": [40, 0, 0],
        "stands:hold:2:spam": [1, 0, 0],
        "stands:hold:6:approve": [2, 0, 1],
        "stands:hold:6:reject": [2, 3, 0],
        "by:m1": [20, 0, 0],
        "by:m2": [0, 30, 20],
        "by:": [0, 0, 1],
    }
    times = DecisionTimes([360.0, None, 400.0], [1800.0, None, 2000.0], 380.0, 1860.0)
    series = Series(span, step, at_ms, counted, [70, 187, 60], [60, 60, 60], times)
    return Numbers(NOW, Queue(waiting, NOW - 18 * MINUTE_MS if waiting else None), last_hour(came, went), series)


def nothing() -> Numbers:
    hour, day = (Series(span, plot_step_ms(span), [], {}, [], [], NO_TIMES) for span in (Span.HOUR, Span.DAY))
    return Numbers(NOW, Queue(0, None), hour, day)


def huge() -> Numbers:
    """A site with a billion of everything."""
    found = numbers(Span.WEEK, came=10**9, went=2 * 10**9, waiting=10**9)
    counted = {name: [each * 10**9 for each in values] for name, values in found.series.counted.items()}
    series = replace(found.series, counted=counted, depth=[each * 10**9 for each in found.series.depth])
    return replace(found, series=series, target_minutes=10_080)


def plain(text: str) -> str:
    """A text of a page without its elements."""
    return unescape(re.sub("<[^>]*>", "", text)) if isinstance(text, Markup) else text


def rows_of(plot: Plot) -> list[tuple[str, ...]]:
    (table,) = plot.tables
    return [tuple(map(plain, row)) for row in table.rows]


def said(found: Numbers, language: str = "en") -> str:
    now, last_hour = tell(found, CATALOGUE.of(language))
    return f"{now} {plain(last_hour)}"


def plots(found: Numbers, language: str = "en") -> dict[str, Plot]:
    return {plot.question: plot for plot in plots_of(found, CATALOGUE.of(language), NAMES.__getitem__)}


SENTENCES = (
    (
        "42 wait, the oldest for 18 minutes. New in the last hour: 212; decided: 230. "
        "The queue shrinks by 18 an hour and is empty at about 10:20 UTC."
    ),
    "One comment waits, for 18 minutes. New in the last hour: 230; decided: 212. The queue grows by 18 an hour.",
    (
        "1,000 wait, the oldest for 18 minutes. New in the last hour: 0; decided: 1. "
        "The queue shrinks by 1 an hour and is empty on about 26 February 2027."
    ),
    "42 wait, the oldest for 18 minutes. New in the last hour: 7; decided: 7.",
    "Nothing waits. New in the last hour: 7; decided: 9.",
    "Nothing waits. In the last hour nothing came and nothing was decided.",
)
STATES = (
    numbers(),
    numbers(came=230, went=212, waiting=1),
    numbers(came=0, went=1, waiting=1000),
    numbers(came=7, went=7),
    numbers(came=7, went=9, waiting=0),
    nothing(),
)


@pytest.mark.parametrize(("found", "wanted"), [*zip(STATES, SENTENCES, strict=True)])
def test_a_sentence_tells_how_the_queue_goes_on(found: Numbers, wanted: str) -> None:
    assert said(found) == wanted


def test_the_sentence_is_german_and_french_too() -> None:
    assert said(numbers(), "de") == (
        "42 warten, der älteste seit 18 Minuten. Neu in der letzten Stunde: 212; entschieden: 230. "
        "Die Warteschlange schrumpft um 18 je Stunde und ist etwa um 10:20 UTC leer."
    )
    assert said(numbers(waiting=1), "fr").startswith("Un commentaire attend, depuis 18 minutes.")


def test_each_plot_answers_its_question() -> None:
    assert {question: plain(plot.answer) for question, plot in plots(numbers()).items()} == {
        "Do we keep up?": "The longest queue was 187 (06:00 UTC); now it is 42.",
        "Do more come than go?": "In one of 24 hours more came than were decided.",
        "How long do readers wait?": "Half of those decided waited at most 6 minutes, 95 of 100 at most 31 minutes.",
        "Who decides?": "The machine decided 70%, people the rest.",
    }


def test_a_table_has_every_point_and_what_is_not_known_is_no_zero() -> None:
    found = plots(numbers())
    waiting = rows_of(found["Do we keep up?"])
    assert len(waiting) == 24
    assert waiting[-6:] == [
        ("03:00 UTC", "–"),
        ("04:00 UTC", "70"),
        ("05:00 UTC", "70"),  # nothing came and nothing went, so that as many wait
        ("06:00 UTC", "187"),
        ("07:00 UTC", "187"),
        ("08:00 UTC", "42"),
    ]
    assert rows_of(found["Do more come than go?"])[-3:] == [
        ("06:00 UTC", "10", "30"),
        ("07:00 UTC", "0", "0"),
        ("08:00 UTC", "20", "20"),
    ]
    assert rows_of(found["How long do readers wait?"])[-5:-2] == [
        ("04:00 UTC", "360", "1,800"),
        ("05:00 UTC", "–", "–"),
        ("06:00 UTC", "–", "–"),
    ]


def test_members_stand_in_the_order_of_their_names_and_only_where_they_are_named() -> None:
    judged, members = plots(numbers())["Who decides?"].tables
    assert judged.rows == [("machine", "150", "15"), ("people", "52", "19")]
    assert members.rows == [("Ada <b>Lovelace</b>", "50"), ("all others", "1"), ("Zoë", "20")]
    drawn = plots(numbers())["Who decides?"].drawing
    assert [drawn.index(name) for name in ("Lovelace", "all others", "Zoë")] == sorted(
        drawn.index(name) for name in ("Lovelace", "all others", "Zoë")
    )
    *_, without_names = plots_of(numbers(), ENGLISH, None)
    assert len(without_names.tables) == 1
    assert "Zoë" not in without_names.drawing
    assert "Zoë" in drawn


def test_a_target_is_drawn_and_told() -> None:
    found = replace(numbers(), target_minutes=60)
    plot = plots(found)["How long do readers wait?"]
    assert plot.answer.endswith("95 of 100 at most 31 minutes. The target is 60 minutes.")
    assert ">target</text>" in plot.drawing
    assert plot.drawing.count("stroke-dasharray") == 1
    assert figures_of(found, ENGLISH)[0][2] == "95 of 100 at most 31 mins; target 60 mins"


def test_where_nothing_was_counted_nothing_is_drawn() -> None:
    found = plots(nothing())
    assert [plot.drawing for plot in found.values()] == [""] * 4
    assert found["Do we keep up?"].answer == "Nothing waited in this time."
    assert not speed_plot(dict.fromkeys(ANSWERED, 0), ENGLISH).drawing


def test_points_ahead_of_a_clock_that_was_set_back_break_nothing() -> None:
    found = numbers()
    later = [at_ms + 30 * 24 * 60 * MINUTE_MS for at_ms in found.series.at_ms]
    ahead = replace(found, series=replace(found.series, at_ms=later))
    assert all(plot.answer for plot in plots(ahead).values())


def test_figures_tell_the_whole_span() -> None:
    assert figures_of(numbers(), ENGLISH) == [
        ("Half wait at most", "6 mins", "95 of 100 at most 31 mins"),
        ("Decided by the machine", "70%", "150 published, 15 rejected"),
        ("Machine and people agree", "80%", "of 15 comments that both decided"),
    ]
    assert [figure for _, figure, _ in figures_of(nothing(), ENGLISH)] == ["–", "–", "–"]


def test_the_risk_is_held_against_what_people_decided() -> None:
    plot = risk_plot(numbers(), ENGLISH)
    assert plot.answer == "In one of 4 bands people rejected clearly more or fewer than the risk says."
    (table,) = plot.tables
    assert [row for row in table.rows if row[4] != "–"] == [
        ("0.00–0.10", "11", "3", "0", "21%", "8%–48%"),
        ("0.20–0.30", "40", "0", "1", "2%", "0%–13%"),
        ("0.60–0.70", "3", "5", "0", "62%", "31%–86%"),
        ("0.90–1.00", "0", "1", "0", "100%", "21%–100%"),
    ]
    assert (len(table.rows), plot.drawing.count("<circle")) == (10, 4)
    assert not risk_plot(nothing(), ENGLISH).drawing


def test_where_nothing_speaks_against_the_risk_that_is_said() -> None:
    found = numbers()
    counted = {"stands:hold:6:approve": [2, 0, 1], "stands:hold:6:reject": [2, 3, 0]}
    plot = risk_plot(replace(found, series=replace(found.series, counted=counted)), ENGLISH)
    assert plot.answer == "Nothing in the one band in which people decided speaks against it."


def store(*, growth: int = 10**7, days: int = 30, most: int = 2 * 10**9) -> StoreSizes:
    """A store that grew evenly for some days, by so many bytes a day, to 412 MB."""
    steps = [(back, 412 * 10**6 - growth * back // 4) for back in range(4 * days, 0, -1)]
    return StoreSizes(412 * 10**6, most, [Size(NOW - back * STEP_MS, used) for back, used in steps])


@pytest.mark.parametrize(
    ("sizes", "below", "answer"),
    [
        (store(), "of 2 GB; full in about 158 days", "As it grows now it is full in about 158 days."),
        (store(growth=10**9, days=1), "of 2 GB; full in about a day", "As it grows now it is full in about a day."),
        (store(growth=-(10**6)), "of 2 GB", "It hardly grows."),
        (store(growth=0), "of 2 GB", "It hardly grows."),
        (store(growth=1), "of 2 GB", "It hardly grows."),
        (store(most=0), "without a limit of its own", "It grows by 10 MB a day."),
        (store(days=0), "of 2 GB", "How it grows is known after a day."),
        (store(most=4 * 10**8), "of 400 MB; full in less than a day", "As it grows now it is full in less than a day."),
    ],
)
def test_the_store_tells_when_it_is_full(sizes: StoreSizes, below: str, answer: str) -> None:
    assert memory_figure(sizes, NOW, ENGLISH) == ("Store", "412 MB", below)
    plot = store_plot(sizes, NOW, ENGLISH)
    assert plot.answer == answer
    assert bool(plot.drawing) == (len(sizes.kept) > 0)


def test_the_plot_of_the_store_has_a_row_a_day_and_the_limit() -> None:
    plot = store_plot(store(days=3), NOW, ENGLISH)
    assert plot.tables[0].rows == [
        ("12 Jan", "387"),
        ("13 Jan", "397"),
        ("14 Jan", "407"),
        ("15 Jan", "412"),
    ]
    assert ">limit</text>" in plot.drawing


def test_speed_is_told_by_the_bounds_that_most_stayed_within() -> None:
    plot = speed_plot(ANSWERED, ENGLISH)
    assert plot.answer == "Since the last start half of all comments took at most 2.5 ms, 99 of 100 at most 5 ms."
    assert plot.tables[0].rows[-2:] == [("10 ms", "under 1%"), ("more than 10 ms", "under 1%")]
    assert speed_plot({0.001: 1, None: 1}, ENGLISH).answer == (
        "More than one comment in 100 took longer than 1 ms to be taken in."
    )


@pytest.mark.parametrize("span", [Span.DAY, Span.WEEK, Span.QUARTER])
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_label_says_what_is_found_and_times_stand_below(span: Span, language: str) -> None:
    for plot in plots(numbers(span), language).values():
        label = re.search(r'aria-label="([^"]*)"', plot.drawing)
        assert label is not None
        assert unescape(label.group(1)) == plain(plot.answer)
    drawn = next(iter(plots(numbers(span), language).values())).drawing
    assert 3 <= drawn.count('text-anchor="middle"') <= 4


@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1440)])
@pytest.mark.parametrize(
    "found",
    [replace(numbers(), target_minutes=45), numbers(Span.QUARTER), nothing(), huge()],
    ids=["day", "quarter", "empty", "huge"],
)
def test_the_page_can_be_read_by_everyone(browser: Browser, found: Numbers, scheme: str, width: int) -> None:
    texts = CATALOGUE.of("de")
    values = {
        "frame": FRAME,
        "texts": texts,
        "told": tell(found, texts),
        "views": views_of("harbour", texts),
        "current": "/console/harbour/numbers?span=day",
        "figures": [*figures_of(found, texts), memory_figure(store(), NOW, texts)],
        "plots": [
            write_plot(plot, texts)
            for plot in (
                *plots_of(found, texts, NAMES.__getitem__),
                risk_plot(found, texts),
                speed_plot(ANSWERED, texts),
                store_plot(store(days=90), NOW, texts),
            )
        ],
        "is_day": found.series.span is Span.DAY,
        "is_operator": True,
        **page_texts(texts),
    }
    page, complaints = watched(browser, width=width)
    try:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        serve(page, HTML.get_template("console/numbers.html").render(values).replace(OWN_PATH, ""))
        page.evaluate("document.querySelectorAll('details.fold').forEach(each => { each.open = true; })")
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        beyond = "[...document.querySelectorAll('.plot')].filter(each => [...each.querySelectorAll('text')].some("
        beyond += "text => text.getBoundingClientRect().right > each.getBoundingClientRect().right)).length"
        assert page.evaluate(beyond) == 0
        report = Axe().run(page, options=OPTIONS)
        assert report.violations_count == 0, report.generate_report()
    finally:
        page.close()
