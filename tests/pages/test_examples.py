"""The examples of the API's description work when they are typed as they stand."""

import os
import shutil
import subprocess

import pytest

from service.pages.examples import example_of
from service.routes import API
from service.web.openapi import describe
from service.web.route import Route
from tests.pages.reader import FORM, Reader
from tests.servers import ServiceProcess, skip_or_fail

SITE = "/v1/sites/default"
"""The examples are of a publisher's site, not of the demo's."""
DOCUMENT = describe(API, "test")


@pytest.fixture
def known_id(reader: Reader, request: pytest.FixtureRequest) -> str:
    """A comment that can be decided on or undone, as often as its call says; or a token."""
    route: Route = request.getfixturevalue("route")
    if "{token_id}" in route.path or "{member_id}" in route.path:
        made = reader.api("POST", "/v1/tokens", {"role": "admin", "name": "Mo"})
        return str(made["token_id"] if "{token_id}" in route.path else made["member"]["member_id"])
    name = route.operation.handler.__name__
    sent = reader.api("POST", f"{SITE}/threads/harbour-footbridge/comments", FORM | {"body": f"For {name}"})
    comment_id = str(sent["comment_id"])
    if name == "undo":
        reader.api("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "reject"})
    return comment_id


@pytest.fixture
def receipt(reader: Reader) -> str:
    sent = reader.api("POST", f"{SITE}/threads/harbour-footbridge/comments", FORM | {"body": "Tell.", "receipt": True})
    return str(sent["receipt"])


@pytest.mark.parametrize("route", API, ids=lambda route: route.operation.handler.__name__)
def test_an_example_works(reader: Reader, service: ServiceProcess, route: Route, known_id: str, receipt: str) -> None:
    if shutil.which("curl") is None:
        skip_or_fail("curl is not on PATH (Debian: apt install curl)")
    described = DOCUMENT["paths"][route.path][route.method.lower()]
    environment = os.environ | {"URL": service.url, "TOKEN": service.admin_token, "ID": known_id, "RECEIPT": receipt}
    command = example_of(route.method, route.path, described)
    command = command.replace("curl ", "curl --silent --show-error --fail-with-body ", 1)
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
