"""From a template to a page: the one jinja environment, and the headers that every page has."""

import re
from collections.abc import Mapping
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from service.html import assets
from service.html.imports import IMPORTED, ImportingTemplate
from service.html.page_texts import page_texts
from service.html.thread import MAX_DEPTH
from service.html.times import clock, day_and_minute
from service.texts.texts import Texts
from service.web.answer import Answer
from service.web.own_address import OWN_PATH

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


@pass_context
def _date(context: Context, rfc3339: str) -> str:
    texts: Texts = context["texts"]
    return texts.date(datetime.fromisoformat(rfc3339))


@pass_context
def _moment(context: Context, rfc3339: str) -> str:
    texts: Texts = context["texts"]
    return texts.moment(datetime.fromisoformat(rfc3339))


@pass_context
def _instant(context: Context, at_ms: int) -> Markup:
    return day_and_minute(at_ms, context["texts"])


@pass_context
def _clock(context: Context, at_ms: int) -> Markup:
    return clock(at_ms, context["texts"])


def _prose(text: str) -> Markup:
    """Plain text with its `quoted words` as code."""
    parts = re.split(r"`+([^`]+)`+", text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _breakable(text: str) -> Markup:
    """An address or a code that may break after its slashes and underscores."""
    return Markup("<wbr>").join(re.split(r"(?<=[/_])", text))


def _console_file(name: str) -> str:
    """Where a file of the console is served; a template that names one that there is not cannot be rendered."""
    return OWN_PATH + assets.CONSOLE[name].path


_ENVIRONMENT = Environment(
    loader=PackageLoader("service.html"),
    extensions=["jinja2.ext.i18n"],
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.template_class = ImportingTemplate
_ENVIRONMENT.globals.update(
    own_path=OWN_PATH,
    style=OWN_PATH + assets.STYLE.address,
    favicon=OWN_PATH + assets.FAVICON.address,
    picture=OWN_PATH + assets.PICTURE.address,
    console_file=_console_file,
    max_depth=MAX_DEPTH,
)
_ENVIRONMENT.filters.update(
    date=_date, moment=_moment, instant=_instant, clock=_clock, prose=_prose, breakable=_breakable
)
_ENVIRONMENT.install_null_translations(newstyle=True)  # type: ignore[attr-defined] # brought by the extension
# The language comes with the render call and with nothing else: a macro that was imported without its context fails
# at once, instead of speaking English to everyone.
for _name in ("gettext", "ngettext"):
    del _ENVIRONMENT.globals[_name]
TEMPLATES = tuple(_ENVIRONMENT.list_templates(["html"]))


def compile_template(name: str) -> None:
    """Makes a template ready, which its first rendering would do otherwise. Safe in any thread; a template with a
    mistake raises jinja2.TemplateError."""
    _ENVIRONMENT.get_template(name)


def text(template: str, texts: Texts, **values: object) -> str:
    """What a template makes of values, in the language of the texts."""
    return _ENVIRONMENT.get_template(template).render({**values, IMPORTED: {}}, texts=texts, **page_texts(texts))


def page(
    template: str, texts: Texts, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> Answer:
    """A page with its headers, made of a template and its values, in the language of the texts."""
    content = text(template, texts, **values).encode()
    return Answer(status, content, {**HEADERS, **(headers or {})}, HTML)
