"""Members and tokens that come and go, in any order: what is found is what a look through all of them finds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.domain.caller import ADMIN, EVERY_SITE, Caller, Role
from service.domain.member import Member
from service.domain.member_index import MemberIndex
from service.domain.membership import own_member
from service.domain.token import Token, TokenFilter

SITES = ("a", "b", "c")
MEMBERS = ("m1", "m2", "t1", "t2")
ROLES = st.frozensets(st.sampled_from(Role), min_size=1)
NOW = 100


@st.composite
def tokens(draw: st.DrawFn) -> Token:
    """One of six tokens: of a member with a record, of one of a version before members, or of its own."""
    token_id = draw(st.sampled_from(("t1", "t2", "t3", "t4", "t5", "t6")))
    member_id = token_id if token_id in MEMBERS else draw(st.sampled_from(MEMBERS))
    sites = frozenset({EVERY_SITE}) if draw(st.booleans()) else draw(st.frozensets(st.sampled_from(SITES), min_size=1))
    expires_ms = draw(st.sampled_from((None, NOW, NOW + 1)))
    roles = draw(ROLES)
    return Token(token_id, f"name of {token_id}", roles, sites, member_id, 5, expires_ms, f"digest {token_id}")


CHANGES = st.one_of(
    tokens(),
    st.sampled_from(MEMBERS).map(lambda member_id: Member(member_id, f"name of {member_id}", 7)),
    st.tuples(st.just("member"), st.sampled_from(MEMBERS)),
    st.tuples(st.just("token"), st.sampled_from(("t1", "t2", "t3", "t4", "t5", "t6"))),
)


def changed(index: MemberIndex, members: dict[str, Member], kept: dict[str, Token], change: object) -> None:
    """Makes a change in the index, and in what a store would have. The member of a token never changes."""
    if isinstance(change, Token):
        token = replace(change, member_id=kept.get(change.token_id, change).member_id)
        kept[token.token_id] = token
        index.put_token(token)
    elif isinstance(change, Member):
        members[change.member_id] = change
        index.put_member(change)
    elif isinstance(change, tuple) and change[0] == "member":
        members.pop(change[1], None)
        index.drop_member(change[1])
    elif isinstance(change, tuple) and change[1] in kept:
        index.drop_token(kept.pop(change[1]))


def member_of(token: Token, members: dict[str, Member], kept: dict[str, Token]) -> Member | None:
    """Whose a token is, as the contract says it: he of the record, or of the token that is a member by itself."""
    own = kept.get(token.member_id)
    return members.get(token.member_id) or (own_member(own) if own else None)


@given(st.lists(CHANGES, max_size=25))
def test_what_grew_change_by_change_is_what_there_is(changes: list[object]) -> None:
    index = MemberIndex(ADMIN, {}, ())
    members: dict[str, Member] = {}
    kept: dict[str, Token] = {}
    for change in changes:
        changed(index, members, kept, change)
    for each in (index, MemberIndex(ADMIN, members, kept.values())):
        _compare(each, members, kept)


def _compare(index: MemberIndex, members: dict[str, Member], kept: dict[str, Token]) -> None:
    held = {token.token_id: member_of(token, members, kept) for token in kept.values()}
    everybody = {ADMIN.member_id, *members, *(each.member_id for each in held.values() if each)}
    for site in (None, *SITES, EVERY_SITE):
        for role in (None, *Role):
            wanted = TokenFilter(site, role)
            fitting = {each.token_id: each for each in kept.values() if held[each.token_id] and fits(each, wanted)}
            found, last = index.tokens.page(wanted, "", 100)
            assert [token for token, _ in found] == [fitting[each] for each in sorted(fitting)]
            assert [member for _, member in found] == [held[each] for each in sorted(fitting)]
            ids = everybody if wanted == TokenFilter() else {each.member_id for each in fitting.values()}
            ids = ids | ({ADMIN.member_id} if site in {None, EVERY_SITE} and role in {None, Role.ADMIN} else set())
            memberships, _ = index.page(wanted, "", 100)
            assert ([each.member.member_id for each in memberships], last) == (sorted(ids), None)
    for token in kept.values():
        caller, member = index.tokens.holder(token.digest, NOW), held[token.token_id]
        if member is None or not token.is_valid(NOW):
            assert caller is None
        else:
            assert caller == token.caller_as(member)
    for member_id in everybody - {ADMIN.member_id}:
        membership = index.membership(member_id)
        assert membership is not None
        valid = [token for token in kept.values() if token.member_id == member_id and token.is_valid(NOW)]
        assert membership.roles(NOW) == {role for token in valid for role in token.roles}
        sites = {site for token in valid for site in token.sites}
        assert membership.sites(NOW) == ({EVERY_SITE} if EVERY_SITE in sites else sites)
    for site in SITES:
        staff = {
            held[token.token_id]
            for token in kept.values()
            if token.sites & {site, EVERY_SITE} and token.roles != {Role.WEBSITE} and token.is_valid(NOW)
        }
        assert {*index.tokens.names_of_staff(site, NOW)} == {member.name for member in staff if member}


def fits(token: Token, wanted: TokenFilter) -> bool:
    return wanted.site in {None, *token.sites} and wanted.role in {None, *token.roles}


@given(
    ROLES, ROLES, st.frozensets(st.sampled_from((*SITES, EVERY_SITE)), min_size=1), st.sampled_from((*SITES, "later"))
)
def test_rights_are_any_role_on_any_site_of_the_token(
    roles: frozenset[Role], asked: frozenset[Role], sites: frozenset[str], site: str
) -> None:
    caller = Caller("t", "m", "Mo", roles, sites)
    assert caller.may(*asked) is any(role in asked for role in roles)
    assert caller.may_act_on(site) is (site in sites or EVERY_SITE in sites)
    assert caller.only_site == (next(iter(sites)) if len(sites) == 1 and EVERY_SITE not in sites else None)
    token = Token("t", "phone", roles, sites, "m", 0, None, "digest")
    assert token.lets_decide(site, NOW) is (caller.may(Role.MODERATOR, Role.ADMIN) and caller.may_act_on(site))
