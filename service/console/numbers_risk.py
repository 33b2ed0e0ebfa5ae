"""The plot that holds the risk against what people decided."""

from collections.abc import Sequence

from markupsafe import Markup

from service.console.numbers_plots import Plot, Table
from service.domain.numbers import Numbers
from service.domain.standing import RISK_BANDS, Standing, likely_share, standing_by_risk
from service.html.plots.intervals import Interval, draw_intervals
from service.texts.sentence import Plural
from service.texts.texts import Texts

_UNKNOWN = "–"
_RANGE = "{}–{}"
_ENDS_AND_HALF = (0, 0.5, 1)
_OFF = Plural(
    "In one of %(all)s bands people rejected clearly more or fewer than the risk says.",
    "In %(count)s of %(all)s bands people rejected clearly more or fewer than the risk says.",
)
_ON = Plural(
    "Nothing in the one band in which people decided speaks against it.",
    "Nothing in the %(count)s bands in which people decided speaks against it.",
)


def risk_plot(numbers: Numbers, texts: Texts) -> Plot:
    """Bands of risk against the share that people rejected, each with the interval in which that share likely lies."""
    found = standing_by_risk(numbers.series)
    question = texts.gettext("Does the risk mean what it says?")
    known = [(band, each) for band, each in enumerate(found) if each.total]
    if not known:
        return Plot(question, texts.gettext("Nobody decided on comments with a risk in this time."), Markup(), ())
    off = sum(_is_off(band, each) for band, each in known)
    answer = texts.say_of_many(_OFF, off, all=texts.number(len(known))) if off else texts.say_of_many(_ON, len(known))
    drawing = draw_intervals(
        answer,
        [_interval(band, each) for band, each in known],
        values=[texts.percent(share) for share in _ENDS_AND_HALF],
        places=[(0, texts.share(0)), (0.5, _risk(0.5, texts)), (1, texts.share(1))],
    )
    return Plot(question, answer, drawing, (_table(found, texts),))


def _interval(band: int, standing: Standing) -> Interval:
    least, most = likely_share(standing.rejected, standing.total)
    return Interval((band + 0.5) / RISK_BANDS, standing.rejected / standing.total, least, most)


def _is_off(band: int, standing: Standing) -> bool:
    """Whether no risk of the band is among the shares that are likely."""
    least, most = likely_share(standing.rejected, standing.total)
    return most < band / RISK_BANDS or least > (band + 1) / RISK_BANDS


def _risk(risk: float, texts: Texts) -> str:
    return texts.gettext("risk %(risk)s") % {"risk": texts.share(risk)}


def _table(found: Sequence[Standing], texts: Texts) -> Table:
    heads = (
        texts.gettext("Risk"),
        texts.gettext("Approved"),
        texts.gettext("Rejected"),
        texts.gettext("Spam"),
        texts.gettext("Share rejected"),
        texts.gettext("Likely (95 of 100)"),
    )
    return Table(heads, [(_band(band, texts), *_cells(each, texts)) for band, each in enumerate(found)])


def _band(band: int, texts: Texts) -> str:
    return _RANGE.format(texts.share(band / RISK_BANDS), texts.share((band + 1) / RISK_BANDS))


def _cells(standing: Standing, texts: Texts) -> tuple[str, ...]:
    counts = tuple(map(texts.number, standing))
    if not standing.total:
        return (*counts, _UNKNOWN, _UNKNOWN)
    likely = _RANGE.format(*map(texts.percent, likely_share(standing.rejected, standing.total)))
    return (*counts, texts.percent(standing.rejected / standing.total), likely)
