"""Comments in Redis: moved by decisions, read by moderators."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from service.domain.assessed import Span
from service.domain.caller import Caller
from service.domain.comment import Claim, Comment, FullComment
from service.domain.decision import STATE_OF_DECISION, UNDO, Ruling
from service.domain.escalation import Escalation
from service.domain.note import NEWEST_SHOWN, Notes
from service.domain.replay import Replay
from service.domain.routing import Verdict
from service.domain.state import State
from service.errors import CommentNotFoundError, HomeChangedError
from service.link.link import Argument, Link
from service.lists.ordinals import FIRST_ORDINAL
from service.store import author_names, keys, scripts
from service.store.claims import unpack_claim
from service.store.escalations import unpack_escalations
from service.store.format_1 import is_of_format_1, of_format_2
from service.store.homes import COMMENTS_A_STEP, CommentHome, Homes
from service.store.notes import unpack_notes
from service.store.record import (
    Private,
    pack_act,
    pack_who,
    unpack_history,
    unpack_private,
    unpack_public,
    unpack_reasons,
)
from service.vault import Vault

AGE_BOUNDS_SECONDS = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600)
"""Upper bounds of the histogram of a comment's age at its decision."""
AGE_BOUNDS = " ".join(str(bound) for bound in AGE_BOUNDS_SECONDS)
"""As scripts take them."""
_NAMES = {short.encode(): name for name, short in keys.COMMENT_FIELDS.items()}
_PRIVATE = keys.COMMENT_FIELDS["private"].encode()


class _Record(NamedTuple):
    """A comment as it lies in Redis: the fields of `keys.py` but for `private`."""

    fields: dict[str, str]
    private: Private
    public: bytes
    claim: Claim | None
    escalations: tuple[Escalation, ...]


class Comments:
    """The comments of all sites; where each belongs is remembered for a while."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._homes = Homes(link)

    def remember_home(self, site: str, comment_id: str, home: CommentHome) -> None:
        self._homes.remember(site, comment_id, home)

    def forget_home(self, site: str, comment_id: str) -> None:
        """Has it read again: the comment has come into the lists since."""
        self._homes.forget(site, comment_id)

    async def find_home(self, site: str, comment_id: str) -> CommentHome:
        """Where a comment belongs. CommentNotFoundError."""
        return await self._homes.find(site, comment_id)

    async def _act(
        self, script: scripts.Script, site: str, comment_id: str, replay: Replay, *arguments: Argument
    ) -> Any:
        """What a script gives that changes one comment; run again when the comment came into the lists meanwhile."""
        while True:
            home = await self.find_home(site, comment_id)
            names = [*comment_keys(site, comment_id, home), keys.idempotency(site, replay.digest)]
            names += keys.series_keys(site)
            try:
                return await script.run(self._link, names, *arguments)
            except HomeChangedError:
                self.forget_home(site, comment_id)

    async def decide(self, site: str, ruling: Ruling, moderator: Caller, *, replay: Replay, now_ms: int) -> Comment:
        """Applies one decision once. ClaimedByAnotherError, StaleRevisionError, CommentNotFoundError."""
        comment_id, decision, code = ruling.comment_id, ruling.decision, ruling.reason_code
        _, reply = await self._act(
            scripts.DECIDE,
            site,
            comment_id,
            replay,
            now_ms,
            comment_id,
            moderator.actor,
            decision,
            STATE_OF_DECISION[decision],
            "" if ruling.revision is None else ruling.revision,
            pack_act(
                decision,
                now_ms,
                pack_who(moderator),
                moderator.name,
                reason=ruling.reason or None,
                note=ruling.note or None,
            ),
            replay.fingerprint,
            AGE_BOUNDS,
            int(moderator.may_end_any_claim),
            orjson.dumps({"reason": code}) if code else "",
            code,
        )
        return _comment(comment_id, _unpack(reply))

    async def reserve(self, site: str, replay: Replay) -> None:
        """Binds the Idempotency-Key of many decisions to their body. IdempotencyKeyReusedError for any other."""
        await scripts.RESERVE.run(self._link, [keys.idempotency(site, replay.digest)], replay.fingerprint)

    async def undo(
        self, site: str, comment_id: str, moderator: Caller, *, revision: int | None, replay: Replay, now_ms: int
    ) -> Comment:
        """Takes the last decision back. NothingToUndoError, StaleRevisionError, CommentNotFoundError."""
        _, reply = await self._act(
            scripts.UNDO,
            site,
            comment_id,
            replay,
            now_ms,
            comment_id,
            "" if revision is None else revision,
            pack_act(UNDO, now_ms, pack_who(moderator), moderator.name),
            replay.fingerprint,
            moderator.actor,
        )
        return _comment(comment_id, _unpack(reply))

    async def read(self, site: str, comment_id: str, *, vault: Vault, now_ms: int) -> FullComment:
        """Reads a comment, its claim and its author's record; the vault opens the email. CommentNotFoundError."""
        home = await self.find_home(site, comment_id)
        names = [*comment_keys(site, comment_id, home), keys.comment_notes(site, comment_id)]
        reply, author, note_ids, notes, count = await scripts.READ_COMMENT.run(
            self._link, names, now_ms, comment_id, NEWEST_SHOWN
        )
        found = _unpack(reply)
        private, fields = found.private, found.fields
        return FullComment(
            _comment(comment_id, found),
            vault.open(private.email, comment_id),
            private.assessed,
            model=private.model,
            user_agent=private.user_agent,
            referrer=private.referrer,
            author=await author_names.named(self._link, site, home.author, pairs(author), now_ms=now_ms),
            history=unpack_history(fields.get("history", ""), fields.get("forgotten", "")),
            notes=Notes(count, unpack_notes(note_ids, notes)),
        )

    async def read_email(self, site: str, comment_id: str, vault: Vault) -> str | None:
        """The email of a comment's author, which the vault opens; None where it is gone."""
        raw: bytes | None = await self._link.call("HGET", keys.comment(site, comment_id), _PRIVATE)
        return None if raw is None else vault.open(unpack_private(raw).email, comment_id)

    async def read_some(self, site: str, ids: Sequence[str], now_ms: int) -> list[Comment]:
        """Reads comments and their claims, in order, without those that are gone."""
        await self._homes.recall(site, ids)
        homes = await asyncio.gather(*(self.find_home(site, each) for each in ids), return_exceptions=True)
        known: list[tuple[str, CommentHome]] = []
        for comment_id, home in zip(ids, homes, strict=True):
            if isinstance(home, CommentHome):
                known.append((comment_id, home))
            elif not isinstance(home, CommentNotFoundError):
                raise home
        steps = [known[start : start + COMMENTS_A_STEP] for start in range(0, len(known), COMMENTS_A_STEP)]
        found = await asyncio.gather(*(self._read_step(site, step, now_ms) for step in steps))
        return [each for step in found for each in step]

    async def _read_step(self, site: str, step: list[tuple[str, CommentHome]], now_ms: int) -> list[Comment]:
        queue = keys.queue_keys(site)
        script_keys = [queue.claims, queue.holders, keys.escalation_keys(site).escalations]
        for comment_id, home in step:
            script_keys += [keys.comment(site, comment_id), keys.thread_keys(site, home.thread).comments]
        ids = (comment_id for comment_id, _ in step)
        found = await scripts.READ_COMMENTS.run(self._link, script_keys, now_ms, *ids)
        return [_comment(comment_id.decode(), _unpack(reply)) for comment_id, *reply in found]


def comment_keys(site: str, comment_id: str, home: CommentHome) -> list[str]:
    """All that scripts which change a comment touch, in the order in which they take it."""
    return [
        *keys.thread_keys(site, home.thread),
        *keys.queue_keys(site),
        keys.comment(site, comment_id),
        keys.author(site, home.author),
        keys.totals(site),
        keys.events(site),
        keys.published_later(site, home.thread),
        *keys.list_keys(site, FIRST_ORDINAL if home.ordinal is None else home.ordinal)[1:],
        *keys.escalation_keys(site),
        keys.near(site, FIRST_ORDINAL if home.ordinal is None else home.ordinal),
        keys.turned_down(site),
    ]


def _unpack(reply: list[Any]) -> _Record:
    flat, public, holder, expires, *escalations = reply
    record = dict(zip(flat[::2], flat[1::2], strict=True))
    if is_of_format_1(record):  # an answer that was kept for an Idempotency-Key
        record, public = of_format_2(record, public)
    claim = None
    if holder:
        claim = unpack_claim(holder, expires)
    private = unpack_private(record.pop(_PRIVATE))
    fields = {_NAMES[name]: value.decode() for name, value in record.items()}
    return _Record(fields, private, public or b"[]", claim, unpack_escalations(b"".join(escalations)))


def _comment(comment_id: str, found: _Record) -> Comment:
    fields, private, public = found.fields, found.private, unpack_public(found.public)
    published_ms = fields.get("published_ms")
    return Comment(
        comment_id,
        fields["thread"],
        public.parent_id,
        name=public.name,
        website=public.website,
        body=public.body,
        state=State(fields["state"]),
        scores=private.scores,
        risk=private.risk,
        verdict=Verdict(fields["verdict"]),
        reasons=unpack_reasons(fields["reasons"]),
        spans=[Span(**span) for span in private.spans],
        submitted_ms=int(fields["submitted_ms"]),
        published_ms=int(published_ms) if published_ms else None,
        revision=int(fields["revision"]),
        claim=found.claim,
        escalations=found.escalations,
        decision_reason=fields.get("reason"),
    )


def pairs(flat: Sequence[bytes]) -> dict[str, str]:
    """A hash as Redis sends it (field, value, field, ...) as a dict of texts; what is none is escaped."""
    texts = [each.decode(errors="surrogateescape") for each in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))
