"""An example of each problem document, made as the real ones are."""

from typing import Any

import orjson

from service.errors import FieldErrors, InvalidFieldsError, OverloadedError, RequestError
from service.web import problems
from service.web.operation import Operation
from service.web.refusals import ANYWHERE

Json = dict[str, Any]
_REQUEST_ID = "8f14e45fceea167a"
_UNKNOWN_FIELD: Json = {"colour": "green"}


def problem_example(kind: type[RequestError], operation: Operation) -> Json:
    """The document that a call is answered with for an error of this kind."""
    if kind is InvalidFieldsError:
        return _document(kind(errors=_bad_fields(operation)))
    return _document(OverloadedError("store") if kind is OverloadedError else kind())


def general_examples() -> list[Json]:
    """The documents that any request may be answered with, and that of a mistake of the service."""
    mistake: Json = orjson.loads(problems.internal_problem(_REQUEST_ID))
    return [*(_document(kind()) for kind in ANYWHERE), mistake]


def _document(error: RequestError) -> Json:
    document: Json = orjson.loads(problems.problem(error, _REQUEST_ID))
    return document


def _bad_fields(operation: Operation) -> FieldErrors:
    """What the schema says of a call that lacks what it needs, or has an unknown field where nothing is needed."""
    schema = operation.body or operation.query
    if schema is None:
        return {"thread": ["Shorter than minimum length 1."]}
    return schema.validate({}) or schema.validate(_UNKNOWN_FIELD)
