"""What administrators call of sites."""

from schemas.administration import (
    NewSiteSchema,
    SiteChangeSchema,
    SiteSchema,
    SitesQuery,
    SitesSchema,
)
from service.api.cursors import name_cursor_after, name_of
from service.api.wire import site_json
from service.domain.site import DEFAULT_LANGUAGE, Site, SiteChange
from service.errors import SiteExistsError, StoreFullError
from service.use_cases import sites
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Errors, operation, outcome

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that nothing was changed."}
_SITE = "site"
"""What a cursor of this list is good for."""


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
        waiting_target_minutes=body.get("waiting_target_minutes") or 0,
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
    origins, target = body.get("allowed_origins"), "waiting_target_minutes"
    return SiteChange(
        body.get("title"),
        body.get("public_submission"),
        allowed_origins=None if origins is None else tuple(origins),
        language=body.get("language"),
        waiting_target_minutes=body[target] or 0 if target in body else None,
    )
