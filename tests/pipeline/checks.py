"""What must be true after readers wrote and moderators decided, whatever died meanwhile."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.store import keys
from tests.pipeline.crowd import MARK, STATES, THREADS, Crowd, Json, Sent, thread_path
from tests.servers import client_of
from tests.store.recount import recount


async def check_all(crowd: Crowd, sent: Sequence[Sent], redis_url: str) -> None:
    """Every comment once, decided once by one moderator, published in order, counted right; no email in sight."""
    check_told(crowd, sent)
    await check_threads(crowd, sent)
    await check_comments(crowd, sent)
    await check_counts(crowd, sent)
    await asyncio.to_thread(check_store, crowd, sent, redis_url)


def check_told(crowd: Crowd, sent: Sequence[Sent]) -> None:
    """Each submission has a comment of its own, and each comment one acknowledged decision."""
    assert crowd.receipts.keys() == {each.number for each in sent}
    assert len(set(crowd.receipts.values())) == len(sent)
    assert crowd.decided.keys() == set(crowd.receipts.values())
    assert {len(each) for each in crowd.decided.values()} == {1}
    assert len({each[0].moderator for each in crowd.decided.values()}) > 1, "one moderator did it all: no race"


async def check_threads(crowd: Crowd, sent: Sequence[Sent]) -> None:
    """Readers see every approved comment once, and nothing else, in the order of writing, and where they ask for it in
    that of publication."""
    for thread in THREADS:
        shown = await crowd.read_thread(thread)
        mine = {crowd.receipts[each.number]: each for each in sent if each.thread == thread}
        approved = {comment_id for comment_id in mine if crowd.decided[comment_id][0].decision == "approve"}
        assert Counter(each["comment_id"] for each in shown) == Counter(approved)
        for each in shown:
            was = mine[each["comment_id"]]
            assert (each["name"], each["body"], each["parent_id"]) == (f"Reader {was.number}", was.kept, None)
        written = [(each["submitted_at"], each["comment_id"]) for each in shown]
        assert written == sorted(written)
        by_publication = await crowd.read_thread(thread, order="published")
        assert Counter(each["comment_id"] for each in by_publication) == Counter(approved)
        published = [(each["published_at"], each["comment_id"]) for each in by_publication]
        assert published == sorted(published)
        check_order(crowd, by_publication)


def check_order(crowd: Crowd, shown: Sequence[Json]) -> None:
    """No comment stands before one whose approval was acknowledged before its own was asked for, but for those of one
    millisecond, which stand in the order of their ids."""
    latest_asked, shown_at = -1, ""
    for each in shown:
        decided = crowd.decided[each["comment_id"]][0]
        assert decided.answered_tick > latest_asked or each["published_at"] == shown_at
        if decided.asked_tick > latest_asked:
            latest_asked, shown_at = decided.asked_tick, each["published_at"]


async def check_comments(crowd: Crowd, sent: Sequence[Sent]) -> None:
    """Moderators see the text and the email as sent, and a history of exactly the decision that was acknowledged."""
    token_id, token = await crowd.token("moderator", "an auditor")
    for each in sent:
        comment_id = crowd.receipts[each.number]
        comment = await crowd.insist("GET", f"{crowd.path}/comments/{comment_id}", token)
        decided = crowd.decided[comment_id][0]
        assert (comment["body"], comment["email"], comment["thread"]) == (each.kept, each.email, each.thread)
        assert comment["state"] == STATES[decided.decision]
        assert comment["revision"] == 2
        assert comment["claim"] is None
        assert [(entry["act"], entry["token_id"]) for entry in comment["history"]] == [
            (decided.decision, decided.moderator)
        ]
        assert token_id != decided.moderator


async def check_counts(crowd: Crowd, sent: Sequence[Sent]) -> None:
    """What the API and the metrics tell of numbers."""
    token = crowd.service.admin_token
    queue = await crowd.insist("GET", f"{crowd.path}/queue", token)
    assert (queue["comments"], queue["total"], queue["oldest_age_seconds"]) == ([], 0, None)
    by_decision = Counter(each[0].decision for each in crowd.decided.values())
    metrics, of_site = await measured(crowd), f'site="{crowd.site}"'
    assert metrics[f'commentdesk_submissions_total{{{of_site},verdict="hold"}}'] == len(sent)
    assert metrics[f"commentdesk_queue_depth{{{of_site}}}"] == 0
    assert metrics[f"commentdesk_claims_open{{{of_site}}}"] == 0
    assert metrics[f"commentdesk_age_at_decision_seconds_count{{{of_site}}}"] == len(sent)
    for decision, state in STATES.items():
        assert metrics[f'commentdesk_decisions_total{{decision="{decision}",{of_site}}}'] == by_decision[decision]
        assert metrics[f'commentdesk_comments{{{of_site},state="{state}"}}'] == by_decision[decision]
    for thread in THREADS:
        settings = await crowd.insist("GET", thread_path(thread, crowd.path), token)
        assert settings["counts"] == states_in(crowd, sent, thread)


def states_in(crowd: Crowd, sent: Sequence[Sent], thread: str) -> dict[str, int]:
    ids = [crowd.receipts[each.number] for each in sent if each.thread == thread]
    states = Counter(STATES[crowd.decided[comment_id][0].decision] for comment_id in ids)
    return {state: states[state] for state in ("held", "published", "rejected", "spam")}


async def measured(crowd: Crowd) -> dict[str, float]:
    """Every sample at /metrics, its labels in alphabetical order."""
    status, text, _ = await crowd.ask("GET", "/metrics")
    assert status == 200
    samples = re.findall(r"^(\w+)(?:{(.*)})? (\S+)$", text, re.MULTILINE)
    named: dict[str, float] = {}
    for name, labels, value in samples:
        inner = ",".join(sorted(re.findall(r'\w+="[^"]*"', labels)))
        named[f"{name}{{{inner}}}" if inner else name] = float(value)
    return named


def check_store(crowd: Crowd, sent: Sequence[Sent], redis_url: str) -> None:
    """Every counter, queue and thread in the store agrees with the comments in it."""
    with client_of(redis_url) as client:
        assert recount(client, crowd.site).comments.keys() == set(crowd.receipts.values())
        totals: Any = client.hgetall(keys.totals(crowd.site))
    assert int(totals[b"age_count"]) == len(sent)


async def check_no_email(crowd: Crowd, folders: Sequence[Path]) -> None:
    """No reader's email in the clear: in no file on disk, no log, no metric. The name beside it shows that the search
    would have found one."""
    haystack = {path: path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()}
    assert any(b"Reader 17" in raw for path, raw in haystack.items() if ".aof" in path.name)
    haystack[Path("log")] = crowd.service.output.read_bytes()
    _, metrics, _ = await crowd.ask("GET", "/metrics")
    haystack[Path("metrics")] = str(metrics).encode()
    found = [str(path) for path, raw in haystack.items() if MARK.encode() in raw.lower()]
    assert not found
