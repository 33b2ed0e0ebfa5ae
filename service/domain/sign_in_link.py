"""One-time links: whoever opens one is signed in as a member, once, within a quarter of an hour."""

import os
from base64 import urlsafe_b64encode
from typing import NamedTuple

from service.domain.base_32 import in_base_32

LIVES_MS = 15 * 60 * 1000
KNOWN_AS_USED_MS = 24 * 60 * 60 * 1000
"""For so long one that was used says so."""
PREFIX = "cdl_"
SECRET_BYTES = 32
_TIME_CHARS = 10


class SignInLink(NamedTuple):
    """Whom a link signs in, by which token (its keyed hash), and who made it."""

    token_digest: str
    member_id: str
    actor: str


def new_secret(now_ms: int) -> str:
    """A new link's secret: when it was made, in the open, and 256 random bits."""
    return PREFIX + in_base_32(now_ms, _TIME_CHARS) + urlsafe_b64encode(os.urandom(SECRET_BYTES)).decode().rstrip("=")


def is_past(secret: str, now_ms: int) -> bool:
    """Whether a link that is not known has the time of one that has ended; anybody may have written that."""
    made = secret.removeprefix(PREFIX)[:_TIME_CHARS]
    try:
        made_ms = int(made, 32)
    except ValueError:
        return False
    return secret.startswith(PREFIX) and len(made) == _TIME_CHARS and 0 < made_ms < now_ms - LIVES_MS
