"""What administrators call: sites, tokens."""

from schemas.administration import (
    MadeTokenSchema,
    NewSiteSchema,
    NewTokenSchema,
    SiteChangeSchema,
    SiteSchema,
    SitesQuery,
    SitesSchema,
    TokensQuery,
    TokensSchema,
)
from service.api.cursors import name_cursor_after, name_of
from service.api.wire import site_json, token_json
from service.domain.caller import Role
from service.domain.site import DEFAULT_LANGUAGE, Site, SiteChange
from service.domain.token import TokenFilter
from service.errors import SiteExistsError, SiteNotFoundError, StoreFullError, TokenNotFoundError
from service.use_cases import sites, tokens
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Errors, doc_of, operation, outcome

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that nothing was changed."}
_SITE, _TOKEN = "site", "token"
"""What a cursor of a list is good for."""


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
        actor=call.known_caller.actor,
    )
    location = {"Location": f"/v1/tokens/{made.token.token_id}"}
    return Answer(201, {"token": made.secret} | token_json(made.token), location)


@operation("List the tokens", query=TokensQuery, answers={200: TokensSchema})
async def list_tokens(call: Call) -> Answer:
    """Of one site, of one role or of both, where they are given."""
    query = call.query
    wanted = TokenFilter(query["site"], Role(query["role"]) if query["role"] else None)
    found, last = call.desk.registry.page_of_tokens(wanted, name_of(_TOKEN, query["cursor"]), query["limit"])
    return Answer(
        200, {"tokens": [token_json(token) for token in found], "next_cursor": name_cursor_after(_TOKEN, last)}
    )


@operation(
    "Revoke a token",
    answers={204: "The token is valid no longer."},
    errors={TokenNotFoundError: "There is no token of this id, or it was revoked before.", **_FULL},
)
async def revoke_token(call: Call) -> Answer:
    token_id = call.request.match_info["token_id"]
    await tokens.revoke_token(call.desk, token_id, actor=call.known_caller.actor)
    return Answer(204)
