"""What an HTML form sends in the place of a JSON body: texts, with those of an inner object as `outer[inner]`."""

from typing import Any

from service.web.body import MULTIPART, URLENCODED
from service.web.call_examples import shape_of

Json = dict[str, Any]
FORM_NAMES = {URLENCODED: "Form", MULTIPART: "Multipart"}
"""What the shape of each kind of form is called, behind the name of the JSON body's. They are the same; programs that
are made of the description tell by the shape which kind to send."""


def form_shape(body: Json, shapes: Json) -> Json:
    """The shape of a form whose fields are those of a JSON body; it may have others, which are passed over."""
    fields: Json = {}
    for name, field in body["properties"].items():
        inner = shape_of(field, shapes)
        if inner is None:
            fields[name] = _text(field)
        else:
            fields |= {f"{name}[{each}]": _text(part) for each, part in inner["properties"].items()}
    required = {"required": body["required"]} if "required" in body else {}
    return {
        "description": f"{body['description']} As the fields of an HTML form.",
        "type": "object",
        "properties": fields,
        **required,
        "additionalProperties": {"type": "string"},
    }


def _text(field: Json) -> Json:
    """A field as a form has it: a text, and never null."""
    return {**{name: value for name, value in field.items() if name not in {"default", "examples"}}, "type": "string"}
