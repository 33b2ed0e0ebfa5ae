"""The lists of a site as they lie in the store, read the plain way, and held against its comments."""

import json
from collections.abc import Mapping
from typing import Any

import redis

from service.lists.ordinals import BITS_A_CHUNK, FIRST_ORDINAL, ROW_BYTES, ROWS_A_CHUNK, pack_row
from service.store import keys

PLANE_BYTES = BITS_A_CHUNK // 8
Record = Mapping[str, str]


def ordinal_of(record: Record) -> int:
    return FIRST_ORDINAL + int(record["ordinal"])


def said(client: redis.Redis, ordinal: int, site: str = "default") -> set[str]:
    """What the planes say of an ordinal."""
    at = keys.list_keys(site, ordinal)
    place = ordinal % BITS_A_CHUNK
    bits: Any = client.get(at.bits) or b""
    planes: Any = client.hgetall(at.planes)
    return {what.decode() for what, number in planes.items() if _bit(bits, int(number) * BITS_A_CHUNK + place)}


def _bit(bits: bytes, place: int) -> bool:
    return place // 8 < len(bits) and bool(bits[place // 8] >> (7 - place % 8) & 1)


def wanted_of(record: Record) -> set[str]:
    """What a comment's record demands of the planes."""
    wanted = {f"s:{record['state']}", f"v:{record['verdict']}"}
    for reason in json.loads(record["reasons"]):
        code, *values = [reason] if isinstance(reason, str) else reason
        wanted |= {f"r:{code}", *(f"u:{name}" for name in values[:1] if code == "rule")}
    return wanted | ({f"d:{record['reason']}"} if record.get("reason") else set())


def ordinals_in(client: redis.Redis, key: str) -> list[int]:
    raw: Any = client.get(key) or b""
    return [int.from_bytes(raw[at : at + 4]) for at in range(0, len(raw), 4)]


def of_thread(client: redis.Redis, thread: str, site: str = "default") -> list[int]:
    """In ascending order."""
    below = ordinals_in(client, keys.list_thread_below(site, thread))
    return below[::-1] + ordinals_in(client, keys.list_thread(site, thread))


def of_author(client: redis.Redis, author: str, site: str = "default") -> list[int]:
    below = ordinals_in(client, keys.list_author_below(site, author))
    newest: Any = client.hget(keys.author(site, author), "ordinals") or b""
    assert len(newest) <= 64
    moved = ordinals_in(client, keys.list_author(site, author))
    return below[::-1] + moved + [int.from_bytes(newest[at : at + 4]) for at in range(0, len(newest), 4)]


def check_lists(client: redis.Redis, site: str, comments: Mapping[str, Record]) -> None:
    """AssertionError where the lists are not what the comments that have places in them demand."""
    placed = {comment_id: record for comment_id, record in comments.items() if "ordinal" in record}
    by_ordinal = {ordinal_of(record): comment_id for comment_id, record in placed.items()}
    assert len(by_ordinal) == len(placed), "two have one place"
    for ordinal, comment_id in by_ordinal.items():
        record, at = placed[comment_id], ordinal % ROWS_A_CHUNK * ROW_BYTES
        rows: Any = client.get(keys.list_keys(site, ordinal).rows)
        assert rows[at : at + ROW_BYTES] == pack_row(comment_id, float(record["risk"])), comment_id
        assert said(client, ordinal, site) == wanted_of(record), comment_id
    for field, listed in (("thread", of_thread), ("author", of_author)):
        for name in {record[field] for record in placed.values()}:
            mine = sorted(ordinal for ordinal, comment_id in by_ordinal.items() if placed[comment_id][field] == name)
            assert listed(client, name, site) == mine, name
