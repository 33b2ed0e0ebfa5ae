"""Examples of calls: what is sent and what is answered, as JSON files beside the handlers.

`examples/NAME.json`, in the folder of the handler NAME, has an object: `body` and `form` are what is sent, `query` has
parameters, and each status that is no error, such as `200`, what is answered: where that has one of several shapes, an
object with an example by the name of each.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson

from service.web.operation import Operation

Json = dict[str, Any]
SHAPE = "#/components/schemas/"
"""Where a schema refers to a shape."""


def examples_of(operation: Operation) -> Json:
    """The examples of an operation; none where there is no file of them."""
    handler = operation.handler
    room = handler.__module__.rpartition(".")[0]
    file = files(room) / "examples" / f"{handler.__name__}.json" if room else None
    found: Json = orjson.loads(file.read_bytes()) if file is not None and file.is_file() else {}
    return found


def show_in_fields(document: Json) -> None:
    """Gives each field of the shapes the first value that it has in the examples, null only where there is no other."""
    shapes: Json = document["components"]["schemas"]
    for value, schema in _examples_in(document):
        _show(value, schema, shapes, passed_over=(None,))
    for value, schema in _examples_in(document):
        _show(value, schema, shapes)


def _examples_in(document: Json) -> Iterator[tuple[Any, Json]]:
    for methods in document["paths"].values():
        for call in methods.values():
            for content in (call.get("requestBody", {}), *call["responses"].values()):
                for each in content.get("content", {}).values():
                    yield each.get("example"), each["schema"]
                    is_one_of_several = "anyOf" in each["schema"]
                    for name, example in each.get("examples", {}).items():
                        yield example["value"], {"$ref": SHAPE + name} if is_one_of_several else each["schema"]


def _show(value: Any, schema: Json, shapes: Json, passed_over: tuple[Any, ...] = ()) -> None:
    shape = shape_of(schema, shapes)
    if isinstance(value, list):
        for item in value:
            _show(item, schema.get("items", {}), shapes, passed_over)
    elif isinstance(value, dict) and shape is not None:
        for name, inner in value.items():
            field = shape["properties"].get(name, {})
            if inner not in passed_over and not _has_shape(field, shapes):
                field.setdefault("examples", [inner])
            _show(inner, field, shapes, passed_over)


def _has_shape(field: Json, shapes: Json) -> bool:
    return shape_of(field, shapes) is not None or shape_of(field.get("items", {}), shapes) is not None


def shape_of(schema: Json, shapes: Json) -> Json | None:
    """The shape that a schema refers to, by itself or as one of its alternatives."""
    for each in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if each.get("$ref", "").startswith(SHAPE):
            found: Json = shapes[each["$ref"].removeprefix(SHAPE)]
            return found
    return None
