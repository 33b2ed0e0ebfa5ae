"""What the machine does by itself: each mode, its thresholds, and a thread's own mode."""

from typing import Any

import pytest

from schemas.administration import PolicySchema
from tests.api.client import Site, submission

DEFAULTS = {
    "version": 1,
    "mode": "premoderate",
    "publish_below": 0.05,
    "reject_above": 0.98,
    "reader_rate_per_minute": 6,
    "reader_burst": 5,
    "site_rate_per_minute": None,
    "site_burst": 100,
    "stranger_rate_per_minute": 120,
    "stranger_burst": 60,
    "rules": [],
    "close_after_days": None,
}
PUBLISHES = {"mode": "auto", "publish_below": 1, "reject_above": 1}
HOLDS = {"mode": "auto", "publish_below": 0, "reject_above": 1}
REJECTS = {"mode": "auto", "publish_below": 0, "reject_above": 0}


def outcome(site: Site, thread: str = "t1") -> tuple[int, str, str, str, str, bool]:
    """Of a new comment: the status and state told, the state and verdict kept, the first reason, and whether it is
    in the queue."""
    reply = site.website.post(site.comments(thread), submission())
    comment = site.read_full(reply.json["comment_id"])
    queued = [queued["comment_id"] for queued in site.queue(thread=thread, limit=200)["comments"]]
    return (
        reply.status,
        reply.json["state"],
        comment["state"],
        comment["verdict"],
        comment["reasons"][0]["code"],
        comment["comment_id"] in queued,
    )


def test_a_new_site_holds_everything(site: Site) -> None:
    assert site.operator.get(site.path + "/policy").fits(PolicySchema) == DEFAULTS
    assert outcome(site) == (202, "held", "held", "hold", "premoderated", True)


def test_postmoderate_publishes_everything_and_lists_it(site: Site) -> None:
    site.set_policy(mode="postmoderate")
    assert outcome(site) == (201, "published", "published", "publish", "postmoderated", True)
    (queued,) = site.queue()["comments"]
    assert site.read()["count"] == 1
    assert site.decide(queued["comment_id"], "approve")["published_at"] == queued["published_at"]
    assert site.queue()["total"] == 0
    assert site.read()["count"] == 1


def test_what_postmoderation_takes_back_is_gone_and_undo_brings_it_back(site: Site) -> None:
    site.set_policy(mode="postmoderate")
    comment_id = site.submit()
    before = site.read()
    site.decide(comment_id, "spam")
    assert site.read()["count"] == 0
    site.undo(comment_id)
    assert site.read() == before
    assert site.queue()["total"] == 1


def test_auto_publishes_below_one_threshold(site: Site) -> None:
    site.set_policy(**PUBLISHES)
    assert outcome(site) == (201, "published", "published", "publish", "risk_below", False)


def test_auto_rejects_above_another_and_tells_nobody(site: Site) -> None:
    site.set_policy(**REJECTS)
    assert outcome(site) == (202, "held", "rejected", "reject", "risk_above", False)
    sent = submission(client={"ip": "192.0.2.1"})
    first = site.website.post(site.comments(), sent)
    again = site.website.post(site.comments(), sent)
    assert (first.status, first.json) == (again.status, again.json)
    assert first.json["state"] == "held"
    assert site.read()["count"] == 0


def test_auto_holds_between(site: Site) -> None:
    site.set_policy(**HOLDS)
    assert outcome(site) == (202, "held", "held", "hold", "risk_between", True)


def test_what_the_machine_rejected_can_be_approved_and_that_undone(site: Site) -> None:
    site.set_policy(**REJECTS)
    comment_id = site.submit()
    assert site.decide(comment_id, "approve")["state"] == "published"
    assert site.undo(comment_id)["state"] == "rejected"
    assert site.queue()["total"] == 0


def test_a_rejection_by_the_machine_is_no_decision_of_a_moderator(site: Site) -> None:
    site.set_policy(**REJECTS)
    comment_id = site.submit()
    assert site.decide(comment_id, "reject")["revision"] == 2


@pytest.mark.parametrize("of_site", [{"mode": "premoderate"}, {"mode": "postmoderate"}, REJECTS])
@pytest.mark.parametrize(("of_thread", "state"), [("premoderate", "held"), ("postmoderate", "published")])
def test_a_threads_own_mode_goes_before_the_sites(
    site: Site, of_site: dict[str, Any], of_thread: str, state: str
) -> None:
    site.set_policy(**of_site)
    usual = outcome(site, "other")
    site.moderator.put(site.thread(), {"mode": of_thread})
    assert outcome(site)[2] == state
    assert outcome(site, "other") == usual
    site.moderator.put(site.thread(), {"mode": None})
    assert outcome(site) == usual


def test_a_thread_in_auto_uses_the_sites_thresholds(site: Site) -> None:
    site.set_policy(**PUBLISHES | {"mode": "premoderate"})
    site.moderator.put(site.thread(), {"mode": "auto"})
    assert outcome(site)[4] == "risk_below"


def test_a_policy_is_replaced_whole_and_acts_at_once(site: Site) -> None:
    wanted = {
        "mode": "auto",
        "publish_below": 0.25,
        "reject_above": 0.75,
        "reader_rate_per_minute": None,
        "reader_burst": 3,
        "site_rate_per_minute": 600,
        "site_burst": 50,
        "stranger_rate_per_minute": None,
        "stranger_burst": 7,
        "rules": [],
        "close_after_days": 14,
    }
    assert site.operator.put(site.path + "/policy", wanted).fits(PolicySchema) == wanted | {"version": 2}
    assert site.operator.get(site.path + "/policy").json == wanted | {"version": 2}
    assert site.set_policy(mode="postmoderate") == DEFAULTS | {"version": 3, "mode": "postmoderate"}
    assert outcome(site)[0] == 201


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"mode": "never"}, ["mode"]),
        ({"mode": None}, ["mode"]),
        ({"publish_below": -0.01}, ["publish_below"]),
        ({"publish_below": 1.01}, ["publish_below"]),
        ({"publish_below": "0.5", "reject_above": True}, ["publish_below", "reject_above"]),
        ({"publish_below": None, "reject_above": []}, ["publish_below", "reject_above"]),
        ({"publish_below": 0.9, "reject_above": 0.1}, ["publish_below"]),
        ({"publish_below": 0.99}, ["publish_below"]),
        ({"reader_rate_per_minute": 0, "reader_burst": 0}, ["reader_burst", "reader_rate_per_minute"]),
        ({"reader_rate_per_minute": -5, "site_rate_per_minute": 0}, ["reader_rate_per_minute", "site_rate_per_minute"]),
        ({"site_rate_per_minute": 1_000_001, "site_burst": 10**20}, ["site_burst", "site_rate_per_minute"]),
        ({"reader_burst": None, "site_burst": "10"}, ["reader_burst", "site_burst"]),
        ({"reader_burst": 1.5}, ["reader_burst"]),
        ({"unknown": []}, ["unknown"]),
        ([], ["_body"]),
    ],
)
def test_a_wrong_field_is_named_and_the_policy_stays(site: Site, wrong: Any, named: list[str]) -> None:
    site.operator.put(site.path + "/policy", wrong).refuses(422, "invalid_fields", *named)
    assert site.operator.get(site.path + "/policy").json == DEFAULTS
