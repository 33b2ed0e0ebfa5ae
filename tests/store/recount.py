"""Counters a site again from its comments alone, and holds everything else in the store against that."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import redis

from service.store import keys
from tests.store.lists import check_lists

NAMES = {short.encode(): name for name, short in keys.COMMENT_FIELDS.items()}
PRIVATE = keys.COMMENT_FIELDS["private"].encode()
STATES = ("held", "published", "rejected", "spam")


@dataclass(slots=True)
class Recount:
    """What the comments of a site say of themselves: comment_id -> its record."""

    comments: dict[str, dict[str, str]] = field(default_factory=dict)

    def states(self, of: str = "", name: str = "") -> Counter[str]:
        """Comments by state: all, or those of one thread or author."""
        return Counter(each["state"] for each in self.comments.values() if not of or each[of] == name)


def recount(client: redis.Redis, site: str = "default") -> Recount:
    """Every comment of the site; AssertionError where counters, queue or threads tell otherwise."""
    prefix = keys.comment(site, "")
    found = Recount(
        {_text(key)[len(prefix) :]: record_of(client, _text(key)) for key in client.scan_iter(f"{prefix}*")}
    )
    _check_totals(client, site, found)
    for name in {each["thread"] for each in found.comments.values()}:
        _check_thread(client, site, name, found)
    for name in {each["author"] for each in found.comments.values()}:
        record = _hash(client, keys.author(site, name))
        assert int(record["submitted"]) == sum(found.states("author", name).values()), name
        assert _counts(record) == found.states("author", name), name
    _check_queue(client, site, found)
    check_lists(client, site, found.comments)
    return found


def _check_totals(client: redis.Redis, site: str, found: Recount) -> None:
    totals = _hash(client, keys.totals(site))
    assert _counts({state: totals.get(f"state:{state}", "0") for state in STATES}) == found.states()
    submitted = Counter(each["verdict"] for each in found.comments.values())
    assert {name: int(totals.get(f"submitted:{name}", 0)) for name in submitted} == submitted
    for each in found.comments.values():
        assert int(each["revision"]) == 1 + each.get("history", "").count("\n")
    decided = sum(int(times) for name, times in totals.items() if name.startswith("decided:"))
    assert decided + int(totals.get("undone", 0)) == sum(int(each["revision"]) - 1 for each in found.comments.values())


def check_standing(client: redis.Redis, found: Recount, site: str = "default") -> None:
    """Decisions that stand are counted once a comment, by verdict and risk; none was made before they were counted."""
    standing: Counter[str] = Counter()
    for name, times in _hash(client, keys.totals(site)).items():
        kind, _, place = name.partition(":")
        if kind in {"stands", "fell"}:
            standing[place] += int(times) if kind == "stands" else -int(times)
    decided = [each for each in found.comments.values() if each.get("decision")]
    wanted = Counter(f"{each['verdict']}:{_band(each)}:{each['decision']}" for each in decided)
    assert {place: times for place, times in standing.items() if times} == wanted


def _band(record: dict[str, str]) -> int:
    return min(9, int(float(record["risk"]) * 10))


def _check_thread(client: redis.Redis, site: str, thread: str, found: Recount) -> None:
    thread_keys = keys.thread_keys(site, thread)
    mine = {comment_id: each for comment_id, each in found.comments.items() if each["thread"] == thread}
    assert _counts(_hash(client, thread_keys.thread)) == found.states("thread", thread), thread
    assert set(_hash(client, thread_keys.comments)) == set(mine), thread
    published = {comment_id: each for comment_id, each in mine.items() if each["state"] == "published"}
    written = {comment_id: float(each["submitted_ms"]) for comment_id, each in published.items()}
    assert _scores(client, thread_keys.published) == written, thread
    at = {comment_id: float(each["published_ms"]) for comment_id, each in published.items()}
    later = {comment_id: told for comment_id, told in at.items() if told != written[comment_id]}
    assert _scores(client, keys.published_later(site, thread)) == later, thread
    assert not [each for each in mine.values() if each["state"] != "published" and "published_ms" in each]


def _check_queue(client: redis.Redis, site: str, found: Recount) -> None:
    queue = keys.queue_keys(site)
    queued = _scores(client, queue.queue)
    threads = {each["thread"] for each in found.comments.values()}
    by_thread = [_scores(client, keys.thread_keys(site, thread).queue) for thread in threads]
    assert queued == {each: score for scores in by_thread for each, score in scores.items()}
    assert len(queued) == sum(map(len, by_thread))
    assert queued == {each: float(found.comments[each]["submitted_ms"]) for each in queued}
    assert _scores(client, queue.risk) == {each: float(found.comments[each]["risk"]) for each in queued}
    assert set(_scores(client, queue.uncertainty)) == set(queued)
    assert {each for each, record in found.comments.items() if record["state"] == "held"} <= set(queued)
    claims = _scores(client, queue.claims)
    assert set(claims) <= set(queued)
    assert set(_hash(client, queue.holders)) == set(claims)


def _counts(record: dict[str, str]) -> Counter[str]:
    counts = {state: int(record.get(state, 0)) for state in STATES}
    return Counter({state: times for state, times in counts.items() if times})


def _hash(client: redis.Redis, key: str) -> dict[str, str]:
    flat: Any = client.execute_command("HGETALL", key)  # type: ignore[no-untyped-call]
    return {_text(name): _text(value) for name, value in flat.items()}


def record_of(client: redis.Redis, key: str) -> dict[str, str]:
    """But for what is private."""
    record: Any = client.hgetall(key)
    return {NAMES[name]: value.decode() for name, value in record.items() if name != PRIVATE}


def _scores(client: redis.Redis, key: str) -> dict[str, float]:
    pairs: Any = client.zrange(key, 0, -1, withscores=True)
    return {_text(member): float(score) for member, score in pairs}


def _text(raw: Any) -> str:
    text: str = raw.decode(errors="surrogateescape")
    return text
