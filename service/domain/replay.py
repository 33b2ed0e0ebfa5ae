"""The Idempotency-Key of a request."""

from typing import NamedTuple


class Replay(NamedTuple):
    """An Idempotency-Key: where its first answer is kept, and of which request; ("", "") for none."""

    digest: str = ""
    fingerprint: str = ""


NO_REPLAY = Replay()
