"""What an entry may hold of an event's values: ids, codes and numbers stay, a text becomes a digest of it.

So a log that is kept for years, and that nobody can change, holds no title, no name and no phrase; whoever has the text
can still show that it is the one.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from service.domain.audit_entry import Value

CODE_FIELDS = frozenset(
    (
        *("mode", "closed", "public_submission", "language", "role", "roles", "site", "sites", "member", "member_id"),
        *("decision", "state", "verdict", "action", "reason", "until_ms", "expires_ms", "created_ms", "closes_ms"),
    )
)
"""Fields of a record whose value is a code: it stays as it is."""
NAME_FIELDS = frozenset(("rules",))
"""Fields of a detail that hold names of a site's rules, which may have spaces."""
DIGEST_CHARS = 12
"""48 bits of SHA-256: two texts of a log have the same by chance once in millions of millions."""
MOST_DETAIL_BYTES = 2048
_MOST_ITEMS = 100
_MOST_DEPTH = 3
_CODE = re.compile(r"[A-Za-z0-9_.:,*+/~-]{0,128}")
_CODES = re.compile(r"[A-Za-z0-9_.:,*+/~ -]{0,256}")
_NAME = re.compile(r"[^@\x00-\x1f]{0,100}")


def digest_of(value: Any) -> str:
    """`~` and the first characters of the SHA-256, in hex, of a text, or of the JSON of anything else."""
    raw = value.encode() if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return "~" + hashlib.sha256(raw).hexdigest()[:DIGEST_CHARS]


def value_told(text: str) -> Value:
    """What was before or after an act: the fields of a record, or a code; a digest of any other text."""
    if text.startswith("{"):
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError:
            return digest_of(text)
        return {name: _field_told(name, value, 0) for name, value in record.items()}
    return text if _CODES.fullmatch(text) else digest_of(text)


def _field_told(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict) and depth < _MOST_DEPTH:
        return {each: _field_told(each, inner, depth + 1) for each, inner in value.items()}
    return value if name in CODE_FIELDS and _is_code(value, _CODE) else digest_of(value)


@lru_cache(maxsize=1024)
def detail_told(text: str) -> Mapping[str, Any]:
    """What else an event tells; most verdicts tell the same, so that it is remembered. One that is no object, or too
    large, is told by its digest alone."""
    if not text:
        return {}
    try:
        detail = orjson.loads(text)
    except orjson.JSONDecodeError:
        detail = None
    if not isinstance(detail, dict) or len(text) > MOST_DETAIL_BYTES:
        return {"digest": digest_of(text)}
    return {name: _detail_told(name, value, 0) for name, value in detail.items()}


def _detail_told(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict) and depth < _MOST_DEPTH:
        return {each: _detail_told(each, inner, depth + 1) for each, inner in value.items()}
    return value if _is_code(value, _NAME if name in NAME_FIELDS else _CODE) else digest_of(value)


def _is_code(value: Any, pattern: re.Pattern[str]) -> bool:
    """Whether it is a text of that pattern, or a list of such texts that is not too long."""
    items = value if isinstance(value, list) else [value]
    return len(items) <= _MOST_ITEMS and all(isinstance(item, str) and pattern.fullmatch(item) for item in items)
