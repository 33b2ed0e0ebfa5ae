"""A store as version 0.1.0 wrote it, and what its API told of the comments in it."""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

import orjson

from service.domain.replay import Replay
from service.link.link import Link
from service.store import keys
from service.vault import Vault

NOW = 1_795_385_810_295
FINGERPRINT = "f" * 32
_MODERATOR = {"token_id": "0123456789abcdef", "moderator": "Mo\u2028\u00df"}
_SCORES = {
    "toxicity": 0.00282,
    "severe_toxicity": 0.0005,
    "insult": 1.0,
    "profanity": 0.00303,
    "identity_attack": 0.99999,
    "threat": 1e-05,
    "sexually_explicit": 0.0,
    "spam": 0.00279,
}
_SPAN = {"start": 0, "end": 4, "start_utf16": 0, "end_utf16": 4, "attribute": "insult", "contribution": 0.123}
_PACK = """redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'answer', cmsgpack.pack({'ok', unpack(ARGV, 2)}))
redis.call('PEXPIRE', KEYS[1], 86400000)"""
_PACK_DECIDED = """local reply = {redis.call('HGETALL', KEYS[2]), redis.call('HGET', KEYS[3], ARGV[2]), '', ''}
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'answer', cmsgpack.pack({'ok', 'changed', reply}))
redis.call('PEXPIRE', KEYS[1], 86400000)"""


def shown(number: int) -> dict[str, Any]:
    """What the API of version 0.1.0 told a moderator of a comment: of every fourth that it is held and has a reply to
    answer, then one published by the machine, one approved, one rejected, undone and called spam."""
    kind = number % 4
    reasons: list[dict[str, Any]] = [
        {"code": "premoderated"},
        {"code": "score_high", "attribute": "insult", "score": 1.0},
    ]
    comment: dict[str, Any] = {
        "comment_id": f"06h0alateu{number:06d}",
        "thread": f"article: {number % 3}",
        "parent_id": f"06h0alateu{number - 3:06d}" if kind == 0 and number else None,
        "name": "Ärger \U0001f600",
        "website": None if number % 2 else "https://example.org/?a=b",
        "body": f'Comment {number}, "quoted" \\ \u2028 <b> ' + "long " * (number % 7) * 30,
        "state": ("held", "published", "published", "spam")[kind],
        "scores": _SCORES,
        "risk": 0.00687,
        "verdict": ("hold", "publish", "hold", "hold")[kind],
        "reasons": [{"code": "risk_below", "threshold": 0.05}] if kind == 1 else reasons,
        "spans": [_SPAN] * (number % 3),
        "submitted_at": NOW + number,
        "published_at": NOW + number + kind if kind in (1, 2) else None,
        "revision": (1, 1, 2, 4)[kind],
        "claim": None,
        "email": f"reader{number % 5}@example.org",
        "assessed": number % 5 > 0,
        "model": "1",
        "client": {"user_agent": "Lynx" * (number % 2), "referrer": ""},
        "history": _history(number, kind),
    }
    if number % 8 == 4:
        comment |= {"scores": None, "risk": None, "spans": [], "reasons": [{"code": "not_scored"}], "assessed": False}
    return comment


def _history(number: int, kind: int) -> list[dict[str, Any]]:
    steps: dict[int, list[tuple[str, str, str, str | None, str | None]]] = {
        2: [("approve", "held", "published", None, None)],
        3: [
            ("reject", "held", "rejected", "r\u00fcde", "a note\nof two lines"),
            ("undo", "rejected", "held", None, None),
            ("spam", "held", "spam", None, "only a note"),
        ],
    }
    return [
        {"act": act, "at": NOW + number + 2, **_MODERATOR, "reason": reason, "note": note}
        | {"before": before, "after": after, "revision": revision}
        for revision, (act, before, after, reason, note) in enumerate(steps.get(kind, []), start=2)
    ]


async def fill(link: Link, vault: Vault, comments: int) -> None:
    """So many comments, with all that version 0.1.0 wrote for them, and the answers it kept for some."""
    await link.call("HSET", keys.INSTALLATION, "format", 1, "secret_check", vault.check)
    await write(link, vault, range(comments))
    await _keep(link)


async def write(link: Link, vault: Vault, numbers: range) -> None:
    """The comments of these numbers, as version 0.1.0 wrote them."""
    for start in range(0, len(numbers), 5):
        some = numbers[start : start + 5]
        await asyncio.gather(*(link.call(*each) for number in some for each in _written(vault, number)))


def _written(vault: Vault, number: int) -> Iterator[tuple[str | bytes | int, ...]]:
    comment = shown(number)
    comment_id, state = comment["comment_id"], comment["state"]
    author = vault.email_hash(comment["email"])
    thread, queue = keys.thread_keys("default", comment["thread"]), keys.queue_keys("default")
    public = {name: comment[name] for name in ("comment_id", "parent_id", "name", "website", "body")}
    risk = f"{comment['risk'] or 0.5:.6f}"
    submitted_ms = comment["submitted_at"]
    yield from (
        ("HSET", thread.comments, comment_id, orjson.dumps(public)),
        ("HSET", keys.comment("default", comment_id), *_record(vault, author, comment, risk)),
        ("HSETNX", thread.thread, "created_ms", NOW),
        ("HINCRBY", thread.thread, "version", 1),
        ("HINCRBY", thread.thread, state, 1),
        ("HINCRBY", keys.author("default", author), state, 1),
        ("HINCRBY", keys.author("default", author), "submitted", 1),
        ("HSET", keys.author("default", author), "first_ms", NOW, "last_ms", NOW),
        ("HINCRBY", keys.totals("default"), f"state:{state}", 1),
        ("HINCRBY", keys.totals("default"), f"submitted:{comment['verdict']}", 1),
        *(
            ("HINCRBY", keys.totals("default"), "undone" if act["act"] == "undo" else f"decided:{act['act']}", 1)
            for act in comment["history"]
        ),
        *([("ZADD", thread.published, comment["published_at"], comment_id)] if comment["published_at"] else []),
        ("HSET", keys.repeat("default", f"{number:032d}"), "comment_id", comment_id, "state", state),
        ("PEXPIRE", keys.repeat("default", f"{number:032d}"), 80_000_000),
    )
    if state == "held":
        distance = f"{abs(float(risk) - 0.5):.6f}"
        for key, score in (
            (queue.queue, submitted_ms),
            (queue.risk, risk),
            (queue.uncertainty, distance),
            (thread.queue, submitted_ms),
        ):
            yield "ZADD", key, score, comment_id


def _record(vault: Vault, author: str, comment: dict[str, Any], risk: str) -> list[str | bytes | int]:
    private = {
        "email": base64.b64encode(vault.seal(comment["email"], comment["comment_id"])[1:]).decode(),
        "reader": "",
        **comment["client"],
        **{name: comment[name] for name in ("scores", "risk", "spans", "assessed", "model")},
    }
    record: dict[str, str | bytes | int] = {
        "thread": comment["thread"],
        "author": author,
        "parent_id": comment["parent_id"] or "",
        "state": comment["state"],
        "revision": comment["revision"],
        "submitted_ms": comment["submitted_at"],
        "risk": risk,
        "verdict": comment["verdict"],
        "reasons": orjson.dumps(comment["reasons"]),
        "private": orjson.dumps(private),
    }
    if comment["published_at"]:
        record["published_ms"] = comment["published_at"]
    if comment["history"]:
        lines = [orjson.dumps(_line(act)) + b"\n" for act in comment["history"]]
        record |= {"history": b"".join(lines), "previous": "held\t\t\t1\n", "decision": comment["history"][-1]["act"]}
    return [part for pair in record.items() for part in pair]


def _line(act: dict[str, Any]) -> dict[str, Any]:
    names = {"at": "at_ms", "before": "from", "after": "to"}
    return {names.get(name, name): value for name, value in act.items()}


async def _keep(link: Link) -> None:
    """The answers to an Idempotency-Key sent with comment 0, and to one sent with the decision on comment 2."""
    await keep_submission(link, Replay("submitted", FINGERPRINT))
    await keep_decision(link, Replay("decided", FINGERPRINT))


async def keep_submission(link: Link, replay: Replay) -> None:
    """The answer to the submission of comment 0."""
    name = keys.idempotency("default", replay.digest)
    await link.call("EVAL", _PACK, 1, name, replay.fingerprint, shown(0)["comment_id"], "held", "new")


async def keep_decision(link: Link, replay: Replay) -> None:
    """The answer to the decision on comment 2."""
    name, comment = keys.idempotency("default", replay.digest), shown(2)
    names = keys.comment("default", comment["comment_id"]), keys.thread_keys("default", comment["thread"]).comments
    await link.call("EVAL", _PACK_DECIDED, 3, name, *names, replay.fingerprint, comment["comment_id"])
