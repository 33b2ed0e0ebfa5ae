"""How an author looks on the wire."""

from typing import Any

from service.domain.author import AuthorRecord, Ban, Trust
from service.domain.times import rfc3339

Json = dict[str, Any]


def author_json(author: AuthorRecord) -> Json:
    """An author as `schemas.author_records.AuthorSchema` has it."""
    return {
        "author_id": author.author_id,
        "first_at": None if author.first_ms is None else rfc3339(author.first_ms),
        "last_at": None if author.last_ms is None else rfc3339(author.last_ms),
        "submitted": author.submitted,
        **{state.value: count for state, count in author.counts.items()},
        "approved": author.approved,
        "outcomes": list(author.outcomes),
        "ban": None if author.ban is None else _ban_json(author.ban),
        "trust": None if author.trust is None else _trust_json(author.trust),
    }


def _ban_json(ban: Ban) -> Json:
    return {
        "until": None if ban.until_ms is None else rfc3339(ban.until_ms),
        "reason": ban.reason,
        "at": rfc3339(ban.at_ms),
        "actor": ban.actor,
    }


def _trust_json(trust: Trust) -> Json:
    return {"at": rfc3339(trust.at_ms), "actor": trust.actor}
