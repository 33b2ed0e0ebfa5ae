"""Members: found, given another name, revoked with all their tokens."""

from collections.abc import Sequence

import structlog

from service.desk import Desk
from service.domain.caller import ADMIN
from service.domain.membership import Membership
from service.errors import BuiltInMemberError, MemberNotFoundError, UnavailableError
from service.store import members, tokens
from service.use_cases.bulk import stop_bulks_of
from service.use_cases.claims import end_all_claims
from service.use_cases.sessions import end_all_sessions

log = structlog.get_logger(__name__)


async def find_member(desk: Desk, member_id: str) -> Membership:
    """A member and his tokens, also one who was made a moment ago by another process. MemberNotFoundError."""
    people = desk.registry.people
    try:
        return people.membership(member_id)
    except MemberNotFoundError:
        await people.read_member(member_id)
        return people.membership(member_id)


async def read_seen(desk: Desk, found: Sequence[Membership]) -> dict[str, int]:
    """When these members showed a token last, in ms since 1970; nothing of those who never did."""
    return await desk.registry.people.seen.read([each.member.member_id for each in found])


async def rename_member(desk: Desk, member_id: str, name: str, *, actor: str) -> Membership:
    """Gives a member another name: for what he does from now on. MemberNotFoundError, BuiltInMemberError."""
    _require_not_built_in(member_id)
    member = (await find_member(desk, member_id)).member
    await members.rename(desk.link, member, name, actor=actor, now_ms=desk.now_ms())
    await desk.registry.people.read_member(member_id)
    return desk.registry.people.membership(member_id)


async def revoke_member(desk: Desk, member_id: str, *, actor: str) -> None:
    """Ends a member with all his tokens at once, and then his sessions, bulks and claims. MemberNotFoundError,
    BuiltInMemberError.

    Where a part of the store is away by then he is revoked all the same, and `ClaimsOfRevokedTokens` ends the rest.
    """
    _require_not_built_in(member_id)
    people = desk.registry.people
    await people.read_all()
    revoked = people.membership(member_id).member
    ids = people.ids_of_tokens(member_id)
    await members.remove(desk.link, revoked, ids, actor=actor, now_ms=desk.now_ms())
    await people.read_revoked(member_id)
    for end in (end_all_sessions, stop_bulks_of, end_all_claims):
        try:
            await end(desk, member_id, actor=actor)
        except UnavailableError as error:
            log.warning("claims_end_later", member_id=member_id, reason=str(error))


async def forget_tokens(desk: Desk, member_id: str) -> None:
    """Removes what is left of the tokens of a member who was revoked."""
    people = desk.registry.people
    await people.read_all()
    await tokens.forget(desk.link, people.ids_of_tokens(member_id))


def _require_not_built_in(member_id: str) -> None:
    if member_id == ADMIN.member_id:
        raise BuiltInMemberError
