"""What a client would rather have: a page or a document, and in which language (RFC 9110, 12.5)."""

import re

from service.web.exchange import Request

MAX_CHARS = 1000
"""Of a header: browsers send about 150. What comes behind is not looked at."""
MAX_RANGES = 20
_HTML = "text/html"
_JSON = frozenset({"application/json", "application/problem+json", "application/*"})
_WEIGHT = re.compile(r"[ \t]*q=([01](?:\.[0-9]{0,3})?)[ \t]*", re.IGNORECASE)


def prefers_html(request: Request) -> bool:
    """Whether a person reads the answer: HTML is named, and JSON is not named as better. Browsers send that when they
    open a page or send a form by themselves; their scripts and other programs do not."""
    header = request.headers.get("Accept", "")
    if _HTML not in header.lower():
        return False
    weights = dict(_ranges(header))
    wanted = weights.get(_HTML, 0.0)
    return wanted > 0 and all(wanted >= weights.get(each, 0.0) for each in _JSON)


def is_for_a_part(request: Request) -> bool:
    """Whether a script of one of our pages asks, and puts what comes into it."""
    return request.headers.get("CD-Fragment") == "1"


def accepted_languages(request: Request) -> list[str]:
    """The languages that a client accepts, in lower case, the best first."""
    ranges = _ranges(request.headers.get("Accept-Language", ""))
    return [name for name, weight in sorted(ranges, key=lambda each: -each[1]) if weight > 0]


def _ranges(header: str) -> list[tuple[str, float]]:
    """The names in a header with their weights, in its order; a weight that is none is 0."""
    pieces = header[:MAX_CHARS].split(",", MAX_RANGES)[:MAX_RANGES]
    return [(name.strip().lower(), _weight(rest)) for name, _, rest in (piece.partition(";") for piece in pieces)]


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        if parameter.strip().lower().startswith("q="):
            weight = _WEIGHT.fullmatch(parameter)
            return float(weight[1]) if weight else 0.0
    return 1.0
