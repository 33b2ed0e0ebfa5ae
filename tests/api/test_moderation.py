"""What moderators do: the queue in its orders, claims, decisions one by one and in bulk, undo."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from schemas.comments import CommentSchema, FullCommentSchema, QueuePageSchema
from schemas.moderation import ClaimedSchema, DecisionResultsSchema
from tests.api.client import Api, Json, Site
from tests.servers import wait_until

ORDERS = ("oldest", "newest", "riskiest", "uncertain")
BODIES = (
    "Thank you for the careful report on the harbour.",
    "You are a stupid idiot and everybody hates you.",
    "CHEAP PILLS!!! buy now http://pills.example http://pills.example/2",
    "I will come to your house and hurt you.",
    "Could the editor add the source of the second figure?",
)
UNKNOWN = "0123456789abcdef"


def ids(page: Json) -> list[str]:
    return [comment["comment_id"] for comment in page["comments"]]


def pages(site: Site, limit: int, **query: Any) -> list[str]:
    """The ids on all pages of the queue, in order."""
    found: list[str] = []
    page = site.queue(limit=limit, **query)
    while True:
        found += ids(page)
        assert len(page["comments"]) <= limit
        if page["next_cursor"] is None:
            return found
        page = site.queue(limit=limit, cursor=page["next_cursor"], **query)


class TestQueue:
    def test_it_holds_what_awaits_a_decision(self, site: Site) -> None:
        assert site.queue() == {"comments": [], "total": 0, "oldest_age_seconds": None, "next_cursor": None}
        held, decided = site.submit(), site.submit()
        site.decide(decided, "approve")
        page = site.moderator.get(site.path + "/queue").fits(QueuePageSchema)
        assert (ids(page), page["total"]) == ([held], 1)
        assert page["oldest_age_seconds"] >= 0
        assert page["comments"][0]["reasons"][0] == {"code": "premoderated"}

    @pytest.mark.parametrize("thread", [None, "t1"])
    @pytest.mark.parametrize("order", ORDERS)
    def test_each_order_is_paged_without_a_gap_or_a_repeat(self, site: Site, order: str, thread: str | None) -> None:
        for body in BODIES * 2:
            site.submit("t1", body=body)
            site.submit("t2", body=body)
        within = {} if thread is None else {"thread": thread}
        whole = site.queue(order=order, limit=200, **within)
        comments = whole["comments"]
        sort_key: dict[str, Callable[[Json], Any]] = {
            "oldest": lambda comment: comment["submitted_at"],
            "newest": lambda comment: comment["submitted_at"],
            "riskiest": lambda comment: comment["risk"],
            "uncertain": lambda comment: round(abs(comment["risk"] - 0.5), 5),
        }
        is_reverse = order in {"newest", "riskiest"}
        assert comments == sorted(comments, key=sort_key[order], reverse=is_reverse)
        assert whole["total"] == len(set(ids(whole))) == (10 if thread else 20)
        assert {comment["thread"] for comment in comments} == ({thread} if thread else {"t1", "t2"})
        for limit in (1, 3, 7):
            assert pages(site, limit, order=order, **within) == ids(whole)

    def test_a_page_goes_on_where_it_ended_when_its_last_comment_left(self, site: Site) -> None:
        made = [site.submit() for _ in range(5)]
        for order, expected in (("oldest", made), ("newest", made[::-1])):
            first = site.queue(limit=2, order=order)
            last = ids(first)[-1]
            site.decide(last, "approve")
            second = site.queue(limit=2, order=order, cursor=first["next_cursor"])
            assert ids(second) == expected[2:4]
            site.undo(last)

    def test_an_unknown_thread_is_empty(self, site: Site) -> None:
        site.submit()
        for order in ORDERS:
            page = site.queue(thread="t2", order=order)
            assert (page["comments"], page["total"]) == ([], 0)

    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ({"order": "best"}, ["order"]),
            ({"order": ""}, ["order"]),
            ({"limit": "0"}, ["limit"]),
            ({"limit": "201", "order": "x", "thread": ""}, ["limit", "order", "thread"]),
            ({"cursor": "x"}, ["cursor"]),
            ({"cursor": "MTIz"}, ["cursor"]),
            ({"cursor": "c" * 513}, ["cursor"]),
            ({"thread": "\x00"}, ["thread"]),
        ],
    )
    def test_a_wrong_question_is_refused(self, site: Site, query: dict[str, str], named: list[str]) -> None:
        site.moderator.get(f"{site.path}/queue?{urlencode(query)}").refuses(422, "invalid_fields", *named)

    def test_a_cursor_of_one_order_is_harmless_in_another(self, site: Site) -> None:
        made = {site.submit() for _ in range(4)}
        for given in ORDERS:
            cursor = site.queue(limit=1, order=given)["next_cursor"]
            for asked in ORDERS:
                assert set(ids(site.queue(order=asked, cursor=cursor))) <= made

    def test_a_claim_is_shown(self, site: Site) -> None:
        comment_id = site.submit()
        assert site.claim() == [comment_id]
        claim = site.queue()["comments"][0]["claim"]
        assert claim["moderator"] == "moderator of a test"
        assert claim == site.read_full(comment_id)["claim"]


class TestClaims:
    def test_the_next_comments_are_leased(self, site: Site) -> None:
        made = [site.submit() for _ in range(3)]
        before = datetime.now(UTC)
        claimed = site.moderator.post(site.path + "/claims", {"limit": 2, "lease_seconds": 60}).fits(ClaimedSchema)
        assert ids(claimed) == made[:2]
        lease = datetime.fromisoformat(claimed["expires_at"]) - before
        assert 59 <= lease.total_seconds() <= 90
        assert all(comment["claim"]["expires_at"] == claimed["expires_at"] for comment in claimed["comments"])

    def test_without_a_body_it_is_twenty_of_the_oldest_for_five_minutes(self, site: Site) -> None:
        made = [site.submit() for _ in range(21)]
        claimed = site.moderator.post(site.path + "/claims").fits(ClaimedSchema)
        assert ids(claimed) == made[:20]

    def test_nobody_gets_what_another_holds_and_nobody_gets_it_twice(self, site: Site) -> None:
        made = [site.submit() for _ in range(3)]
        assert site.claim(limit=2) == made[:2]
        other = site.token("moderator")
        assert ids(other.post(site.path + "/claims", {}).json) == made[2:]
        assert site.claim() == []
        assert other.post(site.path + "/claims", {}).fits(ClaimedSchema)["comments"] == []

    def test_an_empty_queue_gives_an_empty_list(self, site: Site) -> None:
        assert site.moderator.post(site.path + "/claims", {}).fits(ClaimedSchema)["comments"] == []

    @pytest.mark.parametrize("order", ORDERS)
    def test_claims_follow_the_order(self, site: Site, order: str) -> None:
        for body in BODIES:
            site.submit("t1", body=body)
            site.submit("t2", body=body)
        assert site.claim(order=order, thread="t2", limit=2) == ids(site.queue(order=order, thread="t2"))[:2]
        rest = [c for c in ids(site.queue(order=order)) if c not in ids(site.queue(order=order, thread="t2"))[:2]]
        assert site.claim(order=order, limit=100) == rest

    def test_a_lease_ends_by_itself(self, site: Site) -> None:
        comment_id = site.submit()
        assert site.claim(lease_seconds=1) == [comment_id]
        other = site.token("moderator")
        path = site.path + "/claims"
        claimed = wait_until(lambda: ids(other.post(path, {}).json), "the lease to end", 30)
        assert claimed == [comment_id]
        decision = {"decision": "approve"}
        site.moderator.post(site.comment(comment_id) + "/decisions", decision).refuses(409, "claimed_by_another")

    def test_an_ended_lease_is_not_shown_and_binds_nobody(self, site: Site) -> None:
        comment_id = site.submit()
        site.claim(lease_seconds=1)
        wait_until(lambda: site.queue()["comments"][0]["claim"] is None, "the lease to end", 30)
        other = site.token("moderator")
        assert other.post(site.comment(comment_id) + "/decisions", {"decision": "spam"}).status == 200

    def test_one_is_handed_back(self, site: Site) -> None:
        first, second = site.submit(), site.submit()
        site.claim()
        reply = site.moderator.delete(f"{site.path}/claims/{first}")
        assert (reply.status, reply.body) == (204, b"")
        assert [c["claim"] is None for c in site.queue()["comments"]] == [True, False]
        assert site.moderator.delete(f"{site.path}/claims/{first}").status == 204
        assert ids(site.token("moderator").post(site.path + "/claims").json) == [first]
        assert second not in site.claim()

    def test_all_are_handed_back_but_not_those_of_others(self, site: Site) -> None:
        other = site.token("moderator")
        made = [site.submit() for _ in range(4)]
        site.claim(limit=3)
        other.post(site.path + "/claims", {})
        reply = site.moderator.delete(site.path + "/claims")
        assert (reply.status, reply.body) == (204, b"")
        assert site.claim() == made[:3]
        assert other.delete(site.path + "/claims").status == 204
        assert site.claim() == made[3:]

    def test_anothers_claim_cannot_be_handed_back(self, site: Site) -> None:
        comment_id = site.submit()
        site.claim()
        other = site.token("moderator")
        other.delete(f"{site.path}/claims/{comment_id}").refuses(409, "claimed_by_another")
        other.delete(site.path + "/claims")
        assert site.read_full(comment_id)["claim"] is not None

    @pytest.mark.parametrize("comment_id", [UNKNOWN, "x", "..", "%2F", "%00", "x" * 300])
    def test_an_unknown_comment_is_not_found(self, site: Site, comment_id: str) -> None:
        site.moderator.delete(f"{site.path}/claims/{comment_id}").refuses(404, "comment_not_found")

    def test_claimers_at_once_share_the_queue_and_none_gets_the_same(self, site: Site) -> None:
        made = {site.submit() for _ in range(40)}
        tokens = [site.token("moderator") for _ in range(6)]
        got: list[str] = []

        def take(moderator: Api) -> None:
            while found := ids(moderator.post(site.path + "/claims", {"limit": 3}).json):
                got.extend(found)

        threads = [Thread(target=take, args=(token,)) for token in tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 40
        assert set(got) == made

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"limit": 0}, ["limit"]),
            ({"limit": 201}, ["limit"]),
            ({"limit": "5"}, ["limit"]),
            ({"limit": 5.5}, ["limit"]),
            ({"limit": True}, ["limit"]),
            ({"limit": 10**30}, ["limit"]),
            ({"limit": None}, ["limit"]),
            ({"lease_seconds": 0, "order": "best"}, ["lease_seconds", "order"]),
            ({"lease_seconds": 3601, "thread": ""}, ["lease_seconds", "thread"]),
            ({"lease_seconds": -1, "moderator": "me"}, ["lease_seconds", "moderator"]),
            ([], ["_body"]),
            (None, ["_body"]),
        ],
    )
    def test_a_wrong_wish_is_refused_and_claims_nothing(self, site: Site, wrong: Any, named: list[str]) -> None:
        site.submit()
        site.moderator.post(site.path + "/claims", wrong).refuses(422, "invalid_fields", *named)
        assert site.queue()["comments"][0]["claim"] is None


class TestDecisions:
    @pytest.mark.parametrize(
        ("decision", "state"), [("approve", "published"), ("reject", "rejected"), ("spam", "spam")]
    )
    def test_a_decision_moves_the_comment(self, site: Site, decision: str, state: str) -> None:
        comment_id = site.submit()
        wanted = {"decision": decision, "reason": "as agreed", "note": "two\nlines", "revision": 1}
        reply = site.moderator.post(site.comment(comment_id) + "/decisions", wanted)
        comment = reply.fits(CommentSchema)
        assert (comment["state"], comment["revision"], comment["claim"]) == (state, 2, None)
        assert (comment["published_at"] is not None) == (state == "published")
        assert site.queue()["total"] == 0
        full = site.moderator.get(site.comment(comment_id)).fits(FullCommentSchema)
        (entry,) = full["history"]
        assert entry | {"at": "", "token_id": "", "member_id": ""} == {
            "act": decision,
            "at": "",
            "token_id": "",
            "member_id": "",
            "moderator": "moderator of a test",
            "reason": "as agreed",
            "note": "two\nlines",
            "before": "held",
            "after": state,
            "revision": 2,
            "bulk_id": None,
        }

    def test_the_holder_of_the_claim_decides_and_the_claim_ends(self, site: Site) -> None:
        comment_id = site.submit()
        site.claim()
        site.token("moderator").post(site.comment(comment_id) + "/decisions", {"decision": "spam"}).refuses(
            409, "claimed_by_another"
        )
        assert site.decide(comment_id, "approve")["claim"] is None
        assert site.claim() == []

    def test_the_same_again_changes_nothing(self, site: Site) -> None:
        comment_id = site.submit()
        first = site.decide(comment_id, "approve", note="once")
        assert site.decide(comment_id, "approve", note="twice") == first
        assert site.decide(comment_id, "approve", revision=1) == first
        other = site.token("moderator").post(site.comment(comment_id) + "/decisions", {"decision": "approve"})
        assert other.json == first
        full = site.read_full(comment_id)
        assert [entry["note"] for entry in full["history"]] == ["once"]
        assert full["author"]["published"] == 1

    def test_a_decision_on_an_old_revision_is_refused(self, site: Site) -> None:
        comment_id = site.submit()
        before = site.decide(comment_id, "approve")
        path = site.comment(comment_id) + "/decisions"
        for revision in (1, 3, 2**53):
            refused = site.moderator.post(path, {"decision": "reject", "revision": revision})
            refused.refuses(409, "stale_revision")
        assert site.read_full(comment_id)["state"] == before["state"]
        assert site.decide(comment_id, "reject", revision=2)["state"] == "rejected"

    def test_a_later_decision_replaces_an_earlier_one(self, site: Site) -> None:
        comment_id = site.submit()
        for decision, state in (("spam", "spam"), ("approve", "published"), ("reject", "rejected")):
            assert site.decide(comment_id, decision)["state"] == state
        full = site.read_full(comment_id)
        assert [(entry["before"], entry["after"], entry["revision"]) for entry in full["history"]] == [
            ("held", "spam", 2),
            ("spam", "published", 3),
            ("published", "rejected", 4),
        ]
        assert site.read()["comments"] == []
        assert {name: full["author"][name] for name in ("held", "published", "rejected", "spam")} == {
            "held": 0,
            "published": 0,
            "rejected": 1,
            "spam": 0,
        }

    def test_of_many_at_once_one_changes_it(self, site: Site) -> None:
        comment_id = site.submit()
        path = site.comment(comment_id) + "/decisions"
        statuses: list[int] = []

        def decide(decision: str) -> None:
            statuses.append(site.moderator.post(path, {"decision": decision, "revision": 1}).status)

        threads = [Thread(target=decide, args=(decision,)) for decision in ("approve", "reject", "spam")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 409, 409]
        assert site.read_full(comment_id)["revision"] == 2

    @pytest.mark.parametrize(
        "text", ["two\nlines", "two\n\nparagraphs", '"quoted\\"', "\u202e", "tab\there", "}\n{", "\u0600\U000e0001"]
    )
    def test_a_note_of_any_text_is_kept(self, site: Site, text: str) -> None:
        comment_id = site.submit()
        site.decide(comment_id, "reject", note=text)
        site.decide(comment_id, "approve", note="and then")
        assert [entry["note"] for entry in site.read_full(comment_id)["history"]] == [text, "and then"]

    def test_empty_words_are_none(self, site: Site) -> None:
        comment_id = site.submit()
        site.decide(comment_id, "reject", note=" ", reason=None, revision=None)
        (entry,) = site.read_full(comment_id)["history"]
        assert (entry["note"], entry["reason"]) == (None, None)

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({}, ["decision"]),
            ({"decision": "publish"}, ["decision"]),
            ({"decision": "undo"}, ["decision"]),
            ({"decision": None}, ["decision"]),
            ({"decision": ["approve"]}, ["decision"]),
            ({"decision": "approve", "revision": 0}, ["revision"]),
            ({"decision": "approve", "revision": "1"}, ["revision"]),
            ({"decision": "approve", "revision": 1.5}, ["revision"]),
            ({"decision": "approve", "revision": 2**53 + 1}, ["revision"]),
            ({"decision": "approve", "revision": 10**40}, ["revision"]),
            ({"decision": "approve", "reason": "r" * 201, "note": "n" * 2001}, ["note", "reason"]),
            ({"decision": "approve", "reason": "\u200b\n\x00"}, ["reason"]),
            ({"decision": "approve", "note": 5}, ["note"]),
            ({"decision": "approve", "state": "published"}, ["state"]),
            (["approve"], ["_body"]),
            ("approve", ["_body"]),
        ],
    )
    def test_a_wrong_field_is_named_and_decides_nothing(self, site: Site, wrong: Any, named: list[str]) -> None:
        comment_id = site.submit()
        site.moderator.post(site.comment(comment_id) + "/decisions", wrong).refuses(422, "invalid_fields", *named)
        assert site.read_full(comment_id)["revision"] == 1

    @pytest.mark.parametrize("comment_id", [UNKNOWN, "x", "..", "%2F", "%00", "%FF", "x" * 300, "{x}"])
    def test_an_unknown_comment_is_not_found(self, site: Site, comment_id: str) -> None:
        path = f"{site.path}/comments/{comment_id}"
        site.moderator.get(path).refuses(404, "comment_not_found")
        site.moderator.post(path + "/decisions", {"decision": "approve"}).refuses(404, "comment_not_found")
        site.moderator.post(path + "/undo", {}).refuses(404, "comment_not_found")

    def test_a_comment_of_another_site_is_not_found(self, site: Site, new_site: Callable[..., Site]) -> None:
        other = new_site()
        comment_id = other.submit()
        site.moderator.get(site.comment(comment_id)).refuses(404, "comment_not_found")
        path = site.comment(comment_id) + "/decisions"
        site.moderator.post(path, {"decision": "approve"}).refuses(404, "comment_not_found")
        site.admin.post(path, {"decision": "approve"}).refuses(404, "comment_not_found")
        assert other.queue()["total"] == 1


class TestBulk:
    def test_each_has_its_result_in_its_place_and_one_bad_harms_none(self, site: Site) -> None:
        good, held_by_another, stale, again = (site.submit() for _ in range(4))
        other = site.token("moderator")
        other.post(site.path + "/claims", {"limit": 2})
        other.delete(f"{site.path}/claims/{good}")
        site.decide(again, "spam")
        items: list[Any] = [
            {"comment_id": good, "decision": "approve", "note": "fine"},
            {"comment_id": held_by_another, "decision": "approve"},
            {"comment_id": stale, "decision": "approve", "revision": 7},
            {"comment_id": UNKNOWN, "decision": "approve"},
            {"comment_id": good, "decision": "publish", "note": 5},
            {"decision": "approve"},
            {"comment_id": "../queue", "decision": "approve"},
            {"comment_id": 7, "decision": "approve"},
            "approve them all",
            None,
            [],
            {"comment_id": again, "decision": "spam"},
        ]
        reply = site.moderator.post(site.path + "/decisions", {"decisions": items})
        results = reply.fits(DecisionResultsSchema)["results"]
        assert [(result["comment_id"], result["status"], result.get("code")) for result in results] == [
            (good, 200, None),
            (held_by_another, 409, "claimed_by_another"),
            (stale, 409, "stale_revision"),
            (UNKNOWN, 404, "comment_not_found"),
            (good, 422, "invalid_fields"),
            (None, 422, "invalid_fields"),
            ("../queue", 422, "invalid_fields"),
            (None, 422, "invalid_fields"),
            (None, 422, "invalid_fields"),
            (None, 422, "invalid_fields"),
            (None, 422, "invalid_fields"),
            (again, 200, None),
        ]
        assert (results[0]["state"], results[0]["revision"]) == ("published", 2)
        assert sorted(results[4]["errors"]) == ["decision", "note"]
        assert sorted(results[5]["errors"]) == ["comment_id"]
        assert ids(site.read()) == [good]

    def test_five_hundred_at_once(self, site: Site) -> None:
        made = [site.submit() for _ in range(20)]
        items = [{"comment_id": comment_id, "decision": "approve"} for comment_id in made] * 25
        results = site.moderator.post(site.path + "/decisions", {"decisions": items}).fits(DecisionResultsSchema)[
            "results"
        ]
        assert [(result["status"], result["revision"]) for result in results] == [(200, 2)] * 500
        assert ids(site.read()) == made

    @pytest.mark.parametrize("decisions", [[], [{"comment_id": UNKNOWN, "decision": "spam"}] * 501, None, {}, "all"])
    def test_none_or_too_many_are_refused(self, site: Site, decisions: Any) -> None:
        reply = site.moderator.post(site.path + "/decisions", {"decisions": decisions})
        reply.refuses(422, "invalid_fields", "decisions")

    def test_decisions_are_applied_in_their_order(self, site: Site) -> None:
        comment_id = site.submit()
        items = [{"comment_id": comment_id, "decision": decision} for decision in ("approve", "spam", "reject")]
        results = site.moderator.post(site.path + "/decisions", {"decisions": items}).json["results"]
        assert [(result["state"], result["revision"]) for result in results] == [
            ("published", 2),
            ("spam", 3),
            ("rejected", 4),
        ]


class TestUndo:
    @pytest.mark.parametrize("decision", ["approve", "reject", "spam"])
    def test_the_state_the_place_in_the_queue_and_the_counts_are_as_before(self, site: Site, decision: str) -> None:
        first, middle, last = (site.submit(body=body) for body in BODIES[:3])
        before = {order: site.queue(order=order) for order in ORDERS}
        counts = site.website.get(site.thread()).json["counts"]
        site.decide(middle, decision)
        undone = site.moderator.post(site.comment(middle) + "/undo", {}).fits(CommentSchema)
        assert (undone["state"], undone["revision"], undone["published_at"]) == ("held", 3, None)
        for order in ORDERS:
            assert ids(site.queue(order=order)) == ids(before[order])
            assert ids(site.queue(order=order, thread="t1")) == ids(before[order])
        assert site.website.get(site.thread()).json["counts"] == counts
        history = site.read_full(middle)["history"]
        assert [(entry["act"], entry["after"]) for entry in history][1] == ("undo", "held")
        assert site.claim() == [first, middle, last]

    def test_a_publication_comes_back_at_its_own_time(self, site: Site) -> None:
        first, second = site.publish(), site.publish()
        before = site.read()
        site.decide(first, "reject")
        assert ids(site.read()) == [second]
        site.undo(first)
        assert site.read() == before

    def test_twice_is_refused(self, site: Site) -> None:
        comment_id = site.submit()
        site.moderator.post(site.comment(comment_id) + "/undo").refuses(409, "nothing_to_undo")
        site.decide(comment_id, "spam")
        site.undo(comment_id)
        site.moderator.post(site.comment(comment_id) + "/undo").refuses(409, "nothing_to_undo")

    def test_decisions_are_undone_from_the_last_to_the_first(self, site: Site) -> None:
        comment_id = site.submit()
        for decision in ("approve", "spam", "reject"):
            site.decide(comment_id, decision)
        assert [site.undo(comment_id)["state"] for _ in range(3)] == ["spam", "published", "held"]
        assert site.queue()["total"] == 1

    def test_after_it_the_same_decision_counts_again(self, site: Site) -> None:
        comment_id = site.submit()
        site.decide(comment_id, "approve")
        site.undo(comment_id)
        assert site.decide(comment_id, "approve")["revision"] == 4
        assert ids(site.read()) == [comment_id]

    def test_with_the_revision_seen_a_second_click_undoes_nothing_more(self, site: Site) -> None:
        comment_id = site.submit()
        site.decide(comment_id, "approve")
        revision = site.decide(comment_id, "reject")["revision"]
        path = site.comment(comment_id) + "/undo"
        assert site.moderator.post(path, {"revision": revision}).json["state"] == "published"
        site.moderator.post(path, {"revision": revision}).refuses(409, "stale_revision")

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [({"revision": 0}, "revision"), ({"revision": "2"}, "revision"), ({"why": "oops"}, "why"), ([], "_body")],
    )
    def test_a_wrong_field_is_named(self, site: Site, wrong: Any, named: str) -> None:
        comment_id = site.publish()
        site.moderator.post(site.comment(comment_id) + "/undo", wrong).refuses(422, "invalid_fields", named)
        assert site.read_full(comment_id)["state"] == "published"

    def test_a_reply_stays_when_its_parent_goes_and_the_parent_comes_back(self, site: Site) -> None:
        parent = site.publish()
        child = site.publish(parent_id=parent)
        site.decide(parent, "spam")
        assert [(c["comment_id"], c["parent_id"]) for c in site.read()["comments"]] == [(child, parent)]
        site.undo(parent)
        assert ids(site.read()) == [parent, child]


def test_a_thread_id_in_the_queue_is_as_the_site_wrote_it(site: Site) -> None:
    held = site.submit("a/b \U0001f389")
    reply = site.moderator.get(f"{site.path}/queue?thread={quote('a/b ' + chr(0x1F389))}")
    assert [(c["comment_id"], c["thread"]) for c in reply.json["comments"]] == [(held, "a/b \U0001f389")]
