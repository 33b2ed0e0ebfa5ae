"""How members and tokens look on the wire."""

from typing import Any

from service.domain.member import Member
from service.domain.membership import Membership
from service.domain.times import rfc3339
from service.domain.token import MadeToken, Token

Json = dict[str, Any]


def named_member_json(member: Member) -> Json:
    """A member as `schemas.tokens.NamedMemberSchema` has him."""
    return {"member_id": member.member_id, "name": member.name}


def token_json(token: Token, member: Member) -> Json:
    """A token as `schemas.tokens.TokenSchema` has it: all but its secret."""
    return _own_json(token) | {"member": named_member_json(member)}


def made_token_json(made: MadeToken, sign_in_link: str | None) -> Json:
    """A new token as `schemas.tokens.MadeTokenSchema` has it."""
    return {"token": made.secret, "sign_in_link": sign_in_link} | token_json(made.token, made.member)


def member_json(found: Membership, seen_ms: int | None, now_ms: int) -> Json:
    """A member as `schemas.members.MemberSchema` has him."""
    member = found.member
    return named_member_json(member) | {
        "roles": sorted(found.roles(now_ms)),
        "sites": sorted(found.sites(now_ms)),
        "tokens": [_own_json(token) for token in found.tokens],
        "created_at": rfc3339(member.created_ms) if member.created_ms else None,
        "last_seen_at": rfc3339(seen_ms) if seen_ms else None,
    }


def _own_json(token: Token) -> Json:
    return {
        "token_id": token.token_id,
        "role": token.role,
        "roles": sorted(token.roles),
        "site": token.site,
        "sites": sorted(token.sites),
        "name": token.name,
        "created_at": rfc3339(token.created_ms),
        "expires_at": None if token.expires_ms is None else rfc3339(token.expires_ms),
    }
