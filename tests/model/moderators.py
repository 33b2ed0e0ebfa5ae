"""Moderators who claim comments, decide on them, and take their decisions back."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.asking import Json
from tests.model.comment import DECISIONS, ModelledComment
from tests.model.ground import ANY_THREAD, MODERATORS, PLACES, Ground, ids_of
from tests.model.site import ORDERS

LEASE_SECONDS = 300
UNKNOWN = "0" * 16
"""The id of no comment."""
ANY_DECISION = st.sampled_from(sorted(DECISIONS))
CODES = ("", "", "off_topic", "abuse")
"""Reasons of decisions that every site has from the start."""
REVISIONS = st.sampled_from((None, None, 0, -1))
"""What a moderator says of the revision: nothing, the newest, or the one before it."""


class Moderators(Ground):
    @precondition(lambda self: self.has_comments)
    @rule(
        place=PLACES,
        decision=ANY_DECISION,
        reason=st.sampled_from(CODES),
        by=MODERATORS,
        back=REVISIONS,
        has_key=st.booleans(),
    )
    def decide(self, *, place: int, decision: str, reason: str, by: str, back: int | None, has_key: bool) -> None:
        comment = self.newest(place)
        seen = revision_seen(comment, back)
        wanted = self._decide(comment, decision, reason, by, seen.get("revision"))
        path = f"{self.comment_path(comment)}/decisions"
        body = {"decision": decision, "reason": reason or None} | seen
        answer = self.ask("POST", path, token=self.people[by].token, body=body, has_key=has_key)
        assert answer.code == wanted
        self.agree_on(comment, None if wanted else answer.json)

    def _decide(self, comment: ModelledComment, decision: str, reason: str, by: str, revision: int | None) -> str:
        who = self.people[by]
        return self.site.change(
            comment,
            lambda: comment.decide(decision, reason, who.actor, revision, ends_claims=who.ends_claims, now=self.now),
        )

    @precondition(lambda self: self.has_comments)
    @rule(
        items=st.lists(st.tuples(PLACES, ANY_DECISION), min_size=1, max_size=4),
        by=MODERATORS,
        is_one_unknown=st.booleans(),
    )
    def decide_many(self, *, items: list[tuple[int, str]], by: str, is_one_unknown: bool) -> None:
        named = {self.newest(place).comment_id: decision for place, decision in items}
        wanted = [self._decide(self.site.comments[each], named[each], "", by, None) for each in named]
        if is_one_unknown:
            named[UNKNOWN] = "approve"
            wanted.append("comment_not_found")
        body = {"decisions": [{"comment_id": each, "decision": decision} for each, decision in named.items()]}
        answer = self.ask("POST", f"{self.path}/decisions", token=self.people[by].token, body=body, has_key=True)
        assert [each.get("code", "") for each in answer.json["results"]] == wanted

    @precondition(lambda self: self.has_comments)
    @rule(place=PLACES, by=MODERATORS, back=REVISIONS, has_key=st.booleans())
    def undo(self, *, place: int, by: str, back: int | None, has_key: bool) -> None:
        comment = self.newest(place)
        seen = revision_seen(comment, back)
        wanted = self.site.change(comment, lambda: comment.undo(seen.get("revision"), self.now))
        path = f"{self.comment_path(comment)}/undo"
        answer = self.ask("POST", path, token=self.people[by].token, body=seen, has_key=has_key)
        assert answer.code == wanted
        self.agree_on(comment, None if wanted else answer.json)

    @rule(
        by=MODERATORS, limit=st.integers(1, 3), order=st.sampled_from(ORDERS), thread=ANY_THREAD, has_key=st.booleans()
    )
    def claim(self, *, by: str, limit: int, order: str, thread: str | None, has_key: bool) -> None:
        body = {"limit": limit, "order": order, "thread": thread, "lease_seconds": LEASE_SECONDS}
        answer = self.ask("POST", f"{self.path}/claims", token=self.people[by].token, body=body, has_key=has_key)
        free = self.site.claimable(self.people[by].actor, order, thread, self.now)[:limit]
        assert ids_of(answer.json) == [each.comment_id for each in free]
        for each in free:
            each.lease(self.people[by].actor, self.now + 1000 * LEASE_SECONDS)

    @precondition(lambda self: self.has_comments)
    @rule(place=PLACES, by=MODERATORS, note=st.sampled_from((None, "Who knows this street?")), has_key=st.booleans())
    def escalate(self, *, place: int, by: str, note: str | None, has_key: bool) -> None:
        comment, who = self.newest(place), self.people[by]
        wanted = comment.escalate(who.actor, ends_claims=who.ends_claims, now=self.now)
        path = f"{self.comment_path(comment)}/escalations"
        answer = self.ask("POST", path, token=who.token, body={"note": note}, has_key=has_key)
        assert answer.code == wanted
        self.agree_on(comment, None if wanted else answer.json)

    @precondition(lambda self: self.has_comments)
    @rule(place=PLACES, by=MODERATORS)
    def release(self, *, place: int, by: str) -> None:
        comment, who = self.newest(place), self.people[by]
        is_others = comment.holder_at(self.now) not in {"", who.actor} and not who.ends_claims
        answer = self.ask("DELETE", f"{self.path}/claims/{comment.comment_id}", token=who.token)
        assert answer.code == ("claimed_by_another" if is_others else "")
        if not is_others:
            comment.free()

    @rule(by=MODERATORS)
    def release_all(self, *, by: str) -> None:
        answer = self.ask("DELETE", f"{self.path}/claims", token=self.people[by].token)
        assert answer.status == 204
        for each in self.site.comments.values():
            if each.holder == self.people[by].actor:
                each.free()


def revision_seen(comment: ModelledComment, back: int | None) -> Json:
    revision = 0 if back is None else comment.revision + back
    return {"revision": revision} if revision else {}
