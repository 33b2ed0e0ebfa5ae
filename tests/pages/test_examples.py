"""The examples of the API's description work when they are typed as they stand."""

import os
import shutil
import subprocess

import pytest

from service.pages.examples import example_of, goes_on
from service.routes import API
from service.web.openapi import describe
from service.web.route import Route
from tests.pages.reader import FORM, Reader
from tests.servers import ServiceProcess, skip_or_fail

SITE = "/v1/sites/default"
TIME_IS_UP = 28
"""What curl ends with where an answer goes on for longer than it was given."""
LOOKED_UP = {"email": "rex@reader.example"}
"""The examples are of a publisher's site, not of the demo's."""
DOCUMENT = describe(API, "test")


@pytest.fixture
def known_id(reader: Reader, request: pytest.FixtureRequest) -> str:
    """What the call is about: a token or member, a comment, its author, a preview of it or a bulk, in the state that
    the call asks for."""
    route: Route = request.getfixturevalue("route")
    if "{token_id}" in route.path or "{member_id}" in route.path:
        made = reader.api("POST", "/v1/tokens", {"role": "admin", "name": "Mo"})
        return str(made["token_id"] if "{token_id}" in route.path else made["member"]["member_id"])
    name = route.operation.handler.__name__
    if "{version}" in route.path:
        for number in range(10):
            reader.api("PATCH", f"{SITE}/policy", {"site_burst": 100 + number})
    sent = reader.api("POST", f"{SITE}/threads/harbour-footbridge/comments", FORM | LOOKED_UP | {"body": f"For {name}"})
    comment_id = str(sent["comment_id"])
    if name == "undo":
        reader.api("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "reject"})
    if "{author_id}" in route.path:
        return str(reader.api("GET", f"{SITE}/comments/{comment_id}")["author"]["author_id"])
    return (
        preview_or_bulk(reader, name) if name in {"start_bulk", "read_bulk", "undo_bulk", "stop_bulk"} else comment_id
    )


def preview_or_bulk(reader: Reader, name: str) -> str:
    selected = {"select": {"state": "held"}, "except": []}
    token = reader.api("POST", f"{SITE}/bulk/previews", selected)["preview_token"]
    if name == "start_bulk":
        return str(token)
    started = {"preview_token": token, "decision": "spam"}
    return str(reader.api("POST", f"{SITE}/bulk", started)["bulk_id"])


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
    if goes_on(described):
        command = command.replace("curl ", "curl --max-time 2 ", 1)
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == (TIME_IS_UP if goes_on(described) else 0), done.stdout + done.stderr
    assert done.stdout or route.method == "DELETE"
