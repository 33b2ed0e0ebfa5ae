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
from service.registry import policy_record
from service.use_cases import administration
from service.use_cases.administration import site_json, token_json
from service.web.operation import Answer, Call, operation


@operation("Read the policy", answers={200: PolicySchema}, errors=(404,))
async def read_policy(call: Call) -> Answer:
    return Answer(200, policy_record(call.known_site.policy))


@operation("Replace the policy", body=PolicySchema, answers={200: PolicySchema}, errors=(404,))
async def set_policy(call: Call) -> Answer:
    return Answer(200, await administration.set_policy(call.desk, call.known_site, call.body))


@operation("Make a site", body=NewSiteSchema, answers={201: SiteSchema}, errors=(409,))
async def create_site(call: Call) -> Answer:
    made = await administration.create_site(call.desk, call.body, call.replay)
    return Answer(201, made, {"Location": f"/v1/sites/{made['site']}"})


@operation("List the sites", answers={200: SitesSchema})
async def list_sites(call: Call) -> Answer:
    sites = sorted(call.desk.registry.sites.values(), key=lambda site: site.site)
    return Answer(200, {"sites": [site_json(site) for site in sites]})


@operation("Read a site", answers={200: SiteSchema}, errors=(404,))
async def read_site(call: Call) -> Answer:
    return Answer(200, site_json(call.known_site))


@operation("Change a site", body=SiteChangeSchema, answers={200: SiteSchema}, errors=(404,))
async def change_site(call: Call) -> Answer:
    return Answer(200, await administration.change_site(call.desk, call.known_site, call.body))


@operation("Make a token", body=NewTokenSchema, answers={201: MadeTokenSchema}, errors=(404,))
async def create_token(call: Call) -> Answer:
    body = call.body
    made = await administration.create_token(
        call.desk, body["role"], body["site"], body["name"], body["expires_at"], call.replay
    )
    return Answer(201, made, {"Location": f"/v1/tokens/{made['token_id']}"})


@operation("List the tokens", answers={200: TokensSchema})
async def list_tokens(call: Call) -> Answer:
    tokens = call.desk.registry.tokens
    return Answer(200, {"tokens": [token_json(token_id, tokens[token_id]) for token_id in sorted(tokens)]})


@operation("Revoke a token", answers={204: "Revoked."}, errors=(404,))
async def revoke_token(call: Call) -> Answer:
    await administration.revoke_token(call.desk, call.request.match_info["token_id"])
    return Answer(204)
