"""From a template to a page: the one jinja environment, and the headers that every page has."""

import re
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from service.html import assets
from service.html.thread import MAX_DEPTH
from service.web.operation import Answer

HTML = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action {}; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY.format("'self'"),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
LEADING_ELSEWHERE = {"Content-Security-Policy": _POLICY.format("'self' https: http:")}
"""For a form whose answer leads back to a publisher's own site: browsers hold `form-action` against redirects too."""


def _date(rfc3339: str) -> str:
    at = datetime.fromisoformat(rfc3339).astimezone(UTC)
    return f"{at.day} {at:%B %Y}"


def _moment(rfc3339: str) -> str:
    at = datetime.fromisoformat(rfc3339).astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _prose(text: str) -> Markup:
    """Plain text with its `quoted words` as code."""
    parts = re.split(r"`+([^`]+)`+", text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _breakable(text: str) -> Markup:
    """An address or a code that may break after its slashes and underscores."""
    return Markup("<wbr>").join(re.split(r"(?<=[/_])", text))


_ENVIRONMENT = Environment(
    loader=PackageLoader("service.html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.globals.update(
    style=assets.STYLE.address,
    favicon=assets.FAVICON.address,
    picture=assets.PICTURE.address,
    max_depth=MAX_DEPTH,
)
_ENVIRONMENT.filters.update(date=_date, moment=_moment, prose=_prose, breakable=_breakable)
_TEMPLATES = {name: _ENVIRONMENT.get_template(name) for name in _ENVIRONMENT.list_templates(["html"])}


def text(template: str, **values: object) -> str:
    """What a template makes of values."""
    return _TEMPLATES[template].render(values)


def page(template: str, status: int = 200, headers: dict[str, str] | None = None, **values: object) -> Answer:
    """A page with its headers, made of a template and its values."""
    content = text(template, **values).encode()
    return Answer(status, content, {**HEADERS, **(headers or {})}, HTML)
