"""What a store had revoked stays revoked when an older backup of it is restored into it.

Before its content is removed, the ids of its tokens and members are written into the record of the installation, which
a restore that is cut off leaves there. What comes back without being among them was revoked since.
"""

from collections.abc import Collection
from typing import NamedTuple

import orjson

from service.domain.event import RESTORE
from service.domain.member import Member
from service.link.link import Link
from service.store import keys, members, tokens
from service.store.json_records import UNREADABLE, Record, read_all

_KNOWN = "known"


class StillRevoked(NamedTuple):
    """How many members of the backup, and how many tokens of others, were revoked again."""

    members: int
    tokens: int


class Known(NamedTuple):
    """The ids of a store's tokens and members, and the keys that sign its audit logs, each with the time since when:
    no two installations have the same."""

    tokens: list[str]
    members: list[str]
    signers: list[str]

    def is_of_same(self, other: "Known") -> bool:
        """Whether both are of one installation, of different times."""
        return any(not set(ours).isdisjoint(theirs) for ours, theirs in zip(self, other, strict=True))


async def noted(link: Link) -> tuple[str, bytes]:
    """The field for the record of the installation, and what this store knows, as JSON."""
    return _KNOWN, orjson.dumps(list(await _read(link)))


async def revoke_again(link: Link, now_ms: int) -> StillRevoked:
    """Revokes of what was written what the store did not know any more; nothing where what it had is not known, or was
    another installation's."""
    before = await link.call("HGET", keys.INSTALLATION, _KNOWN)
    known, written = Known(*orjson.loads(before)) if before else Known([], [], []), await _read(link)
    if not known.is_of_same(written):
        return StillRevoked(0, 0)
    gone = set(written.members) - set(known.members)
    await _revoke_members(link, gone, now_ms)
    left = set(await read_all(link, keys.TOKENS)) - set(known.tokens)
    for token_id in sorted(left):
        await tokens.remove(link, token_id, actor=RESTORE, now_ms=now_ms)
    return StillRevoked(len(gone), len(left))


async def _revoke_members(link: Link, member_ids: Collection[str], now_ms: int) -> None:
    held: dict[str, list[str]] = {member_id: [] for member_id in member_ids}
    for token_id, token in (await read_all(link, keys.TOKENS)).items():
        held.get(str(token.get("member_id", token_id)), []).append(token_id)
    records = await read_all(link, keys.MEMBERS)
    for member_id in sorted(member_ids):
        member = _member(member_id, records[member_id])
        await members.remove(link, member, held[member_id], actor=RESTORE, now_ms=now_ms)


def _member(member_id: str, record: Record) -> Member:
    """A member as he was written, also in an older format, which is not upgraded yet."""
    try:
        return members.unpack_member(member_id, record)
    except UNREADABLE:
        return Member(member_id, "", 0)


async def _read(link: Link) -> Known:
    signers = await read_all(link, keys.AUDIT_KEYS)
    return Known(
        list(await read_all(link, keys.TOKENS)),
        list(await read_all(link, keys.MEMBERS)),
        [f"{key_id} {record.get('since_ms')}" for key_id, record in signers.items()],
    )
