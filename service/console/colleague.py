"""A member of a site's team: his tokens, his sessions, a link to sign in by, and the end of each."""

from collections.abc import Mapping
from contextlib import suppress

from schemas.console import EndedSessionSchema
from schemas.members import MemberChangeSchema
from schemas.setup import NewTokenFormSchema, PressedSchema, RenameFormSchema
from service.console.frame import page, texts_at
from service.console.mistakes import mistakes_of
from service.console.new_token import made_token_page, new_token, new_token_form
from service.console.operation import console_page
from service.console.repeats import new_key, replay_of_form
from service.errors import InvalidFieldsError, MemberNotFoundError, SessionNotFoundError, TokenNotFoundError
from service.use_cases import members, sessions, team, tokens
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked
from service.web.shown_address import sign_in_address

_RENAMED = MemberChangeSchema()


@console_page("Show a member")
async def read_colleague(call: Call) -> Answer:
    return await _colleague_page(call, new_token_form())


@console_page("Give a member another name", form=RenameFormSchema)
async def rename_colleague(call: Call) -> Answer:
    try:
        name = checked(_RENAMED, {"name": call.body["name"]})["name"]
    except InvalidFieldsError as error:
        return await _colleague_page(
            call, new_token_form(), renamed=mistakes_of(error, texts_at(call)), name=call.body["name"]
        )
    await members.rename_member(call.desk, _member_id(call), name, actor=call.known_caller.actor)
    return _back(call)


@console_page("Make a further token for a member", form=NewTokenFormSchema)
async def add_token(call: Call) -> Answer:
    """The token stands on the page that answers, this once; the same form again has the same one."""
    try:
        wanted = new_token(call, _member_id(call))
        made = await tokens.create_token(call.desk, wanted, replay=replay_of_form(call), actor=call.known_caller.actor)
    except InvalidFieldsError as error:
        return await _colleague_page(call, call.body, mistakes=mistakes_of(error, texts_at(call)))
    return made_token_page(call, made)


@console_page("Make a one-time link for a member", form=PressedSchema)
async def add_link(call: Call) -> Answer:
    """The link stands on the page that answers, this once; each press makes another, which signs in once."""
    found = await team.read_colleague(call.desk, _member_id(call))
    secret = await team.make_link_for(call.desk, found.membership.member.member_id, actor=call.known_caller.actor)
    link = sign_in_address(call, secret)
    return page(call, "console/made-link.html", here="setup", member=found.membership.member, link=link)


@console_page("Revoke a token", form=PressedSchema)
async def revoke_token(call: Call) -> Answer:
    """Sessions that began with it end at once. One that is revoked already is as it was wanted: the button was pressed
    twice, or by two."""
    with suppress(TokenNotFoundError):
        await tokens.revoke_token(call.desk, call.request.match_info["token_id"], actor=call.known_caller.actor)
    return _back(call)


@console_page("End a member's sessions", form=EndedSessionSchema)
async def end_sessions(call: Call) -> Answer:
    """One of them, or all."""
    member_id, digest, actor = _member_id(call), call.body["session"], call.known_caller.actor
    if digest:
        with suppress(SessionNotFoundError):
            await sessions.end_session(call.desk, member_id, digest, actor=actor)
    else:
        await sessions.end_all_sessions(call.desk, member_id, actor=actor)
    return _back(call)


@console_page("Revoke a member", form=PressedSchema)
async def revoke_colleague(call: Call) -> Answer:
    """With his tokens and sessions, at once; what he did stays. The second of two presses finds nobody, as wanted."""
    with suppress(MemberNotFoundError):
        await members.revoke_member(call.desk, _member_id(call), actor=call.known_caller.actor)
    return Answer(303, headers={"Location": _team_address(call)})


def _member_id(call: Call) -> str:
    return call.request.match_info["member_id"]


def _team_address(call: Call) -> str:
    return f"/console/{call.known_site.site}/setup/team"


def _back(call: Call) -> Answer:
    return Answer(303, headers={"Location": f"{_team_address(call)}/{_member_id(call)}"})


async def _colleague_page(
    call: Call,
    typed: Json,
    mistakes: Mapping[str, str] | None = None,
    renamed: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Answer:
    found = await team.read_colleague(call.desk, _member_id(call))
    now_ms, tokens_of = call.desk.now_ms(), found.membership.tokens
    return page(
        call,
        "console/colleague.html",
        here="setup",
        status=422 if mistakes or renamed else 200,
        colleague=found,
        name=found.membership.member.name if name is None else name,
        can_sign_in=team.token_at_work(tokens_of, now_ms) is not None,
        now_ms=now_ms,
        typed=typed,
        mistakes=mistakes or {},
        renamed=renamed or {},
        key=new_key(),
    )
