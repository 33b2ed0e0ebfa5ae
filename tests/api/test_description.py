"""The API's description says everything: what each thing means, with an example that is true."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import pytest

from service.errors import ConsoleError
from service.routes import API
from service.web.body import JSON, MULTIPART, URLENCODED, parse_form
from service.web.call_examples import shape_of
from service.web.openapi import describe
from service.web.problems import INTERNAL, STATUS
from service.web.route import Route

Json = dict[str, Any]
DOCUMENT = describe(API, "test")
SHAPES: Json = DOCUMENT["components"]["schemas"]
FIELDS = [(name, field) for name, shape in SHAPES.items() for field in shape["properties"]]
PROBLEM = "application/problem+json"


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def described(route: Route) -> Json:
    call: Json = DOCUMENT["paths"][route.path][route.method.lower()]
    return call


def contents(call: Json) -> Iterator[tuple[str, Json]]:
    """What is sent and what is answered, by content type."""
    for given in (call.get("requestBody", {}), *call["responses"].values()):
        yield from given.get("content", {}).items()


def examples(content: Json) -> list[Any]:
    return [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]


def is_of_a_shape(schema: Json) -> bool:
    return any(shape_of(each, SHAPES) is not None for each in (schema, schema.get("items", {})))


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_field_has_a_description_and_an_example(name: str, field: str) -> None:
    schema = SHAPES[name]["properties"][field]
    assert schema["description"]
    assert is_of_a_shape(schema) or schema["examples"]
    for example in schema.get("examples", ()):
        jsonschema_rs.validate(schema, example)


def test_every_shape_says_what_it_is() -> None:
    assert all(shape["description"] for shape in SHAPES.values())


@pytest.mark.parametrize("route", API, ids=name_of)
def test_a_parameter_has_a_description_and_an_example(route: Route) -> None:
    for parameter in described(route)["parameters"]:
        assert parameter["description"]
        jsonschema_rs.validate(parameter["schema"], parameter["example"])


@pytest.mark.parametrize("route", API, ids=name_of)
def test_what_is_sent_and_answered_has_an_example_that_fits(route: Route) -> None:
    for content_type, content in contents(described(route)):
        for example in examples(content):
            assert content_type not in {JSON, PROBLEM} or isinstance(example, dict)
            jsonschema_rs.validate({**content["schema"], "components": DOCUMENT["components"]}, example)


@pytest.mark.parametrize("route", [route for route in API if route.operation.body], ids=name_of)
def test_an_example_of_a_body_is_taken(route: Route) -> None:
    content = described(route)["requestBody"]["content"]
    route.operation.load_body(content[JSON]["example"], is_form=False)
    assert (route.operation.form is None) == ({JSON} == set(content))


@pytest.mark.parametrize("route", [route for route in API if route.operation.form], ids=name_of)
def test_an_example_of_a_form_is_taken_as_the_body_is(route: Route) -> None:
    content = described(route)["requestBody"]["content"]
    assert content[MULTIPART]["example"] == content[URLENCODED]["example"]
    sent = urlencode(content[URLENCODED]["example"]).encode()
    fields = parse_form(None, URLENCODED, sent)  # type: ignore[arg-type] # it is asked for multipart's boundary alone
    form = route.operation.load_body(fields, is_form=True)
    body = route.operation.load_body(content[JSON]["example"], is_form=False)
    assert body.pop("author_verified", None), "no form can vouch for its reader"
    assert {name: form[name] or None for name in body} == {name: value or None for name, value in body.items()}


@pytest.mark.parametrize("route", API, ids=name_of)
def test_each_answer_says_when_it_comes_in_words_of_its_own(route: Route) -> None:
    words = [answer["description"] for answer in described(route)["responses"].values()]
    assert all(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("route", API, ids=name_of)
def test_each_code_of_a_call_has_its_reason_and_a_problem_document(route: Route) -> None:
    for status, answer in described(route)["responses"].items():
        codes = answer.get("content", {}).get(PROBLEM, {}).get("examples", {})
        for code, example in codes.items():
            assert example["summary"]
            assert f"`{code}`: {example['summary']}" in answer["description"]
            assert (example["value"]["code"], example["value"]["status"]) == (code, int(status))


def every_code() -> set[str]:
    return {error.code for error in STATUS if not issubclass(error, ConsoleError)} | {INTERNAL}


def test_every_code_is_of_a_call_or_of_any() -> None:
    told = [content for route in API for kind, content in contents(described(route)) if kind == PROBLEM]
    of_calls = {code for content in told for code in content["examples"]}
    of_any = {example["code"] for example in SHAPES["Problem"]["examples"]}
    assert of_calls | of_any == every_code()
    assert all(f"`{code}`" in DOCUMENT["info"]["description"] for code in of_any - of_calls)


def test_a_form_has_a_shape_of_texts() -> None:
    form = SHAPES["SubmissionForm"]
    assert {"name", "email", "body", "article[url]", "client[ip]", "receipt", "return_to"} <= set(form["properties"])
    assert {field["type"] for field in form["properties"].values()} == {"string"}
    assert form == SHAPES["SubmissionMultipart"]


def test_what_needs_a_body_says_so() -> None:
    needed = {name_of(route): described(route)["requestBody"]["required"] for route in API if route.operation.body}
    assert all(is_needed for name, is_needed in needed.items() if name.startswith(("PUT", "PATCH")))
    assert not needed["POST /v1/sites/{site}/claims"]
