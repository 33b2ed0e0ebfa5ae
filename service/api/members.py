"""What administrators call: members and their tokens."""

from schemas.members import MemberChangeSchema, MemberSchema, MembersQuery, MembersSchema
from schemas.tokens import MadeTokenSchema, NewTokenSchema, SignInLinkSchema, TokensQuery, TokensSchema
from service.api.cursors import name_cursor_after, name_of
from service.api.wire_members import made_token_json, member_json, token_json
from service.domain.caller import EVERY_SITE, Role
from service.domain.membership import Membership
from service.domain.token import NewToken, TokenFilter
from service.errors import (
    BuiltInMemberError,
    InvalidFieldsError,
    MemberNotFoundError,
    SiteNotFoundError,
    StoreFullError,
    TokenNotFoundError,
)
from service.use_cases import members, sign_in_links, tokens
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import Errors, doc_of, operation, outcome
from service.web.shown_address import sign_in_address

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that nothing was changed."}
_UNKNOWN: Errors = {MemberNotFoundError: "There is no member of this id, or he was revoked before."}
_BUILT_IN: Errors = {BuiltInMemberError: "`admin` is the administrator of the settings."}
_TOKEN, _MEMBER = "token", "member"
"""What a cursor of a list is good for."""


@operation(
    "Make a token",
    body=NewTokenSchema,
    answers={
        201: outcome(doc_of(MadeTokenSchema()), MadeTokenSchema, headers={"Location": "/v1/tokens/t3643511fd390"})
    },
    errors={
        SiteNotFoundError: "There is no site of an id in `site` or `sites`.",
        MemberNotFoundError: "There is no member of the `member_id` in `member`, or he was revoked.",
        **_FULL,
    },
)
async def create_token(call: Call) -> Answer:
    """For a new member, or one who is there: a token more is how a person or a program gets another without becoming
    somebody else in histories, and other rights."""
    made = await tokens.create_token(
        call.desk, _new_token(call.body), replay=call.replay, actor=call.known_caller.actor
    )
    link = sign_in_address(call, made.link) if made.link else None
    return Answer(201, made_token_json(made, link), {"Location": f"/v1/tokens/{made.token.token_id}"})


def _new_token(body: Json) -> NewToken:
    member: Json = body["member"] or {}
    expires_at = body["expires_at"]
    return NewToken(
        body["name"],
        frozenset(map(Role, body["roles"] if "roles" in body else [body["role"]])),
        frozenset(body["sites"] if "sites" in body else [body["site"] or EVERY_SITE]),
        expires_ms=int(expires_at.timestamp() * 1000) if expires_at else None,
        member_id=member.get("member_id"),
        member_name=str(member.get("name", body["name"])),
        is_linked=body["link"],
    )


@operation(
    "Make a one-time link",
    answers={201: outcome("The new link.", SignInLinkSchema)},
    errors={
        TokenNotFoundError: "There is no token of this id, or it was revoked.",
        InvalidFieldsError: "The token has expired, or lets nobody into the console; `errors` names `token_id`.",
        **_FULL,
    },
)
async def make_sign_in_link(call: Call) -> Answer:
    """By it the token's member signs in to the console, once, within 15 minutes; the session ends with the token. The
    administrator of the settings has the `token_id` `admin`. Every call makes another link: of a token that has
    expired, or lets nobody into the console, none."""
    token_id = call.request.match_info["token_id"]
    secret = await sign_in_links.make_link_of_token(call.desk, token_id, actor=call.known_caller.actor)
    return Answer(201, {"sign_in_link": sign_in_address(call, secret)})


@operation("List the tokens", query=TokensQuery, answers={200: TokensSchema})
async def list_tokens(call: Call) -> Answer:
    """Of one site, of one role or of both, where they are given."""
    query = call.query
    after = name_of(_TOKEN, query["cursor"])
    found, last = call.desk.registry.people.page_of_tokens(_filter(query), after, query["limit"])
    tokens_json = [token_json(token, member) for token, member in found]
    return Answer(200, {"tokens": tokens_json, "next_cursor": name_cursor_after(_TOKEN, last)})


def _filter(query: Json) -> TokenFilter:
    return TokenFilter(query["site"], Role(query["role"]) if query["role"] else None)


@operation(
    "Revoke a token",
    answers={204: "The token is valid no longer."},
    errors={TokenNotFoundError: "There is no token of this id, or it was revoked before.", **_FULL},
)
async def revoke_token(call: Call) -> Answer:
    """Its member's claims end where he has no other token by which he may decide."""
    token_id = call.request.match_info["token_id"]
    await tokens.revoke_token(call.desk, token_id, actor=call.known_caller.actor)
    return Answer(204)


@operation("List the members", query=MembersQuery, answers={200: MembersSchema})
async def list_members(call: Call) -> Answer:
    """Who may do what where, and who was seen when. Those who have a token of one site, of one role or of both, where
    they are given."""
    query, now_ms = call.query, call.desk.now_ms()
    after = name_of(_MEMBER, query["cursor"])
    found, last = call.desk.registry.people.page_of_members(_filter(query), after, query["limit"])
    seen = await members.read_seen(call.desk, found)
    members_json = [member_json(each, seen.get(each.member.member_id), now_ms) for each in found]
    return Answer(200, {"members": members_json, "next_cursor": name_cursor_after(_MEMBER, last)})


@operation("Read a member", answers={200: MemberSchema}, errors=_UNKNOWN)
async def read_member(call: Call) -> Answer:
    found = await members.find_member(call.desk, _member_id(call))
    return await _told(call, found)


@operation(
    "Rename a member",
    body=MemberChangeSchema,
    answers={200: outcome("The member after the change.", MemberSchema)},
    errors={**_UNKNOWN, **_BUILT_IN, **_FULL},
)
async def rename_member(call: Call) -> Answer:
    actor = call.known_caller.actor
    return await _told(call, await members.rename_member(call.desk, _member_id(call), call.body["name"], actor=actor))


@operation(
    "Revoke a member",
    answers={204: "He is a member no longer: his tokens are valid no longer, and his claims are free."},
    errors={**_UNKNOWN, **_BUILT_IN, **_FULL},
)
async def revoke_member(call: Call) -> Answer:
    """All of his tokens end in one step, and then his sessions at the console and his claims. What he did stays in
    histories, with his name."""
    await members.revoke_member(call.desk, _member_id(call), actor=call.known_caller.actor)
    return Answer(204)


def _member_id(call: Call) -> str:
    return call.request.match_info["member_id"]


async def _told(call: Call, found: Membership) -> Answer:
    seen = await members.read_seen(call.desk, [found])
    return Answer(200, member_json(found, seen.get(found.member.member_id), call.desk.now_ms()))
