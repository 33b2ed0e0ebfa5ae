"""Moderators who decide on many comments as one, and take that back as one."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.asking import Json, Question
from tests.model.comment import STATES, ModelledComment
from tests.model.ground import ANY_THREAD, MODERATORS, DoneBulk, Ground
from tests.model.lists import sometimes
from tests.model.moderators import ANY_DECISION, CODES
from tests.model.site import RULES
from tests.servers import wait_until

LONGEST_SECONDS = 30.0
UNKNOWN = "b" + "0" * 16
"""The id of no bulk."""


class Bulks(Ground):
    @precondition(lambda self: self.has_comments)
    @rule(
        state=sometimes(*STATES),
        name=sometimes(*RULES),
        thread=ANY_THREAD,
        risk_above=st.sampled_from((None, None, 0.5)),
        is_newest_left_out=st.booleans(),
        decision=ANY_DECISION,
        reason=st.sampled_from(CODES),
        by=MODERATORS,
        meanwhile=st.sampled_from(("", "", "ann", "bob")),
    )
    def decide_on_all(
        self,
        *,
        state: str,
        name: str,
        thread: str | None,
        risk_above: float | None,
        is_newest_left_out: bool,
        decision: str,
        reason: str,
        by: str,
        meanwhile: str,
    ) -> None:
        """Somebody may decide on the newest comment between the look and the order, and it is left alone then."""
        select: Json = {"state": state or None, "rule": name or None, "thread": thread, "risk_above": risk_above}
        newest = self.newest(0)
        chosen = [
            each
            for each in reversed(self.site.comments.values())
            if state in {"", each.state}
            and (not name or name in each.rules)
            and thread in {None, each.thread}
            and (risk_above is None or each.risk > risk_above)
            and not (is_newest_left_out and each is newest)
        ]
        self.asking.now += 1
        body = {"select": select, "except": [newest.comment_id] if is_newest_left_out else []}
        preview = self.ask("POST", f"{self.path}/bulk/previews", token=self.people[by].token, body=body).json
        assert preview["count"] == len(chosen)
        previewed_ms = self.now
        self.asking.now += 1
        if meanwhile:
            self._decide_meanwhile(newest, meanwhile)
        order = {"preview_token": preview["preview_token"], "decision": decision, "reason": reason or None}
        self._order(order, by)
        left = [each for each in chosen if each.acted_ms < previewed_ms]
        self._check(order["preview_token"], chosen, self._decided(left, decision, reason, by))

    def _decide_meanwhile(self, comment: ModelledComment, by: str) -> None:
        who = self.people[by]
        act = partial(comment.decide, "reject", "", who.actor, None, ends_claims=False, now=self.now)
        wanted = self.site.change(comment, act)
        path = f"{self.comment_path(comment)}/decisions"
        assert self.ask("POST", path, token=who.token, body={"decision": "reject"}).code == wanted

    def _order(self, order: Json, by: str) -> None:
        """Twice, as a second click does."""
        for _ in range(2):
            answer = self.ask("POST", f"{self.path}/bulk", token=self.people[by].token, body=order)
            assert (answer.status, answer.json) == (202, {"bulk_id": order["preview_token"]})

    def _decided(self, comments: list[ModelledComment], decision: str, reason: str, by: str) -> dict[str, int]:
        """The comments that a bulk changes, and their revisions then."""
        who, changed = self.people[by].actor, {}
        for each in comments:
            before = each.revision
            act = partial(each.decide, decision, reason, who, None, ends_claims=False, now=self.now)
            refused = self.site.change(each, act)
            if not refused and each.revision != before:
                changed[each.comment_id] = each.revision
        return changed

    def _check(self, bulk_id: str, chosen: list[ModelledComment], changed: dict[str, int]) -> None:
        self.bulks.append(DoneBulk(bulk_id, changed))
        told = self._when_done(bulk_id)
        assert (told["done"], told["total"]) == (len(chosen), len(chosen))
        assert told["skipped"] == len(chosen) - len(changed)
        for each in chosen:
            self.agree_on(each)

    def _when_done(self, bulk_id: str) -> Json:
        def is_done() -> Json | None:
            told = self.asking.get(f"{self.path}/bulk/{bulk_id}")
            going_on = told["undo"] or told
            return told if going_on["state"] == "done" else None

        return wait_until(is_done, "a bulk", LONGEST_SECONDS)

    @precondition(lambda self: bool(self.bulks))
    @rule(place=st.integers(0, 2), by=MODERATORS)
    def undo_all(self, *, place: int, by: str) -> None:
        """What somebody decided since is left alone; the same again changes nothing."""
        bulk = self.bulks[-1 - place % len(self.bulks)]
        self.asking.now += 1
        undone = 0
        for comment_id, revision in bulk.revisions.items():
            comment = self.site.comments[comment_id]
            if comment.revision == revision:
                undone += 1
                self.site.change(comment, partial(comment.undo, None, self.now))
        path = f"{self.path}/bulk/{bulk.bulk_id}/undo"
        is_first = bulk.bulk_id not in self.undone
        for _ in range(2):
            answer = self.ask("POST", path, token=self.people[by].token)
            assert answer.status == 202
        told = self._when_done(bulk.bulk_id)
        if is_first:
            self.undone.add(bulk.bulk_id)
            assert told["undo"]["done"] - told["undo"]["skipped"] == undone
        for comment_id in bulk.revisions:
            self.agree_on(self.site.comments[comment_id])

    @rule()
    def ask_for_no_bulk(self) -> None:
        missing = self.asking.ask_all(
            Question("GET", f"{self.path}/bulk/{UNKNOWN}"),
            Question("POST", f"{self.path}/bulk/{UNKNOWN}/undo"),
        )
        assert {each.code for each in missing} == {"bulk_not_found"}
