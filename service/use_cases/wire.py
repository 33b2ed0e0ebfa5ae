"""How times, cursors and comments look on the wire."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service.errors import InvalidFieldsError
from service.store.comments import StoredComment
from service.store.queue import Position
from service.store.record import Act, unpack_history, unpack_reasons
from service.vault import Vault

Json = dict[str, Any]
_NOT_GIVEN = "Not a cursor that was given."
_SCORE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?(e-[0-9]{1,2})?")


def rfc3339(at_ms: int) -> str:
    """Milliseconds since 1970 as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rfc3339_or_none(at_ms: str | int | None) -> str | None:
    return rfc3339(int(at_ms)) if at_ms else None


def cursor_after(position: Position | None) -> str | None:
    """The opaque text that asks for what comes after a position."""
    return base64.urlsafe_b64encode(":".join(position).encode()).decode() if position else None


def position_of(cursor: str) -> Position:
    """The position that a cursor stands for, or InvalidFieldsError."""
    if not cursor:
        return Position()
    try:
        score, _, comment_id = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").partition(":")
        is_ours = bool(_SCORE.fullmatch(score)) and comment_id.isalnum()
    except (binascii.Error, ValueError):
        is_ours = False
    if not is_ours:
        raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
    return Position(score, comment_id)


def public_cursor_after(vault: Vault, site: str, thread: str, position: Position | None) -> str | None:
    """A cursor that strangers get: signed, so that they ask for no positions of their own making."""
    return _signed(vault, site, thread, ":".join(position)) if position else None


def public_position_of(vault: Vault, site: str, thread: str, cursor: str) -> Position:
    """The position that it stands for, or InvalidFieldsError when it was not given, to the letter, for this thread."""
    if not cursor:
        return Position()
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").rpartition(":")[0]
    except (binascii.Error, ValueError):
        text = ""
    if not hmac.compare_digest(cursor.encode(), _signed(vault, site, thread, text).encode()):
        raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
    score, _, comment_id = text.partition(":")
    return Position(score, comment_id)


def _signed(vault: Vault, site: str, thread: str, text: str) -> str:
    """With 64 bits of a keyed hash behind it."""
    mark = vault.digest("cursor", site, thread, text)[:16]
    return base64.urlsafe_b64encode(f"{text}:{mark}".encode()).decode()


def comment_json(stored: StoredComment) -> Json:
    """A comment as `schemas.comments.CommentSchema` has it."""
    record, public = stored.record, stored.public
    return {
        "comment_id": stored.comment_id,
        "thread": record["thread"],
        "parent_id": public["parent_id"],
        "name": public["name"],
        "website": public["website"],
        "body": public["body"],
        "state": record["state"],
        "scores": stored.private.scores,
        "risk": stored.private.risk,
        "verdict": record["verdict"],
        "reasons": unpack_reasons(record["reasons"]),
        "spans": stored.private.spans,
        "submitted_at": rfc3339(int(record["submitted_ms"])),
        "published_at": rfc3339_or_none(record.get("published_ms")),
        "revision": int(record["revision"]),
        "claim": _claim_json(stored),
    }


def _claim_json(stored: StoredComment) -> Json | None:
    if stored.claim is None:
        return None
    token_id, moderator, expires_ms = stored.claim
    return {"token_id": token_id, "moderator": moderator, "expires_at": rfc3339(expires_ms)}


def history_json(record: Mapping[str, str]) -> list[Json]:
    """A comment's history, oldest first, as far as it is kept."""
    acts = unpack_history(record.get("history", ""), record.get("forgotten", ""))
    return [_act_json(each) for each in acts]


def _act_json(act: Act) -> Json:
    return {
        "act": act.act,
        "at": rfc3339(act.at_ms),
        "token_id": act.token_id,
        "moderator": act.moderator,
        "reason": act.reason,
        "note": act.note,
        "before": act.before,
        "after": act.after,
        "revision": act.revision,
    }


def author_json(record: dict[str, str]) -> Json:
    """What an author did before, as `schemas.comments.AuthorSchema` has it."""
    counts = {name: int(record.get(name, 0)) for name in ("submitted", "held", "published", "rejected", "spam")}
    return {"first_at": rfc3339(int(record["first_ms"])), "last_at": rfc3339(int(record["last_ms"])), **counts}


def joined(parts: Sequence[bytes]) -> bytes:
    """JSON values as one JSON list."""
    return b"[" + b",".join(parts) + b"]"
