"""Whoever looks for comments: lists by every filter, and search in what they leave."""

from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.stateful import rule

from service.domain.times import rfc3339
from tests.model.asking import Json
from tests.model.comment import STATES, ModelledComment
from tests.model.ground import ANY_THREAD, NEWEST, Ground, ids_of
from tests.model.moderators import CODES
from tests.model.site import RULES

VERDICTS = ("publish", "hold", "reject")
QUERIES = {
    "RIVER meadow": ("river", "meadow"),
    "cas* pills": ("casino", "pills"),
    "reader": ("reader",),
    "wint": ("wint ",),  # a whole word, which nobody says
}
"""What is asked for, and what is then said by all that is found, in small letters."""
SOMETIMES = 3


def sometimes(*values: str) -> st.SearchStrategy[str]:
    """Most lists have few filters."""
    return st.sampled_from(("",) * len(values) * SOMETIMES + values)


class Lists(Ground):
    @rule(
        state=sometimes(*STATES),
        verdict=sometimes(*VERDICTS),
        reason=sometimes(*CODES[2:], "premoderated", "risk_between", "rule"),
        name=sometimes(*RULES),
        thread=ANY_THREAD,
        query=sometimes(*QUERIES),
        since=st.sampled_from((None, None, None, *range(NEWEST))),
        until=st.sampled_from((None, None, None, *range(NEWEST))),
        limit=st.sampled_from((1, 3, 200)),
    )
    def find(
        self,
        *,
        state: str,
        verdict: str,
        reason: str,
        name: str,
        thread: str | None,
        query: str,
        since: int | None,
        until: int | None,
        limit: int,
    ) -> None:
        """Every page of a list, by any filters at once; times are those of comments, to the millisecond."""
        since_ms, until_ms = self._time_of(since), self._time_of(until)

        def is_wanted(comment: ModelledComment) -> bool:
            return (
                state in {"", comment.state}
                and verdict in {"", comment.verdict}
                and reason in {"", comment.reason, *comment.codes}
                and (not name or name in comment.rules)
                and thread in {None, comment.thread}
                and (since_ms is None or comment.submitted_ms >= since_ms)
                and (until_ms is None or comment.submitted_ms < until_ms)
                and all(word in f"{comment.text} ".casefold() for word in QUERIES.get(query, ()))
            )

        given: Json = {"state": state, "verdict": verdict, "reason": reason, "rule": name, "thread": thread, "q": query}
        given |= {"since": since_ms and rfc3339(since_ms), "until": until_ms and rfc3339(until_ms), "limit": limit}
        wanted = [each.comment_id for each in reversed(self.site.comments.values()) if is_wanted(each)]
        assert self._found({field: value for field, value in given.items() if value}) == wanted

    def _time_of(self, place: int | None) -> int | None:
        return self.newest(place).submitted_ms if place is not None and self.has_comments else None

    def _found(self, query: Json) -> list[str]:
        found: list[str] = []
        while True:
            page = self.asking.get(f"{self.path}/comments?{urlencode(query)}")
            assert len(page["comments"]) <= query["limit"]
            found += ids_of(page)
            if page["next_cursor"] is None:
                return found
            query = query | {"cursor": page["next_cursor"]}
