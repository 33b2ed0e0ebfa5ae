"""What operators and administrators call: policies and sites."""

from schemas.administration import (
    NewSiteSchema,
    PolicyChangeSchema,
    PolicySchema,
    SiteChangeSchema,
    SiteSchema,
    SitesQuery,
    SitesSchema,
)
from schemas.policies import PolicyTestedSchema, PolicyTestSchema
from service.api.cursors import name_cursor_after, name_of
from service.api.wire import site_json, trial_json
from service.domain.policy import fields_of, policy_of
from service.domain.site import DEFAULT_LANGUAGE, Site, SiteChange
from service.domain.submission import Submission
from service.errors import InvalidFieldsError, SiteExistsError, StoreFullError
from service.use_cases import rules, sites
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Errors, operation, outcome

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that nothing was changed."}
_POLICY_ERRORS: Errors = {
    InvalidFieldsError: "Fields are unknown or not valid, `publish_below` is above `reject_above`, or a rule cannot be "
    "read; `errors` names each.",
    **_FULL,
}

MAX_POLICY_BYTES = 1 << 20
"""5,000 phrases and 200 rules."""
_SITE = "site"
"""What a cursor of this list is good for."""


@operation("Read the policy", answers={200: PolicySchema})
async def read_policy(call: Call) -> Answer:
    return Answer(200, fields_of(call.known_site.policy))


@operation(
    "Replace the policy",
    body=PolicySchema,
    max_body_bytes=MAX_POLICY_BYTES,
    answers={200: outcome("The new policy.", PolicySchema)},
    errors=_POLICY_ERRORS,
)
async def set_policy(call: Call) -> Answer:
    actor = call.known_caller.actor
    return Answer(200, fields_of(await sites.set_policy(call.desk, call.known_site, policy_of(call.body), actor=actor)))


@operation(
    "Change the policy",
    body=PolicyChangeSchema,
    max_body_bytes=MAX_POLICY_BYTES,
    answers={200: outcome("The policy after the change.", PolicySchema)},
    errors=_POLICY_ERRORS,
)
async def change_policy(call: Call) -> Answer:
    """A field left out keeps its value, also when another changes it at the same moment."""
    actor = call.known_caller.actor
    return Answer(200, fields_of(await sites.change_policy(call.desk, call.known_site, call.body, actor=actor)))


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


@operation(
    "Make a site",
    body=NewSiteSchema,
    answers={201: outcome("The new site.", SiteSchema, headers={"Location": "/v1/sites/evening-news"})},
    errors={SiteExistsError: "There is a site of this id already.", **_FULL},
)
async def create_site(call: Call) -> Answer:
    body = call.body
    wanted = Site(
        body["site"],
        body.get("title", ""),
        body.get("public_submission", False),
        allowed_origins=tuple(body.get("allowed_origins", ())),
        language=body.get("language", DEFAULT_LANGUAGE),
    )
    made = await sites.create_site(call.desk, wanted, call.replay, actor=call.known_caller.actor)
    return Answer(201, site_json(made), {"Location": f"/v1/sites/{made.site}"})


@operation("List the sites", query=SitesQuery, answers={200: SitesSchema})
async def list_sites(call: Call) -> Answer:
    after = name_of(_SITE, call.query["cursor"])
    found, last = call.desk.registry.page_of_sites(after, call.query["limit"])
    return Answer(200, {"sites": [site_json(site) for site in found], "next_cursor": name_cursor_after(_SITE, last)})


@operation("Read a site", answers={200: SiteSchema})
async def read_site(call: Call) -> Answer:
    return Answer(200, site_json(call.known_site))


@operation(
    "Change a site",
    body=SiteChangeSchema,
    answers={200: outcome("The site after the change.", SiteSchema)},
    errors=_FULL,
)
async def change_site(call: Call) -> Answer:
    actor = call.known_caller.actor
    return Answer(200, site_json(await sites.change_site(call.desk, call.known_site, _change(call.body), actor=actor)))


def _change(body: Json) -> SiteChange:
    origins = body.get("allowed_origins")
    return SiteChange(
        body.get("title"),
        body.get("public_submission"),
        allowed_origins=None if origins is None else tuple(origins),
        language=body.get("language"),
    )
