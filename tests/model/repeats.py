"""What is asked for more than once: by a second click, or because a reply was lost. And time, which passes."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.ground import REMEMBERED, Ground, essence
from tests.model.moderators import LEASE_SECONDS

STEPS_OF_TIME = (1, 1, LEASE_SECONDS * 500, LEASE_SECONDS * 1000, 59 * 60_000)
"""In ms: a moment, half a lease, a lease, and most of an hour."""

LONGEST_RUN_MS = 10 * 3_600_000
"""From noon on: the day does not end, and what a repeat is does not change with its salt."""


class Repeats(Ground):
    @precondition(lambda self: bool(self.sent))
    @rule(place=st.integers(0, REMEMBERED - 1))
    def ask_again(self, *, place: int) -> None:
        """It is told what it was told, and changes nothing."""
        question, first = self.sent[place % len(self.sent)]
        answer = self.asking.ask(question)
        assert answer.status == first.status
        assert essence(question, answer.json) == essence(question, first.json)

    @precondition(lambda self: any(question.body for question, _ in self.sent))
    @rule()
    def use_a_key_for_something_else(self) -> None:
        question = next(each for each, _ in reversed(self.sent) if each.body)
        body = question.body or {}
        other = {name: value for name, value in body.items() if name != "revision"} | other_field(body)
        answer = self.asking.ask(question._replace(body=other))
        assert answer.code == "idempotency_key_reused"

    @precondition(lambda self: self.now - self.opened_ms < LONGEST_RUN_MS)
    @rule(ms=st.sampled_from(STEPS_OF_TIME))
    def wait(self, *, ms: int) -> None:
        self.asking.now += ms


def other_field(body: dict[str, object]) -> dict[str, object]:
    """A field with another value, so that it is a valid body of the same call, but not the same."""
    if "limit" in body:
        return {"limit": 200}
    if "body" in body:
        return {"body": "Other words under the same key."}
    if "create" in body:
        return {"create": not body["create"]}
    if "decision" in body or "note" in body:
        return {"note": "Other words under the same key."}
    if "decisions" in body:
        return {"decisions": [{"comment_id": "0" * 16, "decision": "spam"}]}
    return {"revision": 1_000_000}
