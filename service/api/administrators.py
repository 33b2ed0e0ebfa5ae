"""What operators and administrators call: policies, sites, tokens."""

from schemas.administration import (
    MadeTokenSchema,
    NewSiteSchema,
    NewTokenSchema,
    PolicySchema,
    SiteChangeSchema,
    SiteSchema,
    SitesSchema,
    TokensSchema,
)
from service.api.wire import site_json, token_json
from service.domain.caller import Role
from service.domain.policy import fields_of, policy_of
from service.domain.site import Site, SiteChange
from service.errors import SiteExistsError, SiteNotFoundError, StoreFullError, TokenNotFoundError
from service.use_cases import sites, tokens
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Errors, doc_of, operation, outcome

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that nothing was changed."}


@operation("Read the policy", answers={200: PolicySchema})
async def read_policy(call: Call) -> Answer:
    return Answer(200, fields_of(call.known_site.policy))


@operation(
    "Replace the policy", body=PolicySchema, answers={200: outcome("The new policy.", PolicySchema)}, errors=_FULL
)
async def set_policy(call: Call) -> Answer:
    actor = call.known_caller.token_id
    return Answer(200, fields_of(await sites.set_policy(call.desk, call.known_site, policy_of(call.body), actor=actor)))


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
    )
    made = await sites.create_site(call.desk, wanted, call.replay, actor=call.known_caller.token_id)
    return Answer(201, site_json(made), {"Location": f"/v1/sites/{made.site}"})


@operation("List the sites", answers={200: SitesSchema})
async def list_sites(call: Call) -> Answer:
    found = sorted(call.desk.registry.sites.values(), key=lambda site: site.site)
    return Answer(200, {"sites": [site_json(site) for site in found]})


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
    actor = call.known_caller.token_id
    return Answer(200, site_json(await sites.change_site(call.desk, call.known_site, _change(call.body), actor=actor)))


def _change(body: Json) -> SiteChange:
    origins = body.get("allowed_origins")
    return SiteChange(
        body.get("title"), body.get("public_submission"), allowed_origins=None if origins is None else tuple(origins)
    )


@operation(
    "Make a token",
    body=NewTokenSchema,
    answers={
        201: outcome(doc_of(MadeTokenSchema()), MadeTokenSchema, headers={"Location": "/v1/tokens/t3643511fd390"})
    },
    errors={SiteNotFoundError: "There is no site of the id in `site`.", **_FULL},
)
async def create_token(call: Call) -> Answer:
    body = call.body
    made = await tokens.create_token(
        call.desk,
        Role(body["role"]),
        body["site"],
        body["name"],
        expires_at=body["expires_at"],
        replay=call.replay,
        actor=call.known_caller.token_id,
    )
    location = {"Location": f"/v1/tokens/{made.token.token_id}"}
    return Answer(201, {"token": made.secret} | token_json(made.token), location)


@operation("List the tokens", answers={200: TokensSchema})
async def list_tokens(call: Call) -> Answer:
    found = call.desk.registry.tokens
    return Answer(200, {"tokens": [token_json(found[token_id]) for token_id in sorted(found)]})


@operation(
    "Revoke a token",
    answers={204: "The token is valid no longer."},
    errors={TokenNotFoundError: "There is no token of this id, or it was revoked before.", **_FULL},
)
async def revoke_token(call: Call) -> Answer:
    token_id = call.request.match_info["token_id"]
    await tokens.revoke_token(call.desk, token_id, actor=call.known_caller.token_id)
    return Answer(204)
