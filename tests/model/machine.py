"""A site of the service and a modelled one side by side: whatever is asked of both, they agree after every step."""

from typing import Any, ClassVar, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.domain.times import rfc3339
from tests.model.asking import ADMIN_TOKEN, Answer, Asking, Json, Question
from tests.model.comment import DECISIONS, ModelledComment
from tests.model.site import ORDERS, RULES, ModelledSite, Sent, counts

MINUTE_MS = 60_000
LEASE_SECONDS = 300
MODES = ("premoderate", "postmoderate", "auto")
THREADS = ("article-1", "Статья/2")
EMAILS = ("ada@mail.example", "bo@mail.example")
ADDRESSES = ("192.0.2.1", "198.51.100.7")
BODIES = (
    "Nobody has mended the footbridge since the winter, number {}.",
    "The river takes a little more of the meadow every spring, {}.",
    "The same words as ever from somebody who has said them before.",
    "Buy cheap pills and win big money now, best casino bonus, click here {}!!!",
)
NEWEST = 12
"""Acts on comments are on the newest so many, so that they meet."""
MODERATORS = st.sampled_from(("ann", "bob", "root"))
COMMENTS = st.integers(0, NEWEST - 1)
REVISIONS = st.sampled_from((None, None, 0, -1))
"""What a moderator says of the revision: nothing, the newest, or the one before it."""
ANY_THREAD = st.sampled_from((None, *THREADS))


class Person(NamedTuple):
    """A moderator, or the administrator, who may end the claims of others."""

    actor: str
    token: str
    ends_claims: bool = False


class Moderation(RuleBasedStateMachine):
    """Each run has a site of its own on one service."""

    asking: ClassVar[Asking]
    steps: ClassVar[int] = 0
    sites: ClassVar[int] = 0

    @initialize()
    def open(self) -> None:
        kind = type(self)
        kind.sites += 1
        self.name = f"site-{kind.sites}"
        self.path = f"/v1/sites/{self.name}"
        self.site = ModelledSite()
        self.sent: list[tuple[Question, Answer]] = []
        self._number = 0
        self.ask("POST", "/v1/sites", body={"site": self.name})
        self._website = self.asking.token("website", self.name, "The Harbour Post")[1]
        people = {name: self.asking.token("moderator", self.name, f"Moderator {name}") for name in ("ann", "bob")}
        self.people = {name: Person(*each) for name, each in people.items()}
        self.people["root"] = Person("admin", ADMIN_TOKEN, ends_claims=True)
        self.set_policy(mode="premoderate", publish_below=0.05, reject_above=0.98, rules=[])

    @property
    def now(self) -> int:
        return self.asking.now

    def ask(
        self, method: str, path: str, *, token: str = ADMIN_TOKEN, body: Json | None = None, key: bool = False
    ) -> Answer:
        """The answer; with a key, and when all was done, it is one that `again` may ask for once more."""
        type(self).steps += 1
        self._number += 1
        question = Question(method, path, token, body, f"key-{self._number}" if key else "")
        answer = self.asking.ask(question)
        assert answer.status < 500, (question, answer)
        if key and is_done(answer):
            self.sent = [*self.sent, (question, answer)][-6:]
        return answer

    def newest(self, place: int) -> ModelledComment:
        return list(self.site.comments.values())[-NEWEST:][::-1][place % min(NEWEST, len(self.site.comments))]

    @property
    def has_comments(self) -> bool:
        return bool(self.site.comments)

    @rule(
        thread=st.sampled_from(THREADS),
        email=st.sampled_from(EMAILS),
        body=st.sampled_from(BODIES),
        website=st.sampled_from(("", "", "", "https://pills.example")),
        ip=st.sampled_from(ADDRESSES),
        key=st.booleans(),
    )
    def submit(self, thread: str, email: str, body: str, website: str, ip: str, key: bool) -> None:
        sent = Sent(thread, email, body.format(self._number), website, ip)
        fields = {"name": "A Reader", "email": email, "body": sent.body, "website": website, "client": {"ip": ip}}
        answer = self.ask("POST", self.thread_path(thread) + "/comments", token=self._website, body=fields, key=key)
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
        verdict, is_listed = self.site.route(sent, full["risk"], met)
        state = {"publish": "published", "hold": "held", "reject": "rejected"}[verdict]
        assert [each["rule"] for each in full["reasons"] if each["code"] == "rule"] == met
        assert (answer.json["state"], answer.status) == (known(state), 201 if state == "published" else 202)
        comment = ModelledComment(
            answer.json["comment_id"],
            sent.thread,
            sent.email,
            self.now,
            full["risk"],
            verdict,
            state,
            is_listed,
            self.now if state == "published" else None,
        )
        self.site.add(sent, comment)
        self.agree_on(comment, full)

    @rule(
        mode=st.sampled_from(MODES),
        publish_below=st.sampled_from((0.05, 0.4)),
        reject_above=st.sampled_from((0.5, 0.98)),
        rules=st.lists(st.sampled_from(sorted(RULES)), unique=True, max_size=3),
    )
    def set_policy(self, mode: str, publish_below: float, reject_above: float, rules: list[str]) -> None:
        body = {
            "mode": mode,
            "publish_below": publish_below,
            "reject_above": reject_above,
            "reader_rate_per_minute": None,
            "rules": [{"name": name, "when": RULES[name].when, "action": RULES[name].action} for name in rules],
        }
        answer = self.ask("PUT", f"{self.path}/policy", body=body)
        assert answer.status == 200, answer
        self.site.mode, self.site.publish_below, self.site.reject_above = mode, publish_below, reject_above
        self.site.rules = rules

    @rule(
        thread=st.sampled_from(THREADS),
        mode=st.sampled_from((None, None, *MODES)),
        is_closed=st.sampled_from((False, False, False, True)),
    )
    def set_thread(self, thread: str, mode: str | None, is_closed: bool) -> None:
        answer = self.ask("PUT", self.thread_path(thread), body={"mode": mode, "closed": is_closed})
        assert (answer.status, answer.json["mode"], answer.json["closed"]) == (200, mode, is_closed)
        self.site.closed = (self.site.closed - {thread}) | ({thread} if is_closed else set())
        self.site.thread_modes = {each: was for each, was in self.site.thread_modes.items() if each != thread}
        self.site.thread_modes |= {thread: mode} if mode else {}

    @precondition(lambda self: self.has_comments)
    @rule(
        place=COMMENTS, decision=st.sampled_from(sorted(DECISIONS)), by=MODERATORS, back=REVISIONS, key=st.booleans()
    )
    def decide(self, place: int, decision: str, by: str, back: int | None, key: bool) -> None:
        comment = self.newest(place)
        body = {"decision": decision} | revision_of(comment, back)
        wanted = self._decide(comment, decision, by, body.get("revision"))
        path = f"{self.path}/comments/{comment.comment_id}/decisions"
        answer = self.ask("POST", path, token=self.people[by].token, body=body, key=key)
        assert answer.code == wanted
        self.agree_on(comment, None if wanted else answer.json)

    def _decide(self, comment: ModelledComment, decision: str, by: str, revision: int | None) -> str:
        who = self.people[by]
        return self.site.change(
            comment,
            lambda: comment.decide(decision, who.actor, revision, ends_claims=who.ends_claims, now=self.now),
        )

    @precondition(lambda self: self.has_comments)
    @rule(
        items=st.lists(st.tuples(COMMENTS, st.sampled_from(sorted(DECISIONS))), min_size=1, max_size=4),
        by=MODERATORS,
        is_one_unknown=st.booleans(),
    )
    def decide_many(self, items: list[tuple[int, str]], by: str, is_one_unknown: bool) -> None:
        named = {self.newest(place).comment_id: decision for place, decision in items}
        wanted = [self._decide(self.site.comments[each], named[each], by, None) for each in named]
        body = {"decisions": [{"comment_id": each, "decision": decision} for each, decision in named.items()]}
        if is_one_unknown:
            body["decisions"].append({"comment_id": "0" * 16, "decision": "approve"})
        answer = self.ask("POST", f"{self.path}/decisions", token=self.people[by].token, body=body, key=True)
        codes = [each.get("code", "") for each in answer.json["results"]]
        assert codes == [*wanted, *(["comment_not_found"] if is_one_unknown else [])]

    @precondition(lambda self: self.has_comments)
    @rule(place=COMMENTS, by=MODERATORS, back=REVISIONS, key=st.booleans())
    def undo(self, place: int, by: str, back: int | None, key: bool) -> None:
        comment = self.newest(place)
        body = revision_of(comment, back)
        wanted = self.site.change(comment, lambda: comment.undo(body.get("revision"), self.now))
        path = f"{self.path}/comments/{comment.comment_id}/undo"
        answer = self.ask("POST", path, token=self.people[by].token, body=body, key=key)
        assert answer.code == wanted
        self.agree_on(comment, None if wanted else answer.json)

    @rule(
        by=MODERATORS, limit=st.integers(1, 3), order=st.sampled_from(ORDERS), thread=ANY_THREAD, key=st.booleans()
    )
    def claim(self, by: str, limit: int, order: str, thread: str | None, key: bool) -> None:
        body = {"limit": limit, "order": order, "thread": thread, "lease_seconds": LEASE_SECONDS}
        answer = self.ask("POST", f"{self.path}/claims", token=self.people[by].token, body=body, key=key)
        free = [each for each in self.site.queued(order, thread) if not each.holder_at(self.now)][:limit]
        assert ids_of(answer.json) == [each.comment_id for each in free]
        for each in free:
            each.lease(self.people[by].actor, self.now + 1000 * LEASE_SECONDS)

    @precondition(lambda self: self.has_comments)
    @rule(place=COMMENTS, by=MODERATORS)
    def release(self, place: int, by: str) -> None:
        comment, who = self.newest(place), self.people[by]
        is_others = comment.holder_at(self.now) not in {"", who.actor} and not who.ends_claims
        answer = self.ask("DELETE", f"{self.path}/claims/{comment.comment_id}", token=who.token)
        assert answer.code == ("claimed_by_another" if is_others else "")
        if not is_others:
            comment.free()

    @rule(by=MODERATORS)
    def release_all(self, by: str) -> None:
        answer = self.ask("DELETE", f"{self.path}/claims", token=self.people[by].token)
        assert answer.status == 204
        for each in self.site.comments.values():
            if each.holder == self.people[by].actor:
                each.free()

    @rule(ms=st.sampled_from((1, 1, LEASE_SECONDS * 500, LEASE_SECONDS * 1000, 59 * MINUTE_MS)))
    def wait(self, ms: int) -> None:
        self.asking.now += ms

    @precondition(lambda self: bool(self.sent))
    @rule(place=st.integers(0, 5))
    def again(self, place: int) -> None:
        """A reply was lost, and the request comes once more: it is told what it was told, and changes nothing."""
        question, first = self.sent[place % len(self.sent)]
        answer = self.asking.ask(question)
        assert answer.status == first.status
        assert essence(answer.json) == essence(first.json)

    @precondition(lambda self: any(question.body for question, _ in self.sent))
    @rule()
    def use_a_key_for_another_body(self) -> None:
        question = next(each for each, _ in reversed(self.sent) if each.body)
        other = (question.body or {}) | {"limit": 7, "name": "Another Reader"}
        answer = self.asking.ask(question._replace(body=other))
        assert answer.code in {"idempotency_key_reused", "invalid_fields"}

    @invariant()
    def agree_on_the_queue_and_on_a_thread(self) -> None:
        if not hasattr(self, "site"):
            return
        order, thread = ORDERS[self._number % len(ORDERS)], THREADS[self._number % len(THREADS)]
        within = (None, *THREADS)[self._number % 3]
        queue, shown, settings = self.asking.ask_all(
            self._queue_question(order, within),
            Question("GET", f"{self.thread_path(thread)}/comments?limit=200"),
            Question("GET", self.thread_path(thread)),
        )
        self._agree_on_queue(queue.json, order, within)
        assert ids_of(shown.json) == self.site.shown(thread)
        assert shown.json["count"] == len(self.site.shown(thread))
        if settings.status == 200:
            assert settings.json["counts"] == counts(self.site.of_thread(thread))
        else:
            assert not self.site.of_thread(thread)

    def _queue_question(self, order: str, thread: str | None) -> Question:
        within = f"&thread={quoted(thread)}" if thread else ""
        return Question("GET", f"{self.path}/queue?limit=200&order={order}{within}")

    def _agree_on_queue(self, page: Json, order: str, thread: str | None) -> None:
        wanted = self.site.queued(order, thread)
        assert ids_of(page) == [each.comment_id for each in wanted]
        assert page["total"] == len(wanted)
        oldest = min((each.submitted_ms for each in wanted), default=None)
        assert page["oldest_age_seconds"] == (None if oldest is None else (self.now - oldest) // 1000)
        for each, told in zip(wanted, page["comments"], strict=True):
            assert holder_in(told) == each.holder_at(self.now)

    def agree_on(self, comment: ModelledComment, told: Json | None = None) -> None:
        """All that is told of a comment, in an answer about it and when it is read."""
        full = self.asking.get(f"{self.path}/comments/{comment.comment_id}")
        for each in (full, told or full):
            assert (each["state"], each["revision"]) == (comment.state, comment.revision)
            assert each["published_at"] == (rfc3339(comment.published_ms) if comment.published_ms else None)
            assert holder_in(each) == comment.holder_at(self.now)
        assert [(act["act"], act["before"], act["after"]) for act in full["history"]] == comment.history
        mine, author = self.site.of_author(comment.email), full["author"]
        assert (full["verdict"], full["email"]) == (comment.verdict, comment.email)
        assert {name: author[name] for name in counts(mine)} == counts(mine)
        assert author["submitted"] == len(mine)
        assert author["last_at"] == rfc3339(max(each.submitted_ms for each in mine))

    def thread_path(self, thread: str) -> str:
        return f"{self.path}/threads/{quoted(thread)}"

    def teardown(self) -> None:
        """Every comment, and the queue in every order."""
        if not hasattr(self, "site"):
            return
        for comment in self.site.comments.values():
            self.agree_on(comment)
        for order in ORDERS:
            for thread in (None, *THREADS):
                self._agree_on_queue(self.asking.ask(self._queue_question(order, thread)).json, order, thread)


def is_done(answer: Answer) -> bool:
    """Whether nothing was refused: what was may be asked for again under the same key, and is done then."""
    return answer.status < 400 and all(each["status"] == 200 for each in answer.json.get("results", ()))


def known(state: str) -> str:
    """What its sender may know of a state."""
    return "published" if state == "published" else "held"


def revision_of(comment: ModelledComment, back: int | None) -> Json:
    revision = None if back is None else comment.revision + back
    return {"revision": revision} if revision else {}


def ids_of(page: Json) -> list[str]:
    return [each["comment_id"] for each in page["comments"]]


def holder_in(told: Json) -> str:
    """Whose claim is on a comment, "" where there is none."""
    return str(told["claim"]["token_id"]) if told["claim"] else ""


def essence(told: Json) -> Any:
    """What of an answer must be the same when it is given again: claims show their comments as they are now."""
    if "results" in told:
        return [(each["comment_id"], each["status"], each.get("state"), each.get("revision")) for each in told["results"]]
    if "comments" in told:
        return ids_of(told), told["expires_at"]
    return {name: told.get(name) for name in ("comment_id", "state", "revision", "published_at", "code")}


def quoted(thread: str) -> str:
    from urllib.parse import quote

    return quote(thread, safe="")
