"""What moderators do with authors: look them up, ban them, trust them."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from service.domain.times import rfc3339
from tests.model.asking import Answer
from tests.model.ground import MODERATORS, Ground
from tests.model.readers import EMAILS
from tests.model.site import HOUR_MS, Author

FAR_MS = 10**15
"""For ever: later than any clock of a test."""
ANY_EMAIL = st.sampled_from(EMAILS)
STRANGER = "nobody@mail.example"
"""Who never writes."""


class Authors(Ground):
    @rule(email=st.sampled_from((*EMAILS, STRANGER)), creates=st.booleans(), by=MODERATORS, has_key=st.booleans())
    def look_up(self, *, email: str, creates: bool, by: str, has_key: bool) -> None:
        was_known = bool(self.site.of_author(email)) or bool(self.site.of(email).author_id)
        body = {"email": email, "create": creates}
        path = f"{self.path}/authors/lookups"
        answer = self.ask("POST", path, token=self.people[by].token, body=body, has_key=has_key)
        if not was_known and not creates:
            assert answer.code == "author_not_found"
            return
        assert answer.status == (200 if was_known else 201)
        self.agree_on_author(email, answer.json)

    @rule(email=ANY_EMAIL, hours=st.sampled_from((None, 1, 5)), reason=st.sampled_from(("", "Ads")), by=MODERATORS)
    def ban(self, *, email: str, hours: int | None, reason: str, by: str) -> None:
        author = self.site.of(email)
        until_ms = FAR_MS if hours is None else self.now + hours * HOUR_MS
        body = {"until": None if hours is None else rfc3339(until_ms), "reason": reason}
        if self._is_done(author, self._set(author, "ban", by, body)):
            author.banned_until_ms, author.ban_reason = until_ms, reason
            self._agree_on(email)

    @rule(email=ANY_EMAIL, by=MODERATORS)
    def unban(self, *, email: str, by: str) -> None:
        author = self.site.of(email)
        if self._is_done(author, self._set(author, "ban", by)):
            author.banned_until_ms, author.ban_reason = 0, ""
            self._agree_on(email)

    @rule(email=ANY_EMAIL, by=MODERATORS, is_trusted=st.booleans())
    def trust(self, *, email: str, by: str, is_trusted: bool) -> None:
        author = self.site.of(email)
        if self._is_done(author, self._set(author, "trust", by, {} if is_trusted else None)):
            author.is_trusted = is_trusted
            self._agree_on(email)

    def _set(self, author: Author, what: str, by: str, body: dict[str, str | None] | None = None) -> Answer:
        path = f"{self.path}/authors/{author.author_id or 'a000000000000'}/{what}"
        return self.ask("DELETE" if body is None else "PUT", path, token=self.people[by].token, body=body or None)

    def _is_done(self, author: Author, answer: Answer) -> bool:
        """Whether it was: nobody is known who was never told of."""
        if not author.author_id:
            assert answer.code == "author_not_found"
            return False
        assert answer.status in {200, 204}, answer
        return True

    def _agree_on(self, email: str) -> None:
        self.agree_on_author(email, self.asking.get(f"{self.path}/authors/{self.site.of(email).author_id}"))

    @precondition(lambda self: self.has_comments)
    @rule(email=ANY_EMAIL)
    def read_author(self, *, email: str) -> None:
        if self.site.of(email).author_id:
            told = self.asking.get(f"{self.path}/authors/{self.site.of(email).author_id}")
            self.agree_on_author(email, told)
            newest = [each.comment_id for each in reversed(self.site.of_author(email))][:20]
            assert [each["comment_id"] for each in told["comments"]] == newest
            assert told["email"] == (email if newest else None)
