"""Who works on a site: members, found and added."""

from collections.abc import Mapping

from schemas.setup import NewMemberFormSchema, TeamQuery
from service.console.frame import page, texts_at
from service.console.mistakes import mistakes_of
from service.console.new_token import made_token_page, new_token, new_token_form
from service.console.operation import console_page
from service.console.repeats import new_key, replay_of_form
from service.errors import InvalidFieldsError
from service.use_cases import team, tokens
from service.web.answer import Answer
from service.web.call import Call, Json


@console_page("Show who works on a site", query=TeamQuery)
async def read_team(call: Call) -> Answer:
    return await _team_page(call, call.query["after"], new_token_form())


@console_page("Add a member with a first token", form=NewMemberFormSchema)
async def add_member(call: Call) -> Answer:
    """The token stands on the page that answers, this once; the same form again has the same one."""
    try:
        wanted = new_token(call, member_id=None)
        made = await tokens.create_token(call.desk, wanted, replay=replay_of_form(call), actor=call.known_caller.actor)
    except InvalidFieldsError as error:
        return await _team_page(call, "", call.body, mistakes_of(error, texts_at(call)))
    return made_token_page(call, made)


async def _team_page(call: Call, after: str, typed: Json, mistakes: Mapping[str, str] | None = None) -> Answer:
    found = await team.list_team(call.desk, call.known_site.site, after)
    return page(
        call,
        "console/team.html",
        here="setup",
        status=422 if mistakes else 200,
        team=found,
        now_ms=call.desk.now_ms(),
        typed=typed,
        mistakes=mistakes or {},
        key=new_key(),
    )
