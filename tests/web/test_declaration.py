"""What may be declared of an operation, and how its description tells it."""

import pytest
from marshmallow import Schema
from marshmallow.fields import String

from service.routes import API
from service.web.answer import Answer
from service.web.authentication import Authentication
from service.web.call import Call
from service.web.openapi import describe
from service.web.operation import operation
from service.web.route import open_route

IN_BODY = Authentication("field", {"type": "apiKey"}, lambda _, fields: str(fields.get("key", "")), is_in_body=True)


class Words(Schema):
    """Words."""

    words = String(required=True)


def test_an_operation_without_a_body_cannot_ask_for_what_stands_in_one() -> None:
    with pytest.raises(ValueError, match="stands in a body"):
        operation("Ask", answers={200: "Done."}, authentication=IN_BODY)
    operation("Ask", answers={200: "Done."}, authentication=IN_BODY, body=Words)


@pytest.mark.parametrize(("most", "size"), [(100, "100 bytes"), (1500, "1500 bytes"), (256 * 1024, "256 KiB")])
def test_the_description_tells_a_limit_of_any_size(most: int, size: str) -> None:
    @operation("Take", body=Words, answers={200: "Done."}, max_body_bytes=most)
    async def take(_: Call) -> Answer:
        return Answer(200, {})

    paths = describe((*API, open_route("POST", "/take", take)), "1")["paths"]
    told = paths["/take"]["post"]["responses"]["413"]["description"]
    assert told == f"`body_too_large`: The body is over {size}."
