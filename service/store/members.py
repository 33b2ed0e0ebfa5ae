"""Members in Redis: who a person or a program is, whatever tokens he has."""

from collections.abc import Sequence

from service.domain.event import EventKind
from service.domain.member import Member
from service.domain.replay import NO_REPLAY
from service.errors import MemberNotFoundError, RecordAbsentError, RecordExistsError
from service.link.link import Link
from service.store import json_records, keys, scripts
from service.store.json_records import Change, Record, demand, is_count, told


async def rename(link: Link, member: Member, name: str, *, actor: str, now_ms: int) -> Member:
    """Gives a member another name; one of a version before members has a record from then on. MemberNotFoundError when
    he was revoked meanwhile."""
    change = Change(EventKind.MEMBER_CHANGED, actor, now_ms)
    try:
        changed = await json_records.update(link, keys.MEMBERS, member.member_id, {"name": name}, change=change)
    except RecordAbsentError as error:
        if not await link.call("HEXISTS", keys.TOKENS, member.member_id):
            raise MemberNotFoundError from error
        changed = pack_member(member) | {"name": name}
        try:
            await json_records.create(link, keys.MEMBERS, member.member_id, changed, change=change, replay=NO_REPLAY)
        except RecordExistsError:  # somebody else did the same
            return await rename(link, member, name, actor=actor, now_ms=now_ms)
    return unpack_member(member.member_id, changed)


async def remove(link: Link, member: Member, token_ids: Sequence[str], *, actor: str, now_ms: int) -> None:
    """Ends a member and these tokens of his. MemberNotFoundError when somebody else did.

    Tokens of his that are not among them are none from then on, as he is no member.
    """
    before = pack_member(member) | {"tokens": list(token_ids)}
    await scripts.REMOVE_MEMBER.run(
        link,
        [keys.MEMBERS, keys.TOKENS, keys.MEMBERS_SEEN, keys.CHANGES],
        member.member_id,
        actor,
        now_ms,
        told(before),
        told({}),
        *token_ids,
    )


def pack_member(member: Member) -> Record:
    return {"name": member.name, "created_ms": member.created_ms}


def unpack_member(member_id: str, record: Record) -> Member:
    """A member as he was stored; one of `UNREADABLE` when the record is none of ours."""
    member = Member(member_id, record["name"], record["created_ms"])
    demand(type(member.name) is str, "name")
    demand(is_count(member.created_ms), "created_ms")
    return member
