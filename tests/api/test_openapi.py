"""The API's description: valid, served, whole, and true of what a thousand generated requests are answered."""

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.routes import API
from service.web.openapi import describe
from service.web.route import Access, Route
from tests.api.client import Api, Json, Site
from tests.api.schemathesis_hooks import described_code, valid_data_acceptance
from tests.servers import ServiceProcess

DOCUMENT = describe(API, "test")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    valid_data_acceptance,
    described_code,
]
MAX_LINE_BYTES = 8000
EXAMPLES_OF_A_ROUTE = 25
"""Of each kind, right and wrong: over a thousand together."""


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def described(route: Route) -> Json:
    operation: Json = DOCUMENT["paths"][route.path][route.method.lower()]
    return operation


def test_it_is_valid() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(DOCUMENT)


def test_it_is_served(anyone: Api) -> None:
    reply = anyone.get("/openapi.json")
    assert reply.status == 200
    served = reply.json
    assert served["paths"] == DOCUMENT["paths"]
    assert served["components"] == DOCUMENT["components"]


def test_it_holds_every_route_and_nothing_else() -> None:
    found = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert found == {(route.method.lower(), route.path) for route in API}
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)


NO_PROBLEM_DOCUMENTS = {("readiness", "503"), ("count_published", "400")}
"""The answer of one, and a refusal of what was not read as far as to know the call."""


@pytest.mark.parametrize("route", API, ids=name_of)
def test_each_call_says_who_may_make_it_and_what_it_may_answer(route: Route) -> None:
    operation = described(route)
    assert operation["summary"]
    assert ("security" in operation) == (route.access is not Access.ANYONE)
    statuses = set(operation["responses"])
    if route.access is not Access.ANYONE:
        assert {"401", "403"} <= statuses
    if route.operation.body is not None:
        assert {"400", "413", "415", "422"} <= statuses
    if route.access is not Access.ANYONE or "{site}" in route.path:  # these ask the store
        assert "503" in statuses
    for status, response in operation["responses"].items():
        assert response["description"]
        if int(status) >= 400 and (route.operation.handler.__name__, status) not in NO_PROBLEM_DOCUMENTS:
            assert set(response["content"]) == {"application/problem+json"}


def test_decisions_in_bulk_say_what_they_hold() -> None:
    items = DOCUMENT["components"]["schemas"]["Decisions"]["properties"]["decisions"]["items"]
    assert items["anyOf"] == [{"$ref": "#/components/schemas/DecisionOfMany"}, {}]


ENDLESS = {"/v1/sites/{site}/events"}
"""Streams: schemathesis would wait for their end."""
NOTHING_WRONG = {"/healthz", "/readyz", "/metrics", "/v1/sites/{site}/counts"}
"""They take nothing, or any text, so that schemathesis finds nothing wrong to send them."""


@pytest.mark.parametrize(
    ("route", "mode"),
    [
        pytest.param(route, mode, id=f"{name_of(route)} {mode.value}")
        for route in API
        if route.path not in ENDLESS
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or route.path not in NOTHING_WRONG
    ],
)
def test_answers_are_as_described(route: Route, mode: GenerationMode, site: Site) -> None:
    """Half of the requests are for a site, thread and comment that are there."""
    there = {"site": site.name, "thread": "t1", "comment_id": site.submit()}
    schema: Any = schemathesis.openapi.from_dict(DOCUMENT)
    operation = schema[route.path][route.method]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES_OF_A_ROUTE,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, is_there=st.booleans())
    def ask(case: Any, is_there: bool) -> None:  # noqa: FBT001 hypothesis's
        if is_there:
            known = {name: value for name, value in there.items() if name in (case.path_parameters or {})}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        headers = {"Authorization": f"Bearer {site.admin.token}"}
        response = case.call(base_url=site.admin.url, headers=headers)
        if len(response.request.path_url) < MAX_LINE_BYTES:  # longer ones never come as far as the API
            case.validate_response(response, checks=CHECKS)

    ask()


def test_schemathesis_finds_no_difference(service: ServiceProcess, tmp_path: Path) -> None:
    """With all its checks, and ours: on the examples, and on every limit of every field."""
    options = ["--checks", "all", "--exclude-checks", "positive_data_acceptance", "--phases", "examples,coverage"]
    options += [part for path in ENDLESS for part in ("--exclude-path", path)]
    token = ["--header", f"Authorization: Bearer {service.admin_token}"]
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/openapi.json", "--no-color"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [*command, *token, *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
