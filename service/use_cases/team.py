"""Who works on a site: its members, and those of every site, with their tokens and sessions."""

from collections.abc import Sequence
from typing import NamedTuple

from service.desk import Desk
from service.domain.caller import ADMIN, AT_CONSOLE, EVERY_SITE, Role
from service.domain.membership import Membership
from service.domain.session import Session
from service.domain.token import Token, TokenFilter
from service.errors import TokenNotFoundError
from service.use_cases.members import find_member, read_seen
from service.use_cases.sessions import list_sessions
from service.use_cases.sign_in_links import make_link

PAGE_MEMBERS = 50


class TeamPage(NamedTuple):
    """Members by id, when each was seen last, and the last id where others follow."""

    members: list[Membership]
    seen_ms: dict[str, int]
    last: str | None


class Colleague(NamedTuple):
    """A member with what he signs in by."""

    membership: Membership
    seen_ms: int | None
    sessions: list[Session]


async def list_team(desk: Desk, site: str, after: str) -> TeamPage:
    """The members with a token for this site or for every site, behind the id given."""
    of_site, of_every = (
        desk.registry.people.page_of_members(TokenFilter(each), after, PAGE_MEMBERS) for each in (site, EVERY_SITE)
    )
    found = {each.member.member_id: each for each in (*of_site[0], *of_every[0])}
    ids = sorted(found)
    shown = [found[member_id] for member_id in ids[:PAGE_MEMBERS]]
    is_more = len(ids) > PAGE_MEMBERS or of_site[1] is not None or of_every[1] is not None
    return TeamPage(shown, await read_seen(desk, shown), shown[-1].member.member_id if is_more and shown else None)


async def read_colleague(desk: Desk, member_id: str) -> Colleague:
    """A member, his tokens and his sessions. MemberNotFoundError."""
    membership = await find_member(desk, member_id)
    seen = await read_seen(desk, [membership])
    return Colleague(membership, seen.get(member_id), await list_sessions(desk, member_id))


async def make_link_for(desk: Desk, member_id: str, *, actor: str) -> str:
    """The secret of a one-time link that signs a member in. MemberNotFoundError; TokenNotFoundError where he has no
    token that opens the console."""
    token = token_at_work((await find_member(desk, member_id)).tokens, desk.now_ms())
    if token is None:
        raise TokenNotFoundError
    return await make_link(desk, token.digest, member_id, actor=actor)


def token_at_work(tokens: Sequence[Token], now_ms: int) -> Token | None:
    """Of tokens in force that open the console the one that lasts longest; None where there is none."""
    usable = [token for token in tokens if not token.roles.isdisjoint(AT_CONSOLE) and token.is_valid(now_ms)]
    return max(usable, key=lambda token: (token.expires_ms is None, token.expires_ms or 0), default=None)


def whom_to_ask(desk: Desk, site: str, role: Role) -> str:
    """The name of a member with a role on a site, else of an administrator; "" where there is only that of the
    settings, whose name tells nobody anything."""
    people = desk.registry.people
    for where, wanted in ((site, role), (EVERY_SITE, role), (EVERY_SITE, Role.ADMIN)):
        found, _ = people.page_of_members(TokenFilter(where, wanted), "", 2)
        names = [each.member.name for each in found if each.member.member_id != ADMIN.member_id]
        if names:
            return names[0]
    return ""
