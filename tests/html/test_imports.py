"""Macros that several templates of a page import."""

from jinja2 import DictLoader, Environment

from service.html.imports import IMPORTED, ImportingTemplate

FILES = {
    "page": '{% import "outer" as outer with context %}{% import "inner" as inner with context %}'
    "{{ outer.said() }} {{ inner.said() }}",
    "outer": '{% import "inner" as inner with context %}{% macro said() %}({{ inner.said() }}){% endmacro %}',
    "inner": "{% set made = count() %}{% macro said() %}{{ word }} {{ made }}{% endmacro %}",
}


def drawn(**values: object) -> str:
    """A page whose words tell how often its innermost macros were made."""
    made: list[int] = []

    def count() -> int:
        made.append(1)
        return len(made)

    environment = Environment(loader=DictLoader(FILES), autoescape=True)
    environment.template_class = ImportingTemplate
    return environment.get_template("page").render(values, count=count)


def test_macros_are_made_once_for_a_page() -> None:
    assert drawn(word="Moin", **{IMPORTED: {}}) == "(Moin 1) Moin 1"


def test_macros_are_made_anew_for_each_page() -> None:
    assert drawn(word="Moin", **{IMPORTED: {}}) != drawn(word="Salut", **{IMPORTED: {}})


def test_without_a_place_for_them_each_import_makes_its_own() -> None:
    assert drawn(word="Moin") == "(Moin 1) Moin 2"
