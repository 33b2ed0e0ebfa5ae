"""Macros of other templates: made once for a page, however many of its templates import them."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Template
from jinja2.environment import TemplateModule

IMPORTED = "imported"
"""The name of the value that holds what a page's templates have imported so far; without it each is made anew."""


class ImportingTemplate(Template):
    """A template that is imported with context, which is all that its page was given: that is the same for all of the
    page's templates. A page of the queue imports two dozen times, and half a dozen files."""

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002 jinja's name
        shared: bool = False,  # noqa: FBT001, FBT002
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> TemplateModule:
        imported: dict[str | None, TemplateModule] | None = (vars or {}).get(IMPORTED)
        if imported is None:
            return super().make_module(vars, shared, locals)
        if self.name not in imported:
            imported[self.name] = super().make_module(vars, shared, locals)
        return imported[self.name]
