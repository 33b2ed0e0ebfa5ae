"""A site of the service and a modelled one side by side: what all acts need, and what must be true after each."""

from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from service.domain.times import rfc3339
from tests.model.asking import ADMIN_TOKEN, NOON, Answer, Asking, Json, Question
from tests.model.comment import ModelledComment
from tests.model.site import ORDERS, RULES, ModelledSite, approved, counts

THREADS = ("article-1", "Статья/2")
NEWEST = 12
"""Acts on comments are on the newest so many, so that they meet."""
DAY_MS = 24 * 3_600_000
REMEMBERED = 6
"""So many requests may come again."""
MODERATORS = st.sampled_from(("ann", "ann again", "bob", "root"))
"""Ann has two tokens, and is the same with both."""
PLACES = st.integers(0, NEWEST - 1)
"""Of a comment among the newest, the newest first."""
ANY_THREAD = st.sampled_from((None, *THREADS))


class Person(NamedTuple):
    """A moderator, or the administrator, who may end the claims of others."""

    actor: str
    token: str
    ends_claims: bool = False


class DoneBulk(NamedTuple):
    """A bulk, and the revision that it gave each comment which it decided on."""

    bulk_id: str
    revisions: dict[str, int]


class Ground(RuleBasedStateMachine):
    """Each run has a site of its own on one service."""

    asking: ClassVar[Asking]
    steps: ClassVar[int] = 0
    sites: ClassVar[int] = 0
    played: ClassVar[dict[str, ModelledSite]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.site = ModelledSite()
        self.sent: list[tuple[Question, Answer]] = []
        """Requests with a key that were done, and their answers: the newest."""
        self.asked = 0
        self.bulks: list[DoneBulk] = []
        self.undone: set[str] = set()

    @initialize()
    def open(self) -> None:
        kind = type(self)
        kind.sites += 1
        self.asking.now = self.opened_ms = NOON + kind.sites * DAY_MS
        name = f"site-{kind.sites}"
        self.path = f"/v1/sites/{name}"
        kind.played[name] = self.site
        self.ask("POST", "/v1/sites", body={"site": name})
        self.website = self.asking.token("website", name, "The Harbour Post")[1]
        people = {each: self.asking.token("moderator", name, f"Moderator {each}") for each in ("ann", "bob")}
        self.people = {each: Person(*people[each]) for each in people}
        ann = self.people["ann"].actor
        self.people["ann again"] = Person(*self.asking.token("moderator", name, "Ann's other machine", ann))
        self.people["root"] = Person("admin", ADMIN_TOKEN, ends_claims=True)
        self.change_policy(self.site)

    @property
    def now(self) -> int:
        return self.asking.now

    @property
    def has_comments(self) -> bool:
        return bool(self.site.comments)

    def newest(self, place: int) -> ModelledComment:
        found = list(self.site.comments.values())[-NEWEST:]
        return found[-1 - place % len(found)]

    def thread_path(self, thread: str) -> str:
        return f"{self.path}/threads/{quote(thread, safe='')}"

    def comment_path(self, comment: ModelledComment) -> str:
        return f"{self.path}/comments/{comment.comment_id}"

    def ask(
        self, method: str, path: str, *, token: str = ADMIN_TOKEN, body: Json | None = None, has_key: bool = False
    ) -> Answer:
        """The answer to a new request. With a key, and when all of it was done, it may come again."""
        self.asked += 1
        question = Question(method, path, token, body, f"key-{self.asked}" if has_key else "")
        answer = self.asking.ask(question)
        assert answer.status < 500, (question, answer)
        if has_key and is_done(answer):
            self.sent = [*self.sent, (question, answer)][-REMEMBERED:]
        return answer

    def change_policy(self, wanted: ModelledSite) -> None:
        """Makes the service's policy that of the model."""
        body = {
            "mode": wanted.mode,
            "publish_below": wanted.publish_below,
            "reject_above": wanted.reject_above,
            "reader_rate_per_minute": None,
            "rules": [{"name": name, "when": RULES[name].when, "action": RULES[name].action} for name in wanted.rules],
        }
        answer = self.ask("PUT", f"{self.path}/policy", body=body)
        assert answer.status == 200, answer

    @invariant()
    def agree_on_the_queue_and_on_a_thread(self) -> None:
        """The queue in one of its orders, of the site or of a thread, and another thread: all in turn."""
        type(self).steps += 1
        order, thread = ORDERS[self.steps % len(ORDERS)], THREADS[self.steps % len(THREADS)]
        within = (None, *THREADS)[self.steps % 3]
        queue, shown, settings = self.asking.ask_all(
            self._about_queue(order, within),
            Question("GET", f"{self.thread_path(thread)}/comments?limit=200"),
            Question("GET", self.thread_path(thread)),
        )
        assert (queue.status, shown.status) == (200, 200), (queue, shown)
        self._agree_on_queue(queue.json, order, within)
        assert ids_of(shown.json) == self.site.shown(thread)
        assert shown.json["count"] == len(self.site.shown(thread))
        told = settings.json["counts"] if settings.status == 200 else counts([])
        assert told == counts(self.site.of_thread(thread))

    def _about_queue(self, order: str, thread: str | None) -> Question:
        """The site's whole queue is asked for by its administrator, or as that of all of Ann's sites: it is her only
        one."""
        if thread is None and self.steps % 2:
            return Question("GET", f"/v1/queue?limit=200&order={order}", self.people["ann"].token)
        within = f"&thread={quote(thread, safe='')}" if thread else ""
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
        full = self.asking.get(self.comment_path(comment))
        for each in (full, told or full):
            assert (each["state"], each["revision"]) == (comment.state, comment.revision)
            assert each["published_at"] == (rfc3339(comment.published_ms) if comment.published_ms else None)
            assert holder_in(each) == comment.holder_at(self.now)
            assert [escalation["member_id"] for escalation in each["escalations"]] == comment.escalated_by
        assert [(act["act"], act["before"], act["after"]) for act in full["history"]] == comment.history
        assert (full["verdict"], full["email"]) == (comment.verdict, comment.email)
        self.agree_on_author(comment.email, full["author"])

    def agree_on_author(self, email: str, told: Json) -> None:
        """All that is told of an author; his id is what he was told by first."""
        mine, author = self.site.of_author(email), self.site.of(email)
        author.author_id = author.author_id or told["author_id"]
        assert told["author_id"] == author.author_id
        assert told["approved"] == approved(mine)
        assert told["outcomes"] == author.outcomes[::-1]
        assert (told["trust"] is not None) == author.is_trusted
        ban = told["ban"] or {"reason": ""}
        assert (told["ban"] is not None) == self.site.is_banned(email, self.now)
        assert ban["reason"] == (author.ban_reason if told["ban"] else "")
        assert {name: told[name] for name in counts(mine)} == counts(mine)
        assert told["submitted"] == len(mine)
        times = [each.submitted_ms for each in mine]
        assert told["first_at"] == (rfc3339(min(times)) if times else None)
        assert told["last_at"] == (rfc3339(max(times)) if times else None)

    def teardown(self) -> None:
        """Every comment, and the queue in every order."""
        for comment in self.site.comments.values():
            self.agree_on(comment)
        for order in ORDERS:
            for thread in (None, *THREADS):
                self._agree_on_queue(self.asking.ask(self._about_queue(order, thread)).json, order, thread)


def is_done(answer: Answer) -> bool:
    """Whether nothing was refused: what was may be asked for again under the same key, and is done then."""
    return answer.status < 400 and all(each["status"] == 200 for each in answer.json.get("results", ()))


def ids_of(page: Json) -> list[str]:
    return [each["comment_id"] for each in page["comments"]]


def holder_in(told: Json) -> str:
    """Whose claim is on a comment, "" where there is none."""
    claim = told["claim"] or {"member_id": ""}
    return str(claim["member_id"])


def essence(question: Question, told: Json) -> Any:
    """What of an answer must be the same when it is given again. Claimed and escalated comments are shown as they are
    now, decisions as they left them."""
    if "results" in told:
        return [(each["comment_id"], each["state"], each["revision"]) for each in told["results"]]
    if "comments" in told:
        return ids_of(told), told["expires_at"]
    if question.path.endswith("/escalations"):
        return told["comment_id"]
    return {name: told.get(name) for name in ("author_id", "comment_id", "state", "revision", "published_at")}
