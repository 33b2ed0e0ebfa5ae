"""The tree of errors is drawn as it is, and every refusal has a status and a code of its own."""

import re

from service import errors
from service.web.problems import STATUS, problem


def _all(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(_all(each) for each in kind.__subclasses__()))


def test_the_docstring_draws_the_tree() -> None:
    drawn = set(re.findall(r"\b(\w+Error)\b", errors.__doc__ or ""))
    assert drawn == {kind.__name__ for kind in _all(errors.CommentdeskError) if kind.__module__ == errors.__name__}


def test_every_refusal_has_a_status() -> None:
    groups = {errors.RequestError, errors.UnavailableError, errors.ConsoleError}
    assert set(STATUS) == _all(errors.RequestError) - groups


def test_codes_are_different() -> None:
    codes = [kind.code for kind in STATUS]
    assert len(codes) == len(set(codes))


def test_a_problem_names_each_bad_field() -> None:
    error = errors.InvalidFieldsError(errors={"name": ["Too long."], "article.url": ["Not an address."]})
    document = problem(error, "abc").decode()
    assert '"article.url":["Not an address."]' in document
    assert '"status":422' in document
    assert '"request_id":"abc"' in document
