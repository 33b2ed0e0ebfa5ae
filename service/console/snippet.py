"""What a website needs to send comments to a site: lines to copy, and a token for its server."""

from collections.abc import Mapping

from schemas.setup import WebsiteTokenFormSchema
from schemas.tokens import NewTokenSchema
from service.console.frame import page, texts_at
from service.console.mistakes import mistakes_of
from service.console.new_token import made_token_page
from service.console.operation import console_page
from service.console.repeats import new_key, replay_of_form
from service.domain.caller import Role
from service.domain.token import MadeToken, NewToken
from service.errors import InvalidFieldsError
from service.html.snippets import form_snippet, server_snippet
from service.use_cases import tokens
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import checked
from service.web.shown_address import shown_address

_SCHEMA = NewTokenSchema()


@console_page("Show what a website needs")
async def read_snippet(call: Call) -> Answer:
    return _snippet_page(call, "")


@console_page("Make a token for a website", form=WebsiteTokenFormSchema)
async def make_website_token(call: Call) -> Answer:
    """The token stands on the page that answers, this once; the same form again has the same one."""
    try:
        made = await website_token(call, call.known_site.site, call.body["name"])
    except InvalidFieldsError as error:
        return _snippet_page(call, call.body["name"], mistakes_of(error, texts_at(call)))
    return made_token_page(call, made)


async def website_token(call: Call, site: str, name: str) -> MadeToken:
    """A token of the site for a website's server. InvalidFieldsError for a name that is none."""
    wanted = checked(_SCHEMA, {"name": name, "role": Role.WEBSITE, "site": site})
    new = NewToken(
        wanted["name"],
        frozenset({Role.WEBSITE}),
        frozenset({site}),
        expires_ms=None,
        member_id=None,
        member_name=wanted["name"],
    )
    return await tokens.create_token(call.desk, new, replay=replay_of_form(call), actor=call.known_caller.actor)


def snippets_at(call: Call, site: str) -> dict[str, str]:
    """The lines to copy, for the address by which this page was asked for."""
    address = shown_address(call)
    return {"server": server_snippet(address, site), "form": form_snippet(address, site)}


def _snippet_page(call: Call, name: str, mistakes: Mapping[str, str] | None = None) -> Answer:
    return page(
        call,
        "console/snippet.html",
        here="setup",
        status=422 if mistakes else 200,
        snippets=snippets_at(call, call.known_site.site),
        name=name,
        mistakes=mistakes or {},
        key=new_key(),
    )
