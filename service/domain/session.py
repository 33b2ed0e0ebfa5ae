"""A session: a browser in which a member has signed in to the console."""

from typing import NamedTuple

IDLE_MS = 30 * 60 * 1000
"""A session ends when nothing came of it for so long (NIST SP 800-63B, 2.2.3)."""
LONGEST_MS = 12 * 60 * 60 * 1000
"""It ends after so long whatever comes of it (the same)."""
MOST_SESSIONS = 50
"""Of one member: whoever begins one more, ends his oldest."""
AGENT_CHARS = 200
"""So much of what a browser says of itself is kept."""


class Session(NamedTuple):
    """Who signed in, by which token, and when, in ms since 1970. `token_digest` is the token's keyed hash, so that the
    session ends with it; `agent` is what the browser said of itself, cut. The session itself is known by a keyed hash,
    its `digest`, of what the browser's cookie holds."""

    digest: str
    token_digest: str
    member_id: str
    created_ms: int
    used_ms: int
    agent: str = ""

    @property
    def ends_ms(self) -> int:
        """When it ends if nothing more comes of it."""
        return min(self.used_ms + IDLE_MS, self.created_ms + LONGEST_MS)
