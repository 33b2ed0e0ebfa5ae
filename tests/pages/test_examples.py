"""The examples of the API's description work when they are typed as they stand."""

import os
import shutil
import subprocess

import pytest

from service.pages.examples import EXAMPLES
from service.routes import API
from tests.pages.reader import FORM, Reader
from tests.servers import ServiceProcess, skip_or_fail

SITE = "/v1/sites/default"
"""The examples are of a publisher's site, not of the demo's."""


@pytest.mark.parametrize("operation_id", EXAMPLES)
def test_an_example_works(reader: Reader, service: ServiceProcess, operation_id: str) -> None:
    if shutil.which("curl") is None:
        skip_or_fail("curl is not on PATH (Debian: apt install curl)")
    submission = FORM | {"body": f"For {operation_id}", "receipt": True}
    told = reader.api("POST", f"{SITE}/threads/harbour-footbridge/comments", submission)
    comment_id = told["comment_id"]
    if operation_id == "undo":
        reader.api("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "reject"})
    environment = os.environ | {"URL": service.url, "TOKEN": service.admin_token, "ID": comment_id}
    environment["RECEIPT"] = told["receipt"]
    command = EXAMPLES[operation_id].replace("curl ", "curl --silent --show-error --fail-with-body ", 1)
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_examples_are_of_calls_that_are_there() -> None:
    assert set(EXAMPLES) <= {route.operation.handler.__name__ for route in API}
