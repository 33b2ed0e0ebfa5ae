"""What operators call of policies: read, change and try one, and go back to an older version of it."""

import re

from schemas.administration import PolicyChangeSchema, PolicySchema
from schemas.policies import (
    PolicyTestedSchema,
    PolicyTestSchema,
    PolicyVersionsSchema,
    RestoreSchema,
    VersionsQuery,
)
from service.api.cursors import name_cursor_after, name_of
from service.api.wire import trial_json
from service.api.wire_policies import policy_json, version_json
from service.domain.policy import policy_of
from service.domain.submission import Submission
from service.errors import InvalidFieldsError, PolicyVersionNotFoundError, StalePolicyError, StoreFullError
from service.use_cases import policies, rules
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import Errors, operation, outcome

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that nothing was changed."}
_POLICY_ERRORS: Errors = {
    InvalidFieldsError: "Fields are unknown or not valid, `publish_below` is above `reject_above`, or a rule cannot be "
    "read; `errors` names each.",
    StalePolicyError: "Another version is in force than the `version` that was seen: nothing was changed.",
    **_FULL,
}
_NOT_KEPT: Errors = {PolicyVersionNotFoundError: "There is no such version of the site's policy, or it is not kept."}

MAX_POLICY_BYTES = 1 << 20
"""5,000 phrases and 200 rules."""
_VERSION = "policy_version"
"""What a cursor of a list is good for."""
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@operation("Read the policy", answers={200: PolicySchema})
async def read_policy(call: Call) -> Answer:
    site = call.known_site
    return Answer(200, policy_json(site.policy_version, site.policy))


@operation(
    "Replace the policy",
    body=PolicySchema,
    max_body_bytes=MAX_POLICY_BYTES,
    answers={200: outcome("The new policy.", PolicySchema)},
    errors=_POLICY_ERRORS,
)
async def set_policy(call: Call) -> Answer:
    """A field left out has its default. With `version` it is refused where another version is in force by now."""
    seen, caller = call.body["version"], call.known_caller
    changed = await policies.set_policy(call.desk, call.known_site, policy_of(call.body), caller, seen=seen)
    return Answer(200, policy_json(*changed))


@operation(
    "Change the policy",
    body=PolicyChangeSchema,
    max_body_bytes=MAX_POLICY_BYTES,
    answers={200: outcome("The policy after the change.", PolicySchema)},
    errors=_POLICY_ERRORS,
)
async def change_policy(call: Call) -> Answer:
    """A field left out keeps its value, also when another changes it at the same moment. With `version` it is refused
    where another version is in force by now."""
    change = {name: value for name, value in call.body.items() if name != "version"}
    seen, caller = call.body.get("version"), call.known_caller
    return Answer(
        200, policy_json(*await policies.change_policy(call.desk, call.known_site, change, caller, seen=seen))
    )


@operation("List the versions of the policy", query=VersionsQuery, answers={200: PolicyVersionsSchema})
async def list_policy_versions(call: Call) -> Answer:
    """Who changed what, and when, the newest first. The newest 100 are kept, fewer of very large policies."""
    below = name_of(_VERSION, call.query["cursor"])
    if below and not _NUMBER.fullmatch(below):
        raise InvalidFieldsError(errors={"cursor": ["Not a cursor that was given."]})
    found = await policies.read_versions(
        call.desk, call.known_site, below=int(below) if below else None, limit=call.query["limit"]
    )
    last = None if found.last is None else str(found.last)
    versions = [version_json(note) for note in found.notes]
    return Answer(200, {"versions": versions, "next_cursor": name_cursor_after(_VERSION, last)})


@operation(
    "Read a version of the policy",
    answers={200: outcome("The policy of that version.", PolicySchema)},
    errors=_NOT_KEPT,
)
async def read_policy_version(call: Call) -> Answer:
    return Answer(200, policy_json(*await policies.read_version(call.desk, call.known_site, _version(call))))


@operation(
    "Go back to a version of the policy",
    body=RestoreSchema,
    answers={200: outcome("The policy in force now, which is the newest version.", PolicySchema)},
    errors={
        InvalidFieldsError: "A rule of that version is not taken any more; `errors` names it.",
        **_NOT_KEPT,
        **_FULL,
    },
)
async def restore_policy_version(call: Call) -> Answer:
    """Makes that policy the newest version; those between stay in the list. Nothing changes where it is in force."""
    restored = await policies.restore_version(
        call.desk, call.known_site, _version(call), call.known_caller, replay=call.replay
    )
    return Answer(200, policy_json(*restored))


def _version(call: Call) -> int:
    given = call.request.match_info["version"]
    if not _NUMBER.fullmatch(given):
        raise PolicyVersionNotFoundError
    return int(given)


@operation(
    "Try the policy on a comment",
    body=PolicyTestSchema,
    is_scored=True,
    answers={200: PolicyTestedSchema},
)
async def try_policy(call: Call) -> Answer:
    """Says what the site's mode, thresholds and rules make of a comment, and keeps nothing of it. Its author's record,
    ban and trust count as they would for it; limits and repeats within its thread are not asked."""
    body = call.body
    said = Submission(
        body["name"], body["email"], body["body"], body["website"] or "", is_author_verified=body["author_verified"]
    )
    return Answer(200, trial_json(await rules.try_policy(call.desk, call.known_site, body["thread"], said)))
