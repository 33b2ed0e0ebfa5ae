"""What schemathesis is told beside the description: which refusals of a valid request no schema could foresee."""

import json
import re
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

UNFORESEEABLE = {
    "A website's token lets nobody into the console.",
    "Another reason has this code.",
    "Another rule has this name.",
    "Comments are not compared here, or this one cannot be read.",
    "Given for order=newest.",
    "Given for order=oldest.",
    "Given for order=published.",
    "Has more than 8 words.",
    "Has no word to search for.",
    "It has expired.",
    "Holds more than 30 combining marks in a row.",
    "Holds nothing that can be seen.",
    "Must not be above reject_above.",
    "No comment of this site.",
    "No preview of the last 30 minutes: look at what is selected again.",
    "Not a cursor that was given.",
    "Not a published comment of this thread.",
    "Not a time zone, such as Europe/Berlin.",
    "Not in the future.",
    "Not of one of the site's allowed_origins.",
    "This preview was decided on otherwise: look at what is selected again.",
}
"""They depend on what was sent before, on the time, on two fields together, or on Unicode's tables."""
CHECKED_OF_RULES = re.compile(
    r"rules\.\d+\.(name|when\.(words\.phrases\S*|pattern\.re2|(link|email)_domains\.\S+|hours\.\S+))"
)
"""Fields of rules of which no schema tells all: names are unique, patterns are RE2's, domains and time zones are known.
"""


def is_unforeseeable(response: Any) -> bool:
    """Whether a request was refused for nothing that a schema could have told."""
    if response.status_code != 422:
        return False
    problem = json.loads(response.content)
    if problem["code"] == "idempotency_key_reused":
        return True
    left = {field: messages for field, messages in problem["errors"].items() if not CHECKED_OF_RULES.fullmatch(field)}
    return {message for messages in left.values() for message in messages} <= UNFORESEEABLE


@schemathesis.check
def valid_data_acceptance(ctx: Any, response: Any, case: Any) -> bool | None:
    """As schemathesis' own check, but for what no schema could foresee."""
    if is_unforeseeable(response):
        return None
    accepted: bool | None = positive_data_acceptance(ctx, response, case)
    return accepted


@schemathesis.check
def described_code(ctx: Any, response: Any, case: Any) -> bool | None:
    """The code of each problem document is among those that the call is described to have, or that any request has."""
    if response.headers.get("content-type", [""])[0] != "application/problem+json":
        return None
    document = case.operation.schema.raw_schema
    call = document["paths"][case.operation.path][case.operation.method]
    answer = call["responses"].get(str(response.status_code), {})
    of_call = answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
    of_any = {example["code"] for example in document["components"]["schemas"]["Problem"]["examples"]}
    code = json.loads(response.content)["code"]
    assert code in of_call or code in of_any, f"{code} is not described"
    return None
