"""Times as HTML: in UTC; the console's scripts write them as the browser's own clock has them."""

from datetime import UTC, datetime

from markupsafe import Markup

from service.texts.texts import Texts


def day_and_minute(at_ms: int, texts: Texts) -> Markup:
    """A time in ms since 1970, as the language writes it, with its zone."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return Markup('<time datetime="{}" data-moment>{}</time>').format(
        at.isoformat(timespec="seconds"), texts.moment(at)
    )


def clock(at_ms: int, texts: Texts) -> Markup:
    """The same of today, without its day."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    words = texts.gettext("%(time)s UTC") % {"time": texts.clock(at)}
    return Markup('<time datetime="{}" data-clock>{}</time>').format(at.isoformat(timespec="seconds"), words)


def clock_in_drawing(at_ms: int, texts: Texts) -> Markup:
    """The same within a drawing, which has no room for the zone: it stands below."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return Markup('<tspan data-at="{}">{}</tspan>').format(at.isoformat(timespec="seconds"), texts.clock(at))
