"""Every text of the code is a message that translators get: nothing that people read is missing from the extraction."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog

from service import errors
from service.web import problems
from tests.texts.translations import ROOT

SERVICE = ROOT / "service"
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type)
    and issubclass(kind, errors.RequestError)
    and kind.__init__ is errors.RequestError.__init__  # one that makes its detail itself takes something else
}


def details(tree: ast.AST) -> Iterator[ast.expr]:
    """What errors that refuse a request are made with, as their detail."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args:
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in ERRORS:
                yield call.args[0]


def test_every_title_of_an_error_is_a_message(template: Catalog) -> None:
    assert [kind.title for kind in problems.STATUS if kind.title not in template] == []


def mistakes(source: Path, template: Catalog) -> Iterator[str]:
    for detail in details(ast.parse(source.read_text("utf-8"))):
        if isinstance(detail, ast.JoinedStr | ast.BinOp):
            yield f"{source}:{detail.lineno}: values belong into a `sentence`"
        elif isinstance(detail, ast.Constant) and str(detail.value) not in template:
            yield f"{source}:{detail.lineno}: the list of [tool.babel] in pyproject.toml has no such error"


def test_every_detail_of_an_error_is_a_message(template: Catalog) -> None:
    sources = list(SERVICE.rglob("*.py"))
    assert [mistake for source in sources for mistake in mistakes(source, template)] == []


def test_messages_of_python_and_of_templates_are_found(template: Catalog) -> None:
    for message in ("Write your name.", "Post Comment", "%(date)s, %(time)s UTC", "The service made a mistake"):
        assert message in template
    several = template.get("One thought on “%(title)s”")
    assert several is not None
    assert several.id == ("One thought on “%(title)s”", "%(count)s thoughts on “%(title)s”")


def test_translators_are_told_where_a_piece_of_a_sentence_stands(template: Catalog) -> None:
    piece = template.get("a second")
    assert piece is not None
    assert "Wait %(duration)s" in " ".join(piece.auto_comments)
