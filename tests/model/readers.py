"""Readers who leave comments, by way of a website, and what the site is told to make of them."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.model.asking import Answer, Json
from tests.model.comment import ModelledComment
from tests.model.ground import THREADS, Ground
from tests.model.site import RULES, Sent

MODES = ("premoderate", "postmoderate", "auto")
NAME = "A Reader"
EMAILS = ("ada@mail.example", "bo@mail.example")
ADDRESSES = ("192.0.2.1", "198.51.100.7")
BODIES = (
    "Nobody has mended the footbridge since the winter, number {}.",
    "The river takes a little more of the meadow every spring, {}.",
    "The same words as ever from somebody who has said them before.",
    "Buy cheap pills and win big money now, best casino bonus, click here {}!!!",
)
STATE_OF = {"publish": "published", "hold": "held", "reject": "rejected"}


class Readers(Ground):
    @rule(
        thread=st.sampled_from(THREADS),
        email=st.sampled_from(EMAILS),
        body=st.sampled_from(BODIES),
        website=st.sampled_from(("", "", "", "https://pills.example")),
        ip=st.sampled_from(ADDRESSES),
        is_verified=st.booleans(),
        has_key=st.booleans(),
    )
    def submit(
        self, *, thread: str, email: str, body: str, website: str, ip: str, is_verified: bool, has_key: bool
    ) -> None:
        self.asking.now += 1  # ids of one millisecond have no order that could be foreseen
        sent = Sent(thread, email, body.format(self.asked), website, ip, is_verified)
        fields: Json = {"name": NAME, "email": email, "body": sent.body, "website": website, "client": {"ip": ip}}
        fields |= {"author_verified": is_verified}
        path = f"{self.thread_path(thread)}/comments"
        answer = self.ask("POST", path, token=self.website, body=fields, has_key=has_key)
        first = self.site.first_of(sent)
        if first is not None:
            assert answer.json == {"comment_id": first.comment_id, "state": known(first.state)}
        elif thread in self.site.closed:
            assert answer.code == "thread_closed"
        else:
            self._add(sent, answer)

    def _add(self, sent: Sent, answer: Answer) -> None:
        full = self.asking.get(f"{self.path}/comments/{answer.json['comment_id']}")
        met = self.site.rules_met(sent, self.now)
        assert [each["rule"] for each in full["reasons"] if each["code"] == "rule"] == met
        verdict, is_listed = self.site.route(sent, full["risk"], met, self.now)
        codes = frozenset(each["code"] for each in full["reasons"])
        assert ("author_banned" in codes) == self.site.is_banned(sent.email, self.now)
        assert ("author_trusted" in codes) == (verdict == "publish" and self.site.is_trusted(sent, full["risk"]))
        state = STATE_OF[verdict]
        assert (answer.json["state"], answer.status) == (known(state), 201 if state == "published" else 202)
        comment = ModelledComment(
            comment_id=answer.json["comment_id"],
            thread=sent.thread,
            email=sent.email,
            submitted_ms=self.now,
            risk=full["risk"],
            text=f"{NAME} {sent.body}",
            verdict=verdict,
            codes=codes,
            rules=frozenset(met),
            state=state,
            is_queued=is_listed,
            published_ms=self.now if state == "published" else None,
        )
        self.site.add(sent, comment)
        self.agree_on(comment, full)

    @rule(
        mode=st.sampled_from(MODES),
        publish_below=st.sampled_from((0.05, 0.4)),
        reject_above=st.sampled_from((0.5, 0.98)),
        rules=st.lists(st.sampled_from(sorted(RULES)), unique=True, max_size=3),
    )
    def set_policy(self, *, mode: str, publish_below: float, reject_above: float, rules: list[str]) -> None:
        self.site.mode, self.site.rules = mode, rules
        self.site.publish_below, self.site.reject_above = publish_below, reject_above
        self.change_policy(self.site)

    @rule(
        thread=st.sampled_from(THREADS),
        mode=st.sampled_from((None, None, *MODES)),
        is_closed=st.sampled_from((False, False, False, True)),
    )
    def set_thread(self, *, thread: str, mode: str | None, is_closed: bool) -> None:
        answer = self.ask("PUT", self.thread_path(thread), body={"mode": mode, "closed": is_closed})
        assert (answer.status, answer.json["mode"], answer.json["closed"]) == (200, mode, is_closed)
        self.site.closed = (self.site.closed - {thread}) | ({thread} if is_closed else set())
        self.site.thread_modes.pop(thread, None)
        if mode:
            self.site.thread_modes[thread] = mode


def known(state: str) -> str:
    """What its sender may know of a state."""
    return "published" if state == "published" else "held"
